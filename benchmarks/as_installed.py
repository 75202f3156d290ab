"""Runs a module without some of the packages that are installed: `as_installed.py rich,pygments -m bot run`."""

import runpy
import sys
from collections.abc import Collection, Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType


class Absent(MetaPathFinder):
    """Asked before everybody else, it says of these packages that they are not there."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = frozenset(names)

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None) -> None:
        if name in self._names:
            raise ModuleNotFoundError(f"{name} is not part of an installation", name=name)


def main() -> None:
    names, _, module, *arguments = sys.argv[1:]
    sys.meta_path.insert(0, Absent(names.split(",")))
    # As with `python -m`: not the folder of this file.
    sys.path[0] = ""
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
