"""What people type in the app: **bold** __italic__ ~~strike~~ ||spoiler|| `code` ```block``` [text](link)."""

import re
from bisect import bisect_left
from dataclasses import replace

from sandbox.telegram import utf16
from sandbox.telegram.links import checked_link
from sandbox.telegram.model import Entity, FormattedText

_CODE = re.compile(r"(?<!`)(`{3}|`)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_LANGUAGE = re.compile(r"([!-~]*)\n(?=.)", re.DOTALL)
_LINK = re.compile(r"\[([^\[\]\n]+)\]\(([^\s()]+)\)")
_PAIRS = {"**": "bold", "__": "italic", "~~": "strikethrough", "||": "spoiler"}
_PAIR = re.compile(r"(?<!\*)\*\*(?!\*)|(?<!_)__(?!_)|(?<!~)~~(?!~)|(?<!\|)\|\|(?!\|)")


def parse_typed(text: str) -> FormattedText:
    """Take the markup out; a mark without its partner stays as it was typed."""
    pieces: list[FormattedText] = []
    at = 0
    for code in _CODE.finditer(text):
        pieces.append(_styled(text[at : code.start()]))
        pieces.append(_code(code[1], code[2]))
        at = code.end()
    pieces.append(_styled(text[at:]))
    return joined(pieces)


def joined(pieces: list[FormattedText]) -> FormattedText:
    entities: list[Entity] = []
    offset = 0
    for piece in pieces:
        entities.extend(replace(entity, offset=entity.offset + offset) for entity in piece.entities)
        offset += utf16.length(piece.text)
    return FormattedText("".join(piece.text for piece in pieces), tuple(entities))


def _code(mark: str, inner: str) -> FormattedText:
    if mark == "`":
        return FormattedText(inner, (Entity("code", 0, utf16.length(inner)),))
    language = ""
    first_line = _LANGUAGE.match(inner)
    if first_line:
        language, inner = first_line[1], inner[first_line.end() :]
    return FormattedText(inner, (Entity("pre", 0, utf16.length(inner), language=language),))


def _styled(text: str) -> FormattedText:
    """Links first, then the paired marks around and inside of them."""
    pieces: list[FormattedText] = []
    at = 0
    for link in _LINK.finditer(text):
        url = checked_link(link[2])
        if not url:
            continue
        pieces.append(FormattedText(text[at : link.start()]))
        pieces.append(FormattedText(link[1], (Entity("text_link", 0, utf16.length(link[1]), url=url),)))
        at = link.end()
    pieces.append(FormattedText(text[at:]))
    return _paired(joined(pieces))


def _paired(given: FormattedText) -> FormattedText:
    text = given.text
    opened: dict[str, int] = {}
    marks: list[int] = []
    found: list[tuple[str, int, int]] = []
    for mark in _PAIR.finditer(text):
        begin = opened.pop(mark[0], None)
        if begin is None or begin + 2 == mark.start():
            opened[mark[0]] = mark.start()
            continue
        found.append((_PAIRS[mark[0]], begin + 2, mark.start()))
        marks.extend((begin, mark.start()))
    offsets = utf16.positions(text)
    styles = [Entity(kind, offsets[begin], offsets[end] - offsets[begin]) for kind, begin, end in found]
    removed = sorted(offsets[at] for at in marks)
    gone = {at + part for at in marks for part in (0, 1)}
    kept = "".join(character for at, character in enumerate(text) if at not in gone)
    entities = [_moved(entity, removed) for entity in (*given.entities, *styles)]
    return FormattedText(kept, tuple(entity for entity in entities if entity.length > 0))


def _moved(entity: Entity, removed: list[int]) -> Entity:
    """The entity in the text from which the two-character marks are gone."""
    before = 2 * bisect_left(removed, entity.offset)
    inside = 2 * bisect_left(removed, entity.end) - before
    return replace(entity, offset=entity.offset - before, length=entity.length - inside)
