"""Write docs/fidelity.md from the adapters' tables, or (--check) say whether it is up to them."""

import sys
from pathlib import Path

from adapters.discord.fidelity import TABLE as DISCORD
from adapters.slack.fidelity import TABLE as SLACK
from adapters.telegram.fidelity import TABLE as TELEGRAM
from bot.core.fidelity import SECTIONS, Section

PAGE = Path(__file__).parent.parent / "docs" / "fidelity.md"
TABLES = {"Slack": SLACK, "Discord": DISCORD, "Telegram": TELEGRAM}
HEAD = """\
# What arrives as what

What is said on one platform is shown on another as what it was. Where a platform has no form of its own for something,
this is what its readers see instead. *Native* means: in the platform's own form.
[What it looks like](what-it-looks-like.md) shows it in pictures.

This page is written by `scripts/fidelity.py` from `adapters/<platform>/fidelity.py`; a test says every cell of it on
each platform where it can be said and looks at it on each of the three.
"""


def page() -> str:
    return "\n".join([HEAD, *(_section(section) for section in SECTIONS)])


def _section(section: Section) -> str:
    lines = [
        f"## {section.title}\n",
        f"| what | can be said on | {' | '.join(f'on {name}' for name in TABLES)} |",
        f"| --- | --- | {' | '.join('---' for _ in TABLES)} |",
    ]
    notes = []
    for kind in section.kinds:
        cells = {name: table[kind.name] for name, table in TABLES.items()}
        said = ", ".join(name for name, cell in cells.items() if cell.is_said) or "–"
        lines.append(f"| {kind.title} | {said} | {' | '.join(cell.shown for cell in cells.values())} |")
        notes += [f"- {kind.title}, {name}: {cell.note}" for name, cell in cells.items() if cell.note]
    return "\n".join([*lines, "", *notes, ""] if notes else [*lines, ""])


def main() -> int:
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page())
    elif not PAGE.exists() or PAGE.read_text() != page():
        print("docs/fidelity.md is not up to the adapters' tables: run `make texts`")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
