"""Writing in Discord's own markdown: escapes, links and code as its clients understand them."""

import re

from adapters.discord.write import Dialect
from adapters.house_text import moment_of

# The clients make links of bare addresses before they look at anything else, backslashes included.
_ADDRESS = re.compile(r"https?://[^\s<]+[^<.,:;\"'\]\s]")
_ESCAPED = re.compile(
    r"\\(?=[^\w\s]|_|$)"
    r"|`|(?<!\s)\*|\*(?!\s)"
    r"|(?<![^\W_])_|_(?![^\W_])"
    r"|~(?=~)|(?<=~)~|\|(?=\||$)|(?<=\|)\||^\|"
    r"|<(?=[@#:/A-Za-z])|\](?=\(|$)"
)
_TWO_TICKS, _THREE_TICKS = re.compile(r"`{2,}"), re.compile(r"`{3,}")
_LINE_START = re.compile(r"(#{1,3}\s|-#\s|>{1,3}\s|[-*+]\s|>{1,3}$)")
_NUMBERED = re.compile(r"(\d+)\.(?=\s|$)")


def escape_discord(text: str) -> str:
    """Escape what would gain meaning on Discord; `<@…>` and its kin would show as mentions even without a ping."""
    out: list[str] = []
    begin = 0
    for found in _ADDRESS.finditer(text):
        out += [_escape(text[begin : found.start()]), found.group()]
        begin = found.end()
    return "".join([*out, _escape(text[begin:])])


def without_posters(text: str) -> str:
    """The same, with its addresses set so that nothing of their pages is shown below the message."""
    return _ADDRESS.sub(r"<\g<0>>", text)


def _escape(text: str) -> str:
    return _ESCAPED.sub(lambda found: "\\" + found.group(), text)


def _escape_line_start(text: str) -> str:
    if numbered := _NUMBERED.match(text):
        return f"{numbered.group(1)}\\{text[numbered.end(1) :]}"
    # A word is judged without what follows it, which is a space or the end of the line.
    return "\\" + text if _LINE_START.match(text + " ") else text


def _code_text(code: str) -> str:
    # Nothing escapes a fence inside a fence, so a space of no width parts the backticks.
    return _THREE_TICKS.sub(lambda ticks: "\u200b".join(ticks[0]), code) or " "


def _code_span(code: str) -> str:
    code = code.replace("\n", " ") or " "
    if "`" not in code:
        return f"`{code}`"
    safe = _TWO_TICKS.sub(lambda ticks: "\u200b".join(ticks[0]), code)
    return f"`` {safe} ``"


def _link(written: str, text: str, url: str) -> str:
    if moment := moment_of(url):
        return f"<t:{moment.seconds}:{moment.style}>"
    if text == url or text == url.removeprefix("mailto:"):
        return text
    if not url.startswith(("https://", "http://")):
        return f"{written} ({escape_discord(url)})"
    if "://" in text:
        # Discord does not hide one address behind another.
        return f"{written} ({url})"
    address = url.replace("(", "%28").replace(")", "%29").replace(" ", "%20")
    return f"[{written}]({address})"


DISCORD = Dialect(
    escape=escape_discord,
    escape_line_start=_escape_line_start,
    line_break="\n",
    code_fence=lambda _code: "```",
    code_text=_code_text,
    code_span=_code_span,
    link=_link,
)
