"""The scorer beside the question sets: `kb_eval.py`, which also holds SQLite's full-text search as a baseline."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

BESIDE_THE_REPOSITORY = Path(__file__).parents[2] / "shared" / "kb"


def scorer(folder: Path) -> ModuleType:
    """Load `kb_eval.py` from the folder with the question sets; exit with a clear message when it is missing."""
    file = folder / "kb_eval.py"
    if not file.is_file():
        sys.exit(
            f"The scorer {file} is missing. Give the folder that holds kb_eval.py and the question sets: "
            "python -m benchmarks.knowledge path/to/kb"
        )
    spec = importlib.util.spec_from_file_location("kb_eval", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
