"""What a Slack message says, as CommonMark: its rich text with names for ids, and what was shared in it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from adapters import Translate, in_english
from adapters.fields import mapping, mappings
from adapters.fields import words as words_under
from adapters.slack import emoji_names, mrkdwn
from adapters.slack.attached import shares, words_beside
from adapters.slack.elements import tidied, words_of
from adapters.slack.payloads import Json
from adapters.slack.people import Found
from adapters.slack.scope import Me
from adapters.slack.styled import escaped, plain_text
from adapters.slack.tables import table_of
from adapters.slack.to_commonmark import commonmark
from bot.core.texts import mark

_CALL_GAP = re.compile(r"^[\s,:–-]+")
_SPACE = re.compile(r"^\s+")
_NAMED_BY = {"user": "user_id", "channel": "channel_id", "usergroup": "usergroup_id"}
"""The kinds of mentions whose names Slack must be asked for, and what identifies them."""


class Mentions(NamedTuple):
    """Ids without names, in the order of `_NAMED_BY`."""

    people: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


_NOBODY = Mentions()
_CANNOT_SHOW = mark("(something that cannot be shown here; it is in the original chat on Slack)")
_WORD_LENGTH = 5
"""What a word takes in reading besides its letters, counted in letters."""


def spoken(message: Json) -> list[Json]:
    """Return the rich_text elements of a message: from its blocks, which are exact, else from its text.

    Blocks of a shape that nobody here can read are passed over: the text says the same.
    """
    elements: list[Json] = []
    for block in mappings(message, "blocks"):
        if block.get("type") == "rich_text":
            inner = block.get("elements")
            elements.extend(inner if isinstance(inner, list) else ())
        elif block.get("type") == "table":
            elements.append(table_of(dict(block)))
    if not (elements and all(map(_is_readable, elements))):
        elements = mrkdwn.rich_text(str(message.get("text") or ""))
    return elements


def _is_readable(element: object) -> bool:
    if not isinstance(element, dict) or not isinstance(element.get("type"), str):
        return False
    if "elements" not in element:
        return True
    inner = element["elements"]
    return isinstance(inner, list) and all(map(_is_readable, inner))


def only_text(elements: Sequence[Json]) -> str | None:
    """The words of a message that is one paragraph of one style and nothing else, as most are; None for others."""
    if len(elements) != 1 or elements[0].get("type") != "rich_text_section":
        return None
    words = elements[0].get("elements", ())
    if len(words) != 1 or words[0].get("type") != "text" or words[0].get("style"):
        return None
    return str(words[0].get("text") or "")


def mentioned(elements: Sequence[Json]) -> Mentions:
    """Who and what is mentioned and carries no name of its own."""
    if only_text(elements) is not None:
        return _NOBODY
    found: dict[str, set[str]] = {kind: set() for kind in _NAMED_BY}
    for element in elements:
        for word in words_of(element):
            kind = str(word.get("type"))
            if kind in found and not word.get("label"):
                found[kind].add(str(word.get(_NAMED_BY[kind], "")))
    return Mentions(*(frozenset(found[kind]) for kind in _NAMED_BY))


def length_of(message: Json, elements: Sequence[Json]) -> int:
    """How much there is to read in a message of which these elements were `spoken`: characters, or a little more."""
    plain = only_text(elements)
    words = (word for element in elements for word in words_of(element)) if plain is None else ()
    said = len(plain or "") + sum(_WORD_LENGTH + len(str(word.get("text") or "")) for word in words)
    return said + sum(len(str(share.get("text") or "")) for share in shares(message))


def says(
    message: Json,
    me: Me,
    found: Found,
    elements: Sequence[Json] | None = None,
    texts: Translate = in_english,
) -> str:
    """Return the message as CommonMark, without the mention of the bot that it may begin with.

    `elements` is what was `spoken`, for who knows it already.
    """
    elements = spoken(message) if elements is None else elements
    plain = only_text(elements)
    text = plain_text(plain.lstrip()) if plain is not None else _styled(message, me, found, elements)
    said = [text, *_shared_texts(message), *words_beside(message, texts)]
    # Half a character, as JSON can carry it, can be stored nowhere.
    return "\n\n".join(text for text in said if text).encode(errors="replace").decode()


def _styled(message: Json, me: Me, found: Found, elements: Sequence[Json]) -> str:
    """The elements as CommonMark; where they cannot be drawn, what the message's text says."""
    try:
        return commonmark(tidied([_named(element, found) for element in _without_call(elements, me)]))
    except (TypeError, ValueError, LookupError, AttributeError):
        words = mrkdwn.rich_text(str(message.get("text") or ""))
        return commonmark(tidied([_named(element, found) for element in _without_call(words, me)]))


def forwarded_from(message: Json) -> str:
    """The name of who wrote a message that is shared here, or ""; the platform's own where nobody is named."""
    names = (str(one.get("author_name") or one.get("author_subname") or "Slack") for one in shares(message))
    return next(names, "")


def said_otherwise(message: Json, texts: Translate) -> str:
    """What a message without words of its own says in other blocks and attachments; at least that there is one."""
    parts = [part for block in mappings(message, "blocks") for part in _parts_of(block)]
    for one in mappings(message, "attachments"):
        inner = [part for block in mappings(one, "blocks") for part in _parts_of(block)]
        parts += inner or [words_under(one, key) for key in ("pretext", "title", "text")]
        if not any(parts):
            parts.append(words_under(one, "fallback"))
    said = (commonmark(tidied([_named(one, Found()) for one in mrkdwn.rich_text(part)])) for part in parts)
    told = "\n\n".join(filter(None, said)) or escaped(texts(_CANNOT_SHOW))
    return told.encode(errors="replace").decode()


def _parts_of(block: Mapping[str, Any]) -> Iterator[str]:
    """The texts of a block that is no rich text: a heading, a section, a caption."""
    texts = (
        mapping(block, "text"),
        mapping(block, "title"),
        *mappings(block, "fields"),
        *mappings(block, "elements"),
    )
    yield words_under(block, "text")
    yield from (words_under(one, "text") for one in texts)
    yield words_under(block, "alt_text")


def _shared_texts(message: Json) -> Iterator[str]:
    for share in shares(message):
        text = commonmark(
            tidied([_named(one, Found()) for one in mrkdwn.rich_text(str(share.get("text") or ""))])
        )
        if text:
            yield "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _without_call(elements: Sequence[Json], me: Me) -> Sequence[Json]:
    """Take off what says nothing at the start: spaces, and the mention that calls the bot."""
    first = elements[0] if elements else {}
    if first.get("type") != "rich_text_section":
        return elements
    words = [word for word in first.get("elements", ()) if word.get("type") != "text" or word.get("text")]
    is_call = bool(words) and words[0].get("user_id") == me.user_id
    gap, words = (_CALL_GAP, words[1:]) if is_call else (_SPACE, words)
    if words and words[0].get("type") == "text":
        words = [{**words[0], "text": gap.sub("", str(words[0]["text"]))}, *words[1:]]
    return [{**first, "elements": words}, *elements[1:]]


def _named(element: Json, found: Found) -> Json:
    if "elements" in element:
        return {**element, "elements": [_named(one, found) for one in element["elements"]]}
    kind = str(element.get("type"))
    if kind in {"text", "link", "date"}:
        return element
    maker = _WORDS.get(kind, _other)
    style = {"style": element["style"]} if element.get("style") else {}
    return {"type": "text", "text": maker(element, found), **style}


def _emoji(word: Json, _found: Found) -> str:
    code, name = str(word.get("unicode") or ""), str(word.get("name") or "")
    known = emoji_names.from_code_points(code) if code else emoji_names.from_name(name, word.get("skin_tone"))
    return known or f":{name}:"


def _user(word: Json, found: Found) -> str:
    return f"@{word.get('label') or found.name(str(word.get('user_id', '')))}"


def _channel(word: Json, found: Found) -> str:
    channel_id = str(word.get("channel_id", ""))
    return f"#{word.get('label') or found.channels.get(channel_id, channel_id)}"


def _group(word: Json, found: Found) -> str:
    known = found.groups.get(str(word.get("usergroup_id", "")))
    # Without the scope to read their names, that it was some group is all there is to say.
    return f"@{str(word.get('label') or known or 'group').removeprefix('@')}"


def _broadcast(word: Json, _found: Found) -> str:
    return f"@{word.get('range') or 'channel'}"


def _other(word: Json, _found: Found) -> str:
    return str(word.get("fallback") or word.get("text") or word.get("value") or "")


_WORDS: dict[str, Callable[[Json, Found], str]] = {
    "emoji": _emoji,
    "user": _user,
    "channel": _channel,
    "usergroup": _group,
    "broadcast": _broadcast,
    "team": lambda word, _found: f"@{word.get('fallback') or 'team'}",
}
