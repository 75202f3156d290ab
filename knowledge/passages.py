"""Cutting a Markdown article into passages that can be embedded, searched and shown on their own."""

import math
import re
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

PASSAGE_LENGTH = 600

# A sentence may not end inside these: a cut there would break code, a link or emphasis.
_UNBREAKABLE = re.compile(
    r"(`+)(?!`).+?(?<!`)\1(?!`)|!?\[[^\]]*\]\([^)]*\)|(\*\*|__|~~|\|\|).+?\2", re.DOTALL
)
_SENTENCE_END = re.compile(r"(?<=[.!?…;;·])[\"'”’»)\]]*\s+|\n+")
_WORD_END = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class _Block:
    """A run of source lines that belongs together, and whether it may be cut inside."""

    text: str
    kind: str


def split_passages(body: str, limit: int = PASSAGE_LENGTH) -> list[str]:
    """Cut a Markdown body into passages of about `limit` characters, at block or sentence ends.

    A heading opens a passage and stays with what follows it; a code block is cut only when it alone is longer
    than `limit`, between lines, and each part is fenced again.
    """
    passages: list[str] = []
    current: list[str] = []
    for block in _blocks(body):
        if block.kind == "heading" and any(not _is_heading(part) for part in current):
            passages.append("\n\n".join(current))
            current = []
        for piece in _pieces(block, limit):
            if current and sum(len(part) + 2 for part in current) + len(piece) > limit:
                passages.append("\n\n".join(current))
                current = []
            current.append(piece)
    if current:
        passages.append("\n\n".join(current))
    return passages


def plain_text(markdown: str) -> str:
    """Return the words of a Markdown text, without its marks, one block a line."""
    lines: list[str] = []
    for token in _parser().parse(markdown):
        if token.type == "inline":
            lines.append("".join(_words(token)))
        elif token.type in {"fence", "code_block"}:
            lines.append(token.content)
    return "\n".join(line.strip() for line in lines if line.strip())


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    # It compiles its rules at the first text, and another thread must not meet them half made.
    parser.parse("*warm*")
    return parser


def _words(token: Token) -> list[str]:
    words: list[str] = []
    for child in token.children or ():
        if child.type in {"text", "code_inline", "image"}:
            words.append(child.content)
        elif child.type in {"softbreak", "hardbreak"}:
            words.append(" ")
    return words


def _blocks(body: str) -> list[_Block]:
    # markdown-it counts lines as CommonMark does: \r\n and \r are line ends, the other Unicode ones are not.
    lines = re.split(r"\r\n|\r|\n", body)
    blocks: list[_Block] = []
    tokens = _parser().parse("\n".join(lines))
    for position, token in enumerate(tokens):
        if token.level != 0 or token.map is None or token.nesting == -1:
            continue
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            blocks.append(_Block(_source(lines, token.map), "list"))
            if len(blocks[-1].text) > PASSAGE_LENGTH:
                blocks[-1:] = [_Block(item, "paragraph") for item in _list_items(lines, tokens[position:])]
            continue
        kind = {"heading_open": "heading", "fence": "code", "code_block": "code", "table_open": "table"}
        blocks.append(_Block(_source(lines, token.map), kind.get(token.type, "paragraph")))
    return [block for block in blocks if block.text]


def _source(lines: list[str], span: list[int]) -> str:
    return "\n".join(lines[span[0] : span[1]]).strip("\n").rstrip()


def _list_items(lines: list[str], tokens: list[Token]) -> list[str]:
    items: list[str] = []
    for token in tokens:
        if token.level == 0 and token.nesting == -1:
            break
        if token.type == "list_item_open" and token.level == 1 and token.map is not None:
            items.append(_source(lines, token.map))
    return items


def _pieces(block: _Block, limit: int) -> list[str]:
    if len(block.text) <= limit:
        return [block.text]
    if block.kind == "code":
        return _code_pieces(block.text, limit)
    if block.kind == "table":
        return _packed(block.text.split("\n"), "\n", limit)
    return _packed(_sentences(block.text, limit), " ", _even(len(block.text), limit))


def _even(length: int, limit: int) -> int:
    """Parts of about one size carry more meaning each than full ones and a short tail."""
    return min(limit, round(length / math.ceil(length / limit) * 1.15))


def _code_pieces(code: str, limit: int) -> list[str]:
    lines = code.split("\n")
    opening = re.match(r"\s*(`{3,}|~{3,})", lines[0])
    if opening is None:
        return _packed(lines, "\n", limit)
    fence = opening.group(1)
    inside = lines[1:-1] if lines[-1].strip().startswith(fence) else lines[1:]
    return [f"{lines[0]}\n{part}\n{fence}" for part in _packed(inside, "\n", limit)]


def _sentences(text: str, limit: int) -> list[str]:
    closed = [match.span() for match in _UNBREAKABLE.finditer(text)]
    sentences = _cut(text, _SENTENCE_END, closed)
    return [piece for sentence in sentences for piece in _fitting(sentence, limit)]


def _fitting(sentence: str, limit: int) -> list[str]:
    """A sentence longer than a passage is cut between words: the last resort."""
    if len(sentence) <= limit:
        return [sentence]
    closed = [match.span() for match in _UNBREAKABLE.finditer(sentence)]
    return _packed(_cut(sentence, _WORD_END, closed), " ", limit)


def _cut(text: str, boundary: re.Pattern[str], closed: list[tuple[int, int]]) -> list[str]:
    pieces: list[str] = []
    start = 0
    for match in boundary.finditer(text):
        if any(begin < match.end() and match.start() < end for begin, end in closed):
            continue
        pieces.append(text[start : match.end()].strip())
        start = match.end()
    pieces.append(text[start:].strip())
    return [piece for piece in pieces if piece]


def _packed(parts: list[str], joint: str, limit: int) -> list[str]:
    packed: list[str] = []
    current = ""
    for part in parts:
        if current and len(current) + len(joint) + len(part) > limit:
            packed.append(current)
            current = ""
        current = f"{current}{joint}{part}" if current else part
    return [*packed, current] if current else packed


def _is_heading(text: str) -> bool:
    return re.match(r"#{1,6}\s|[^\n]+\n[=-]+$", text) is not None
