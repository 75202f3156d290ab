"""Slack's markup: what a person types becomes mrkdwn, and mrkdwn becomes the `rich_text` block that clients show."""

import re
from collections.abc import Mapping

from sandbox.slack.model import Json

_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
_ENTITY = re.compile(
    r"<((?:@[UWB][A-Z0-9]+|#C[A-Z0-9]+|!(?:here|channel|everyone|subteam\^[A-Z0-9]+|date\^[^<>|]+)"
    r"|https?://[^<>|\s]+|mailto:[^<>|\s]+)(?:\|[^<>\n]*)?)>"
)
_TYPED_LINK = re.compile(r"<((?:https?://|mailto:)[^<>|\s]+(?:\|[^<>\n]*)?)>")
_BARE = re.compile(r"https?://[^\s<>|]+|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TAIL = ".,;:!?)'\"*_~`"
_LIST_ITEM = re.compile(r"^(?:(?P<bullet>[-•]) |(?P<number>\d{1,3})\. )(?P<text>.*)$")
_TOKEN = re.compile(
    r"`(?P<code>[^`\n]+)`|<(?P<entity>[^<>\n]+)>|:(?P<emoji>(?:[a-z][a-z0-9_+'-]*|[+-]1|100|1234|8ball)(?:::skin-tone-[2-6])?):"
    r"|(?P<mark>[*_~])|(?P<newline>\n)"
)
_STYLES = {"*": "bold", "_": "italic", "~": "strike"}


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def from_typing(text: str, names: Mapping[str, str]) -> str:
    """Return the mrkdwn of what a person typed: links, @names and #channels become entities, the rest is escaped.

    `names` maps "@name" and "#name" in small letters to the entity; nothing is looked up inside code.
    """
    pieces = _CODE.split(text)
    mentions = _mentions_pattern(names, text)
    for at, piece in enumerate(pieces):
        if at % 2:
            pieces[at] = escape(piece)
        else:
            pieces[at] = "".join(_typed_piece(part, mentions, names) for part in _split(_TYPED_LINK, piece))
    bulleted = [re.sub(r"^- ", "• ", line) for line in "".join(pieces).split("\n")]
    return "\n".join(bulleted)


def to_typing(text: str, names: Mapping[str, str]) -> str:
    """Return what the edit box shows of a message: names instead of entities, plain signs instead of escapes.

    `names` is the same mapping as for `from_typing`, which undoes this.
    """
    typed = {entity: name for name, entity in names.items()}

    def shown(found: re.Match[str]) -> str:
        target, _, label = found[1].partition("|")
        if target.startswith(("@", "#", "!")):
            return typed.get(found[0], found[0])
        return label if target == f"mailto:{label}" else target if not label else found[0]

    return unescape(_ENTITY.sub(shown, text))


def from_api(text: str, names: Mapping[str, str] | None = None) -> str:
    """Return what Slack stores of an app's text: stray signs escaped, bare links made links, names if asked for."""
    pieces = _CODE.split(text)
    mentions = _mentions_pattern(names or {}, text)
    for at, piece in enumerate(pieces):
        parts = []
        for is_entity, part in _split(_ENTITY, piece):
            if is_entity:
                parts.append(f"<{part}>")
                continue
            safe = re.sub(r"&(?!amp;|lt;|gt;)", "&amp;", part).replace("<", "&lt;").replace(">", "&gt;")
            if at % 2 == 0:
                safe = _link_bare(safe)
                safe = _with_mentions(safe, mentions, names or {})
            parts.append(safe)
        pieces[at] = "".join(parts)
    return "".join(pieces)


def _split(pattern: re.Pattern[str], text: str) -> list[tuple[bool, str]]:
    """Cut the text at the pattern's first group: (is what was found, text) in order."""
    return [(bool(at % 2), part) for at, part in enumerate(pattern.split(text)) if part]


def _mentions_pattern(names: Mapping[str, str], text: str) -> re.Pattern[str] | None:
    """What finds the names; None where the text cannot hold one, for a pattern of all names costs its time."""
    if not names or not ("@" in text or "#" in text):
        return None
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<![\w@#.])(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)


def _with_mentions(text: str, mentions: re.Pattern[str] | None, names: Mapping[str, str]) -> str:
    return text if mentions is None else mentions.sub(lambda found: names[found[0].lower()], text)


def _typed_piece(part: tuple[bool, str], mentions: re.Pattern[str] | None, names: Mapping[str, str]) -> str:
    is_link, text = part
    if is_link:
        url, bar, label = text.partition("|")
        return f"<{escape(url)}{bar}{escape(label)}>"
    return _with_mentions(_link_bare(escape(text)), mentions, names)


def _link_bare(text: str) -> str:
    def link(found: re.Match[str]) -> str:
        # The signs that end a sentence are not part of the address, nor is a sign that was escaped.
        address = re.split(r"&(?:lt|gt);", found[0])[0].rstrip(_TAIL)
        rest = found[0][len(address) :]
        if not address.startswith("http"):
            return f"<mailto:{address}|{address}>{rest}"
        return f"<{address}>{rest}"

    return _BARE.sub(link, text)


# -- mrkdwn to rich_text


def rich_text(mrkdwn: str, *, is_typed: bool = False) -> Json:
    """The rich_text block of some mrkdwn; only what a person typed has lists, as Slack's own composer makes them."""
    elements: list[Json] = []
    for at, piece in enumerate(_FENCE.split(mrkdwn)):
        if at % 2:
            elements.append(
                {"type": "rich_text_preformatted", "elements": [_text(unescape(piece))], "border": 0}
            )
        elif piece.strip("\n"):
            cut = piece.removeprefix("\n") if at else piece
            elements.extend(_sections(cut.removesuffix("\n"), is_typed=is_typed))
    if not elements:
        elements.append({"type": "rich_text_section", "elements": []})
    return {"type": "rich_text", "elements": elements}


def _sections(text: str, *, is_typed: bool) -> list[Json]:
    sections: list[Json] = []
    kind, lines = "", list[str]()

    def flush() -> None:
        if lines:
            sections.append(_section(kind, lines))
            lines.clear()

    for line in text.split("\n"):
        line_kind, content = _line_kind(line, is_typed=is_typed)
        if line_kind != kind:
            flush()
            kind = line_kind
        lines.append(content)
    flush()
    return sections


def _line_kind(line: str, *, is_typed: bool) -> tuple[str, str]:
    if line.startswith("&gt;"):
        return "quote", line.removeprefix("&gt;").removeprefix(" ")
    if is_typed and (item := _LIST_ITEM.match(line)):
        return ("bullet" if item["bullet"] else "ordered"), item["text"]
    return "text", line


def _section(kind: str, lines: list[str]) -> Json:
    if kind in {"bullet", "ordered"}:
        items = [{"type": "rich_text_section", "elements": inline(line)} for line in lines]
        return {"type": "rich_text_list", "style": kind, "indent": 0, "border": 0, "elements": items}
    name = "rich_text_quote" if kind == "quote" else "rich_text_section"
    return {"type": name, "elements": inline("\n".join(lines))}


def inline(mrkdwn: str) -> list[Json]:
    """The elements of one section: text, links, mentions and emoji with their styles."""
    tokens = list(_TOKEN.finditer(mrkdwn))
    marks = _paired_marks(mrkdwn, tokens)
    elements: list[Json] = []
    styles: dict[str, bool] = {}
    at = 0
    for number, token in enumerate(tokens):
        _append_text(elements, mrkdwn[at : token.start()], styles)
        at = token.end()
        if number in marks:
            style = _STYLES[token["mark"]]
            if styles.pop(style, False) is False:
                styles[style] = True
        elif token["code"] is not None:
            _append_text(elements, token["code"], {**styles, "code": True})
        elif token["entity"] is not None:
            _append(elements, _entity(token["entity"]), styles)
        elif token["emoji"] is not None:
            _append(elements, {"type": "emoji", "name": token["emoji"]}, styles)
        else:
            _append_text(elements, token[0], styles)
    _append_text(elements, mrkdwn[at:], styles)
    return elements


def _paired_marks(text: str, tokens: list[re.Match[str]]) -> set[int]:
    """The tokens that open or close a style: a pair stands on one line and hugs its words."""
    paired: set[int] = set()
    open_marks: list[tuple[str, int]] = []
    for number, token in enumerate(tokens):
        if token["newline"]:
            open_marks.clear()
        if not (mark := token["mark"]):
            continue
        before, after = text[token.start() - 1 : token.start()], text[token.end() : token.end() + 1]
        opener = next((at for at in range(len(open_marks)) if open_marks[at][0] == mark), None)
        hugs_left = bool(before) and not before.isspace() and before != mark
        if opener is not None and hugs_left and not after.isalnum():
            paired |= {open_marks[opener][1], number}
            del open_marks[opener:]
        elif opener is None and after and not after.isspace() and after != mark and not before.isalnum():
            open_marks.append((mark, number))
    return paired


def _entity(inside: str) -> Json:
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        return {"type": "user", "user_id": target[1:]}
    if target.startswith("#"):
        return {"type": "channel", "channel_id": target[1:]}
    if target.startswith("!subteam^"):
        return {"type": "usergroup", "usergroup_id": target.removeprefix("!subteam^")}
    if target.startswith("!date^"):
        return _text(unescape(label))
    if target.startswith("!"):
        return {"type": "broadcast", "range": target[1:]}
    link: Json = {"type": "link", "url": unescape(target)}
    if label:
        link["text"] = unescape(label)
    return link


def _text(text: str) -> Json:
    return {"type": "text", "text": text}


def _append(elements: list[Json], element: Json, styles: dict[str, bool]) -> None:
    elements.append({**element, "style": dict(styles)} if styles else element)


def _append_text(elements: list[Json], text: str, styles: dict[str, bool]) -> None:
    if not text:
        return
    last = elements[-1] if elements else None
    if last is not None and last["type"] == "text" and last.get("style", {}) == styles:
        last["text"] += unescape(text)
        return
    _append(elements, _text(unescape(text)), styles)
