"""Slack's own markup: read when a message comes without blocks, written where Slack takes nothing richer."""

import re
from collections.abc import Iterator, Sequence

from adapters.slack.payloads import Json

_FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
_TOKEN = re.compile(
    r"`(?P<code>[^`\n]+)`|<(?P<entity>(?:[@#]\w|!|[a-z][a-z0-9+.-]*:)[^<>\n]+)>"
    r"|:(?P<emoji>[a-z0-9_+'-]*[a-z+-][a-z0-9_+'-]*(?:::skin-tone-[2-6])?):|(?P<mark>[*_~])|(?P<line>\n)"
)
# The same without styles, for a text of so many signs and lines that nobody wrote it for people to read.
_PLAIN_TOKEN = re.compile(_TOKEN.pattern.partition("|(?P<mark>")[0] + "|(?P<mark>(?!))|(?P<line>(?!))")
_MOST_MARKS = 3000
_THREE_TICKS = re.compile(r"`{3,}")
_STYLES = {"*": "bold", "_": "italic", "~": "strike"}
_SIGNS = (("code", "`"), ("strike", "~"), ("italic", "_"), ("bold", "*"))
_BULLET = re.compile(r"( *)[•◦▪︎] +(.*)")


def escaped(text: str) -> str:
    """Escape the three signs by which Slack's markup can address people or link (docs: formatting message text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


# -- reading


def rich_text(text: str) -> list[Json]:
    """Return the rich_text elements of some mrkdwn, as Slack would have made them."""
    elements: list[Json] = []
    token = _TOKEN if sum(map(text.count, "*_~\n")) <= _MOST_MARKS else _PLAIN_TOKEN
    for at, piece in enumerate(_FENCE.split(text)):
        if at % 2:
            elements.append({"type": "rich_text_preformatted", "elements": [_text(unescaped(piece), {})]})
        elif piece.strip():
            elements.extend(_sections(piece.removeprefix("\n") if at else piece, token))
    return elements


def _sections(text: str, token: re.Pattern[str]) -> Iterator[Json]:
    kind, lines = "", list[str]()
    for line in text.split("\n"):
        line_kind, content = _line_kind(line)
        if line_kind != kind and lines:
            yield _section(kind, lines, token)
            lines = []
        kind = line_kind
        lines.append(content)
    if lines:
        yield _section(kind, lines, token)


def _line_kind(line: str) -> tuple[str, str]:
    for quote in ("&gt;&gt;&gt;", "&gt;"):
        if line.startswith(quote):
            return "quote", line.removeprefix(quote).removeprefix(" ")
    if bullet := _BULLET.fullmatch(line):
        return f"bullet{len(bullet[1]) // 4}", bullet[2]
    return "text", line


def _section(kind: str, lines: list[str], token: re.Pattern[str]) -> Json:
    if kind.startswith("bullet"):
        items = [{"type": "rich_text_section", "elements": _inline(line, token)} for line in lines]
        return {"type": "rich_text_list", "style": "bullet", "indent": int(kind[6:]), "elements": items}
    name = "rich_text_quote" if kind == "quote" else "rich_text_section"
    return {"type": name, "elements": _inline("\n".join(lines), token)}


def _inline(text: str, token: re.Pattern[str]) -> list[Json]:
    tokens = list(token.finditer(text))
    paired = _paired(text, tokens)
    words: list[Json] = []
    styles: dict[str, bool] = {}
    at = 0
    for number, found in enumerate(tokens):
        words.append(_text(unescaped(text[at : found.start()]), styles))
        at = found.end()
        if number in paired:
            style = _STYLES[found["mark"]]
            styles = {name: True for name in styles if name != style} | (
                {} if style in styles else {style: True}
            )
        elif found["code"] is not None:
            words.append(_text(unescaped(found["code"]), {**styles, "code": True}))
        elif found["entity"] is not None:
            words.append({**_entity(found["entity"]), **({"style": styles} if styles else {})})
        elif found["emoji"] is not None:
            words.append({"type": "emoji", "name": found["emoji"]})
        else:
            words.append(_text(found[0], styles))
    words.append(_text(unescaped(text[at:]), styles))
    return [word for word in words if word["type"] != "text" or word["text"]]


def _paired(text: str, tokens: Sequence[re.Match[str]]) -> set[int]:
    """Which marks open or close a style: both stand on one line, hug their words and touch no other word."""
    paired: set[int] = set()
    opened: dict[str, int] = {}
    for number, token in enumerate(tokens):
        mark = token["mark"]
        if token["line"]:
            opened = {}
        if not mark:
            continue
        before, after = text[: token.start()][-1:], text[token.end() : token.end() + 1]
        if mark in opened and before and not before.isspace() and before != mark and not after.isalnum():
            start = opened.pop(mark)
            paired |= {start, number}
            # A style that was opened inside and is still open crosses this one: Slack shows its sign.
            opened = {other: at for other, at in opened.items() if at < start}
        elif mark not in opened and after and not after.isspace() and after != mark and not before.isalnum():
            opened[mark] = number
    return paired


def _entity(inside: str) -> Json:
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        return {"type": "user", "user_id": target[1:], "label": unescaped(label)}
    if target.startswith("#"):
        return {"type": "channel", "channel_id": target[1:], "label": unescaped(label)}
    if target.startswith("!subteam^"):
        return {
            "type": "usergroup",
            "usergroup_id": target.removeprefix("!subteam^"),
            "label": unescaped(label),
        }
    if target.startswith("!date^"):
        _, seconds, shape, *_ = *target.split("^"), "", ""
        if not seconds.lstrip("-").isdecimal():
            return _text(unescaped(label), {})
        date: Json = {"type": "date", "timestamp": int(seconds), "format": unescaped(shape)}
        return {**date, "fallback": unescaped(label)}
    if target.startswith("!"):
        return {"type": "broadcast", "range": target[1:]}
    return {"type": "link", "url": unescaped(target), **({"text": unescaped(label)} if label else {})}


def _text(text: str, styles: dict[str, bool]) -> Json:
    return {"type": "text", "text": text, **({"style": styles} if styles else {})}


# -- writing


def mrkdwn(elements: Sequence[Json]) -> str:
    """Return rich_text elements (of words and links) as mrkdwn that addresses nobody."""
    lines: list[str] = []
    for element in elements:
        words = element.get("elements", [])
        match element["type"]:
            case "rich_text_list":
                lines.extend(_list_lines(element))
            case "rich_text_quote":
                lines.extend(f"&gt; {line}" for line in _written(words).split("\n"))
            case "rich_text_preformatted":
                code = "".join(str(word.get("text") or word.get("url") or "") for word in words)
                # Three ticks inside would end it: a space without width keeps them apart.
                code = _THREE_TICKS.sub(lambda ticks: "\u200b".join(ticks[0]), escaped(code))
                lines.append(f"```\n{code}\n```")
            case _:
                lines.append(_written(words))
    return "\n".join(lines)


def _list_lines(element: Json) -> Iterator[str]:
    lead = "    " * int(element.get("indent", 0))
    for number, item in enumerate(element["elements"], int(element.get("offset", 0)) + 1):
        marker = "•" if element.get("style") == "bullet" else f"{number}."
        yield f"{lead}{marker} {_written(item['elements'])}"


def _written(words: Sequence[Json]) -> str:
    return "".join(_word(word) for word in words)


def _word(word: Json) -> str:
    text = str(word.get("text") or "")
    if word["type"] == "date":
        shape = str(word["format"])
        return _signed(f"<!date^{word['timestamp']}^{shape}|{_label(str(word['fallback']))}>", word)
    if word["type"] == "link":
        url = escaped(str(word["url"])).replace("|", "%7C")
        return _signed(f"<{url}|{_label(text)}>" if text else f"<{url}>", word)
    if not word.get("style"):
        return escaped(text)
    # Slack's styles end with the line.
    return "\n".join(_signed(escaped(line), word) for line in text.split("\n"))


def _label(text: str) -> str:
    return escaped(text).replace("|", "¦").replace("\n", " ")


def _signed(text: str, word: Json) -> str:
    styles = word.get("style") or {}
    core = text.strip()
    if not core or not styles:
        return text
    start = text.find(core)
    lead, tail = text[:start], text[start + len(core) :]
    for style, sign in _SIGNS:
        if styles.get(style) and not (style == "code" and "`" in core):
            core = f"{sign}{core}{sign}"
    return f"{lead}{core}{tail}"
