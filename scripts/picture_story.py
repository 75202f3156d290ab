"""What is said in the pictures of docs/what-it-looks-like.md: one complaint, as people of each platform type it."""

import io
from collections.abc import Mapping
from typing import Any

from PIL import Image, ImageDraw

from sandbox.surface import Upload
from sandbox.telegram.model import Entity

WENT_WRONG_AT = 1796137200
"""A fixed moment: each reader of the pictures' page would see it in their own zone, the pictures are in UTC."""
QUESTIONS = {
    "words": ("What is wrong with it?",),
    "files": ("Which of them is it?", "And by when do you need it?"),
}
"""What the agent asks first, by what the customer then shows."""
_CODE = '{"order": 2041, "legs": [68, 68, 70, 70]}'
_MANUAL = "https://example.org/fjord"

DISCORD = f"""## Table Fjord
It came <t:{WENT_WRONG_AT}:f>, with **four** legs that are __not__ *quite* ~~equal~~ the same:
- two of 68 cm
  - part `LEG-68`
- two of 70 cm
> Check all parts before you build.
```json
{_CODE}
```
The door code is ||4711||, the [manual]({_MANUAL}) does not help. 🙏"""

_PIECES: tuple[tuple[str, tuple[str, ...], Mapping[str, Any]], ...] = (
    ("Table Fjord", ("bold",), {}),
    ("\nIt came ", (), {}),
    ("on Tuesday", ("date_time",), {"unix_time": WENT_WRONG_AT, "date_time_format": "Dt"}),
    (", with ", (), {}),
    ("four", ("bold",), {}),
    (" legs that are ", (), {}),
    ("not", ("underline",), {}),
    (" ", (), {}),
    ("quite", ("italic",), {}),
    (" ", (), {}),
    ("equal", ("strikethrough",), {}),
    (" the same:\n- two of 68 cm, part ", (), {}),
    ("LEG-68", ("code",), {}),
    ("\n- two of 70 cm\n", (), {}),
    ("Check all parts before you build.", ("blockquote",), {}),
    ("\n", (), {}),
    (_CODE, ("pre",), {"language": "json"}),
    ("\nThe door code is ", (), {}),
    ("4711", ("spoiler",), {}),
    (", the ", (), {}),
    ("manual", ("text_link",), {"url": _MANUAL}),
    (" does not help. 🙏", (), {}),
)


def telegram() -> tuple[str, tuple[Entity, ...]]:
    """The text and its entities, which Telegram's apps make of what is chosen in their menus."""
    text, entities = "", []
    for piece, kinds, more in _PIECES:
        offset, length = (len(part.encode("utf-16-le")) // 2 for part in (text, piece))
        entities += [Entity(kind, offset, length, **more) for kind in kinds]
        text += piece
    return text, tuple(entities)


def slack() -> tuple[str, tuple[dict[str, Any], ...]]:
    """The text, and the blocks that Slack's composer makes of it."""
    date = {
        "type": "date",
        "timestamp": WENT_WRONG_AT,
        "format": "{date_short} at {time}",
        "fallback": "Tuesday",
    }
    parts = [
        _section(
            _word("Table Fjord", bold=True),
            _word("\nIt came "),
            date,
            _word(", with "),
            _word("four", bold=True),
        ),
        _list(0, _word("two of 68 cm")),
        _list(1, _word("part "), _word("LEG-68", code=True)),
        _list(0, _word("two of 70 cm")),
        {"type": "rich_text_quote", "elements": [_word("Check all parts before you build.")]},
        {"type": "rich_text_preformatted", "language": "json", "elements": [_word(_CODE)]},
        _section(
            _word("The "),
            {"type": "link", "url": _MANUAL, "text": "manual"},
            _word(" does not help. "),
            {"type": "emoji", "name": "pray"},
        ),
    ]
    parts[0]["elements"] += [
        _word(" legs that are "),
        _word("not", underline=True),
        _word(" "),
        _word("quite", italic=True),
        _word(" "),
        _word("equal", strike=True),
        _word(" the same:"),
    ]
    return "Table Fjord", ({"type": "rich_text", "elements": parts},)


def _word(text: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def _section(*words: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(words)}


def _list(indent: int, *words: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_list", "style": "bullet", "indent": indent, "elements": [_section(*words)]}


_LIGHTS = (
    ((214, 222, 226), (236, 228, 214)),
    ((196, 208, 196), (228, 232, 220)),
    ((222, 208, 200), (240, 230, 222)),
)


def photographs() -> tuple[Upload, ...]:
    """Three drawings of a table, from three sides."""
    return tuple(Upload(f"table-{at + 1}.png", "image/png", _drawing(at)) for at in range(len(_LIGHTS)))


def _drawing(at: int) -> bytes:
    width, height = 640, 480
    wall, floor = _LIGHTS[at]
    picture = Image.new("RGB", (width, height), wall)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 330, width, height), fill=floor)
    draw.rectangle(
        (430 - 150 * at, 60, 540 - 150 * at, 190), fill=(160, 200, 222), outline=(250, 250, 248), width=8
    )
    left, right = 110 + 40 * at, 520 - 20 * at
    draw.ellipse((left - 10, 395, right + 20, 440), fill=tuple(part - 24 for part in floor))
    wood, dark = (176, 124, 74), (132, 90, 52)
    for number, x in enumerate((left + 14, left + 90, right - 96, right - 34)):
        draw.polygon(
            [(x, 250), (x + 22, 250), (x + 17, 400 + 9 * (number % 2)), (x + 5, 400 + 9 * (number % 2))],
            fill=dark,
        )
    draw.rounded_rectangle((left - 22, 226, right + 22, 256), 10, fill=wood)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def receipt() -> Upload:
    return Upload("receipt-2041.pdf", "application/pdf", b"%PDF-1.7\n" + b"2041\n" * 9_200 + b"%%EOF\n")


def voice() -> Upload:
    """No sound is in it: nobody hears a picture."""
    content = b"OggS\0\2" + bytes(20) + b"OpusHead" + b"\1\1" + bytes(4_000)
    return Upload("voice-message.ogg", "audio/ogg", content, "voice", 12)
