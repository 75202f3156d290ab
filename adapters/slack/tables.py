"""Slack's `table` block: docs.slack.dev/reference/block-kit/blocks/table-block."""

from collections.abc import Iterator

from adapters.slack.elements import words_of
from adapters.slack.payloads import Json
from adapters.slack.styled import inline

TABLE = "table"
"""The type of an element that holds rows, which hold cells, which hold words."""


def table_of(block: Json) -> Json:
    """The block as an element among those of rich text, in which people and channels are named like anywhere."""
    told = block.get("rows")
    found = [row for row in told if isinstance(row, list) and row] if isinstance(told, list) else []
    rows = [{"type": "row", "elements": [_cell(cell) for cell in row]} for row in found]
    return {"type": TABLE, "elements": rows}


def _cell(cell: object) -> Json:
    if not isinstance(cell, dict):
        return {"type": "rich_text_section", "elements": []}
    if cell.get("type") == "rich_text" and isinstance(cell.get("elements"), list):
        return {"type": "rich_text_section", "elements": list(words_of(cell))}
    text = cell.get("text") or cell.get("value") or ""
    return {"type": "rich_text_section", "elements": [{"type": "text", "text": str(text)}]}


def table(element: Json) -> str:
    """The rows as a table of CommonMark's tables; the first is the head."""
    rows = [list(_cells(row)) for row in element.get("elements", ())]
    if not rows:
        return ""
    width = max(map(len, rows))
    lines = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in rows]
    return "\n".join([lines[0], f"|{' --- |' * width}", *lines[1:]])


def _cells(row: Json) -> Iterator[str]:
    for cell in row.get("elements", ()):
        words = [{key: value for key, value in word.items() if key != "style"} for word in words_of(cell)]
        # A bar would begin the next cell, also one with a backslash before it once the table is taken apart.
        yield " ".join(inline(words).split()).replace("\\|", "|").replace("|", "&#124;")
