"""Text with entities as Telegram stores it: cleaned, trimmed, and with entities that never cross."""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from sandbox.telegram import utf16
from sandbox.telegram.detected import find_entities
from sandbox.telegram.errors import bad_request
from sandbox.telegram.model import Entity, FormattedText

SPLITTABLE = ("bold", "italic", "underline", "strikethrough", "spoiler")
"""These may be cut into pieces; everything else is one piece or nothing."""
BLOCKQUOTES = frozenset({"blockquote", "expandable_blockquote"})
MOST_ENTITIES = 100
"""What a message has more than these is silently plain text."""
MONOSPACED = frozenset({"code", "pre"})
_ORDER = {
    name: rank
    for rank, name in enumerate(
        (
            "blockquote",
            "expandable_blockquote",
            "bold",
            "italic",
            "underline",
            "strikethrough",
            "spoiler",
            "text_link",
            "text_mention",
            "custom_emoji",
            "pre",
            "code",
        )
    )
}
_TO_SPACE = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f]")
_DROPPED = re.compile("[\r\u2028-\u202e\u0333\u033f\u030a\ud800-\udfff]")


def fix_formatted_text(given: FormattedText, *, is_empty_allowed: bool = False) -> FormattedText:
    """Clean, trim and complete a text the way the server does, or raise 400.

    Control characters become spaces or vanish, white space at both ends goes, entities that cross are cut,
    and links, mentions, commands and the like are found.
    """
    _check_borders(given)
    cleaned = _clean(given)
    marked = sorted((entity for entity in cleaned.entities if entity.length > 0), key=_rank)
    entities = _disentangle(marked[:MOST_ENTITIES])
    trimmed = _trim(FormattedText(cleaned.text, tuple(entities)))
    if not trimmed.text:
        if is_empty_allowed:
            return FormattedText("")
        raise bad_request("text must be non-empty")
    return FormattedText(trimmed.text, tuple(_with_found(trimmed)[:MOST_ENTITIES]))


def clean_name(name: str, longest: int) -> str:
    """One line without control characters, cut at so many characters; "" when nothing is left."""
    return " ".join(_DROPPED.sub("", _TO_SPACE.sub(" ", name)).split())[:longest].strip()


def _check_borders(given: FormattedText) -> None:
    """Raise 400 for an entity that begins or ends outside of the text or inside a character."""
    if not given.entities:
        return
    size = utf16.length(given.text)
    inside = frozenset(range(size + 1)) - frozenset(utf16.positions(given.text))
    for entity in sorted(given.entities, key=_rank):
        if entity.length <= 0 or entity.offset < 0:
            continue
        if entity.offset >= size:
            raise bad_request(f"entity begins after the end of the text at UTF-16 offset {entity.offset}")
        if entity.end > size:
            raise bad_request(
                f"entity beginning at UTF-16 offset {entity.offset} ends after the end of the text "
                f"at UTF-16 offset {entity.end}"
            )
        if entity.offset in inside:
            where = _byte_offset(given.text, entity.offset + 1)
            raise bad_request(f"entity begins in a middle of a UTF-16 symbol at byte offset {where}")
        if entity.end in inside:
            where = _byte_offset(given.text, entity.end + 1)
            raise bad_request(
                f"entity beginning at UTF-16 offset {entity.offset} ends in a middle of a UTF-16 symbol "
                f"at byte offset {where}"
            )


def _byte_offset(text: str, offset: int) -> int:
    return len(utf16.cut(text, 0, offset).encode())


def _clean(given: FormattedText) -> FormattedText:
    """Without control characters; entities move along."""
    if not _TO_SPACE.search(given.text) and not _DROPPED.search(given.text):
        return replace(given, entities=tuple(entity for entity in given.entities if entity.offset >= 0))
    kept: list[str] = []
    new_offsets = [0]
    for character in given.text:
        size = 2 if ord(character) > 0xFFFF else 1
        is_dropped = bool(_DROPPED.match(character))
        step = 0 if is_dropped else size
        if not is_dropped:
            kept.append(_TO_SPACE.sub(" ", character))
        new_offsets += [new_offsets[-1] + min(step, part + 1) for part in range(size)]
    entities = tuple(
        replace(
            entity,
            offset=new_offsets[entity.offset],
            length=new_offsets[entity.end] - new_offsets[entity.offset],
        )
        for entity in given.entities
        if entity.offset >= 0 and entity.length > 0
    )
    return FormattedText("".join(kept), entities)


def _trim(given: FormattedText) -> FormattedText:
    right = given.text.rstrip(" \n")
    end = utf16.length(right)
    cut = [
        replace(entity, length=min(entity.end, end) - entity.offset)
        for entity in given.entities
        if entity.offset < end
    ]
    first_entity = min((entity.offset for entity in cut), default=end)
    # White space in front is kept from the first entity on: the entity was put there on purpose.
    spaces = min(len(right) - len(right.lstrip(" \n")), first_entity)
    return FormattedText(
        right[spaces:], tuple(replace(entity, offset=entity.offset - spaces) for entity in cut)
    )


def _rank(entity: Entity) -> tuple[int, int, int]:
    return (entity.offset, -entity.length, _ORDER.get(entity.type, len(_ORDER)))


def _crosses(one: Entity, other: Entity) -> bool:
    """Whether they overlap without one containing the other."""
    first, second = sorted((one, other), key=_rank)
    return first.offset < second.offset < first.end < second.end


def _is_apart_or_inside(entity: Entity, quote: Entity) -> bool:
    is_apart = entity.end <= quote.offset or quote.end <= entity.offset
    return is_apart or (quote.offset <= entity.offset and entity.end <= quote.end)


def _without_overlap(entities: Iterable[Entity]) -> list[Entity]:
    kept: list[Entity] = []
    for entity in sorted(entities, key=_rank):
        if not kept or entity.offset >= kept[-1].end:
            kept.append(entity)
    return kept


def _disentangle(given: Iterable[Entity]) -> list[Entity]:
    """Sorted entities of which any two are apart or one lies within the other."""
    entities = list(given)
    quotes = _without_overlap(entity for entity in entities if entity.type in BLOCKQUOTES)
    whole = _without_overlap(
        entity for entity in entities if entity.type not in BLOCKQUOTES and entity.type not in SPLITTABLE
    )
    whole = [entity for entity in whole if all(_is_apart_or_inside(entity, quote) for quote in quotes)]
    pieces = _split((entity for entity in entities if entity.type in SPLITTABLE), quotes + whole)
    return sorted(quotes + whole + pieces, key=_rank)


def _split(splittable: Iterable[Entity], fixed: list[Entity]) -> list[Entity]:
    """Join styles of one kind, keep them out of code, and cut them where they would cross something."""
    pieces: list[Entity] = []
    for style in _joined(splittable):
        begin = style.offset
        for block in sorted((entity for entity in fixed if entity.type in MONOSPACED), key=_rank):
            if begin < block.offset < style.end:
                pieces.append(replace(style, offset=begin, length=block.offset - begin))
            if block.end > begin and block.offset < style.end:
                begin = block.end
        if begin < style.end:
            pieces.append(replace(style, offset=begin, length=style.end - begin))
    result: list[Entity] = []
    for piece in sorted(pieces, key=_rank):
        result.extend(_cut_at_crossings(piece, fixed + result))
    return result


def _joined(splittable: Iterable[Entity]) -> list[Entity]:
    joined: dict[str, list[Entity]] = {}
    for entity in sorted(splittable, key=_rank):
        same = joined.setdefault(entity.type, [])
        if same and entity.offset <= same[-1].end:
            same[-1] = replace(same[-1], length=max(same[-1].end, entity.end) - same[-1].offset)
        else:
            same.append(entity)
    return [entity for same in joined.values() for entity in same]


def _cut_at_crossings(piece: Entity, others: list[Entity]) -> list[Entity]:
    borders = {piece.offset, piece.end}
    for other in others:
        if _crosses(piece, other):
            borders.update(
                border for border in (other.offset, other.end) if piece.offset < border < piece.end
            )
    ordered = sorted(borders)
    return [replace(piece, offset=begin, length=end - begin) for begin, end in pairwise(ordered)]


def _with_found(text: FormattedText) -> list[Entity]:
    """The entities together with those found in the text; what was marked wins over what was found."""
    quotes = [entity for entity in text.entities if entity.type in BLOCKQUOTES]
    whole = [entity for entity in text.entities if entity.type not in (*SPLITTABLE, *BLOCKQUOTES)]
    found = [
        entity
        for entity in find_entities(text.text)
        if not any(entity.offset < other.end and other.offset < entity.end for other in whole)
        and all(_is_apart_or_inside(entity, quote) for quote in quotes)
    ]
    return _disentangle([*text.entities, *found])
