"""Words with styles to inline CommonMark that reads back as exactly these words in exactly these styles."""

import re
from collections.abc import Iterator, Sequence

from markdown_it.common.utils import isMdAsciiPunct, isPunctChar
from msgspec import Struct
from msgspec.structs import replace

from adapters.house_text import UNDERLINE, Moment
from adapters.slack.elements import joined, words_of
from adapters.slack.from_commonmark import rich_text
from adapters.slack.payloads import Json

_SIGNS = {"bold": "**", "strike": "~~", "italic": "_", "underline": UNDERLINE[0]}
_CLOSING = {**_SIGNS, "underline": UNDERLINE[1]}
_SIGN = r"[\\`*\[\]<]|\|\||~~|&(?=#?\w{1,32};)|(?<![^\W_])_|_(?![^\W_])"
_SPECIAL = re.compile(_SIGN)
_SPECIAL_IF_JOINED = re.compile(_SIGN + r"|[~|]$|&(?=#?\w{0,31}$)")
"""With what may mean something together with the beginning of the next run."""
# What follows on the line is looked at, never what follows on others: that would take the square of the text.
_START = (
    r"#{1,6}(?=\s|$)|>|[-+](?=\s|$)|[-=](?=(?:[-=]|[^\S\n])*$)|[-:|](?=(?:[-:|]|[^\S\n])*$)"
    r"|\d{1,9}(?=[.)](?:\s|$))"
)
_LINE_START = re.compile(rf"(?m)^({_START})")
# What may not stand as it is in words without a style; wider than needed, so that it is found fast.
_MAYBE_SPECIAL = re.compile(r"[\\`*\[\]<&|~_]")
_ODD_START = re.compile(rf"\s|(?:{_START})", re.MULTILINE)
_ODD_NEXT_START = re.compile(rf"\n(?:\s|{_START})", re.MULTILINE)
_INDENT = re.compile(r"(?m)^[^\S\n]")
_SPACE = re.compile(r"\s+")
# Only where the space begins: tried at each of its characters, a long gap would take the square of its length.
_BREAK = re.compile(r"(?<!\s)(\s*\n\s*\n\s*)")
_TICKS = re.compile(r"`+")
_DATE_FORMAT = re.compile(r"([^{}]*)(\{.*\})([^{}]*)")
_LINKABLE = re.compile(r"(?:https?://|mailto:|tel:)[^\s<>\\]+", re.IGNORECASE)


class _Run(Struct, frozen=True):
    text: str
    styles: frozenset[str]
    raw: str = ""
    """Ready CommonMark of these words: code and links."""

    @property
    def is_space(self) -> bool:
        return not self.raw and self.text.isspace()


def escaped(text: str) -> str:
    """Return CommonMark that reads exactly as this plain text."""
    return _at_line_starts(_special(text))


def inline(words: Sequence[Json]) -> str:
    """Return one or more paragraphs of CommonMark; words are text and link elements with their `style`."""
    runs = list(_edged(run for word in joined(words) if (run := _run(word)) is not None))
    return "\n\n".join(_paragraph(runs) for runs in _paragraphs(runs))


def plain_text(text: str) -> str:
    """Return what `inline` makes of words without a style, which mostly is these words."""
    is_odd = _MAYBE_SPECIAL.search(text) or _ODD_START.match(text) or text[-1:].isspace()
    if is_odd or ("\n" in text and _ODD_NEXT_START.search(text)):
        return inline([{"type": "text", "text": text}]).strip("\n")
    return text


def _run(word: Json) -> _Run | None:
    styles = frozenset(name for name, is_on in (word.get("style") or {}).items() if is_on)
    if word.get("type") == "date":
        return _date(word, styles & _SIGNS.keys())
    url = str(word.get("url") or "") if word.get("type") == "link" else ""
    text = str(word.get("text") or url)
    if not text:
        return None
    if "code" in styles:
        code = text.replace("\n", " ")
        return _Run(code, styles & {"code", *_SIGNS}, _code(code))
    styles &= _SIGNS.keys()
    if not _LINKABLE.fullmatch(url):
        return _Run(f"{text} ({url})" if url and text != url else text, styles)
    if text == url:
        return _Run(url, styles, f"<{url}>")
    label = _SPACE.sub(" ", text)
    return _Run(label, styles, f"[{_special(label)}](<{url}>)")


def _date(word: Json, styles: frozenset[str]) -> _Run | None:
    """A date is shown by Slack as its format says, in the reader's time zone."""
    found = _DATE_FORMAT.fullmatch(_SPACE.sub(" ", str(word.get("format") or "")))
    try:
        moment = Moment(int(word["timestamp"]), _date_style(found[2] if found else ""))
    except (KeyError, TypeError, ValueError):
        fallback = str(word.get("fallback") or "")
        return _Run(fallback, styles) if fallback else None
    before, after = (found[1], found[3]) if found else ("", "")
    written = f"{_special(before)}[{moment.words}]({moment.url}){_special(after)}"
    return _Run(f"{before}{moment.words}{after}", styles, written)


def _date_style(tokens: str) -> str:
    if "{ago}" in tokens:
        return "R"
    has_date, has_time = "{date" in tokens or "{day" in tokens, "{time" in tokens
    if has_date and has_time:
        return "F" if "{date_long}" in tokens else "f"
    if has_time:
        return "T" if "{time_secs}" in tokens else "t"
    return "f" if not has_date else "d" if "{date_num}" in tokens else "D"


def _code(code: str) -> str:
    longest = max((len(ticks) for ticks in _TICKS.findall(code)), default=0)
    ticks = "`" * (longest + 1)
    is_edged = code[0] == "`" or code[-1] == "`" or (code[0] == code[-1] == " " and code.strip() != "")
    return f"{ticks} {code} {ticks}" if is_edged else f"{ticks}{code}{ticks}"


# -- spaces and paragraphs


def _edged(runs: Iterator[_Run]) -> Iterator[_Run]:
    """Take spaces out of the edges of styles, where CommonMark would not see the style."""
    for run in runs:
        if run.raw:
            yield run
            continue
        for piece in _BREAK.split(run.text):
            core = piece.strip()
            start = piece.find(core) if core else len(piece)
            for text, styles in (
                (piece[:start], frozenset[str]()),
                (core, run.styles),
                (piece[start + len(core) :], frozenset[str]()),
            ):
                if text:
                    yield _Run(text, styles)


def _paragraphs(runs: Sequence[_Run]) -> Iterator[list[_Run]]:
    paragraph: list[_Run] = []
    space = ""
    for run in runs:
        if run.is_space:
            space += run.text
            continue
        if space.count("\n") > 1 and paragraph:
            yield paragraph
            paragraph, space = [], space.rpartition("\n")[2]
        if space and (paragraph or "\n" not in space):
            paragraph.append(_Run(space, _shared(paragraph, run)))
        space = ""
        paragraph.append(run)
    if paragraph:
        yield paragraph


def _shared(before: Sequence[_Run], run: _Run) -> frozenset[str]:
    return (before[-1].styles & run.styles) - {"code"} if before else frozenset()


# -- styles


def _paragraph(runs: Sequence[_Run]) -> str:
    if any(run.styles - {"code"} for run in runs):
        # Rules about signs beside signs have corners; where one is met, the words matter more than their styles.
        for without in (frozenset[str](), frozenset({"italic"})):
            kept = [replace(run, styles=run.styles - without) for run in runs] if without else runs
            pieces = list(_marked(kept))
            marked = _at_line_starts("".join(_separated(pieces)))
            if _is_clear(pieces) or _reads_as(marked, kept):
                return marked
    return _at_line_starts("".join(_shown(_unstyled(runs))))


def _unstyled(runs: Sequence[_Run]) -> list[_Run]:
    """Without styles but that of code; code beside code becomes one, since its signs would run together."""
    kept: list[_Run] = []
    for run in runs:
        if "code" in run.styles and kept and "code" in kept[-1].styles:
            text = kept[-1].text + run.text
            kept[-1] = _Run(text, run.styles, _code(text))
        else:
            kept.append(run)
    return kept


class _Piece(Struct, frozen=True):
    text: str
    way: str = ""
    """open, close, or "" for words."""


def _marked(runs: Sequence[_Run]) -> Iterator[_Piece]:
    """Words and the signs between them: what lasts longest is opened first."""
    shown = _shown(runs)
    opened: list[str] = []
    for at, run in enumerate(runs):
        wanted = run.styles - {"code"}
        while not wanted.issuperset(opened):
            yield _Piece(_CLOSING[opened.pop()], "close")
        if run.is_space:
            # A style cannot be opened before a space.
            yield _Piece(run.text)
            continue
        lasting = sorted(wanted.difference(opened), key=lambda style: (-_lasts(runs, at, style), style))
        for style in lasting:
            opened.append(style)
            yield _Piece(_SIGNS[style], "open")
        yield _Piece(shown[at])
    for style in reversed(opened):
        yield _Piece(_CLOSING[style], "close")


def _lasts(runs: Sequence[_Run], at: int, style: str) -> int:
    end = at
    while end < len(runs) and style in runs[end].styles:
        end += 1
    return end - at


def _separated(pieces: list[_Piece]) -> Iterator[str]:
    """Write signs so that they count: `*` inside words, and a letter as a number where a sign would stick to it."""
    pieces = _with_stars(pieces)
    for at, piece in enumerate(pieces):
        text = piece.text
        before = pieces[at - 1] if at else _Piece("")
        after = pieces[at + 1] if at + 1 < len(pieces) else _Piece("")
        if not piece.way and before.way == "close" and at > 1:
            inside = pieces[at - 2].text[-1:]
            if _is_wordlike(text[:1]) and _is_sign(inside):
                text = f"&#{ord(text[0])};{text[1:]}"
        if not piece.way and after.way == "open" and at + 2 < len(pieces):
            inside = pieces[at + 2].text[:1]
            if _is_wordlike(text[-1:]) and _is_sign(inside):
                text = f"{text[:-1]}&#{ord(text[-1])};"
        yield text


def _is_clear(pieces: Sequence[_Piece]) -> bool:
    """True when every sign stands between a space and a word: then it needs no reading back."""
    for at, piece in enumerate(pieces):
        if not piece.way:
            continue
        before = pieces[at - 1].text[-1:] if at else ""
        after = pieces[at + 1].text[:1] if at + 1 < len(pieces) else ""
        outside, inside = (before, after) if piece.way == "open" else (after, before)
        if not _is_wordlike(inside) or not (outside == "" or outside.isspace()):
            return False
    return True


def _with_stars(pieces: list[_Piece]) -> list[_Piece]:
    starred = list(pieces)
    opened: list[int] = []
    for at, piece in enumerate(pieces):
        if piece.way == "open":
            opened.append(at)
        elif piece.way == "close":
            start = opened.pop()
            before = pieces[start - 1].text[-1:] if start else ""
            after = pieces[at + 1].text[:1] if at + 1 < len(pieces) else ""
            if piece.text == "_" and (_is_wordlike(before) or _is_wordlike(after)):
                starred[start], starred[at] = replace(starred[start], text="*"), replace(piece, text="*")
    return starred


def _is_sign(character: str) -> bool:
    return bool(character) and (isMdAsciiPunct(ord(character)) or isPunctChar(character))


def _is_wordlike(character: str) -> bool:
    return bool(character) and not character.isspace() and not _is_sign(character)


def _reads_as(text: str, runs: Sequence[_Run]) -> bool:
    found = [
        (str(word.get("text") or word.get("url") or word.get("fallback")), frozenset(word.get("style", ())))
        for element in rich_text(text)
        for word in words_of(element)
    ]
    return _signs_of(found) == _signs_of([(run.text, run.styles) for run in runs])


def _signs_of(runs: Sequence[tuple[str, frozenset[str]]]) -> list[tuple[str, frozenset[str]]]:
    """Each sign with its styles; a space looks the same in any."""
    return [(sign, frozenset() if sign.isspace() else styles) for text, styles in runs for sign in text]


# -- signs that a person typed


def _shown(runs: Sequence[_Run]) -> list[str]:
    """The words of each run, so that no sign of theirs means anything."""
    following = [*runs[1:], _Run(" ", frozenset())]
    return [
        run.raw or _special(run.text, is_joined=not after.is_space)
        for run, after in zip(runs, following, strict=True)
    ]


def _special(text: str, *, is_joined: bool = False) -> str:
    pattern = _SPECIAL_IF_JOINED if is_joined else _SPECIAL
    return pattern.sub(lambda found: "".join(f"\\{sign}" for sign in found[0]), text)


def _at_line_starts(text: str) -> str:
    text = _LINE_START.sub(lambda found: f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}", text)
    return _INDENT.sub(lambda found: f"&#{ord(found[0])};", text)
