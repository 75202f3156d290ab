"""What people send besides words, on each platform, and what of it must be there on another."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.surface import Message, Upload
from tests.acceptance.files import document, picture

OGG = b"OggS\0\2" + bytes(20) + b"OpusHead" + bytes(60)
GIF = b"GIF89a" + (8).to_bytes(2, "little") * 2 + bytes(30) + b";"
WEBP = bytes.fromhex("524946461a000000574542505650384c0d0000002f7fc01f0007100a1a0a0000")
MP4 = b"\0\0\0\x18ftypmp42" + bytes(64)

Seen = Callable[[Message], bool]


@dataclass(frozen=True)
class Parcel:
    """Something to send: files, or content that only this platform's people can say."""

    files: tuple[Upload, ...] = ()
    content: Mapping[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    """What must be read on the other side."""


SHOWN_AS: dict[tuple[str, str], Seen] = {
    ("telegram", "voice"): lambda one: "voice" in one.native,
    ("discord", "voice"): lambda one: bool(one.native["flags"] & 1 << 13),
    ("telegram", "picture"): lambda one: "photo" in one.native,
    ("telegram", "hidden_picture"): lambda one: one.native.get("has_media_spoiler", False),
    ("discord", "hidden_picture"): lambda one: all(file.name.startswith("SPOILER_") for file in one.files),
    ("telegram", "film"): lambda one: "video" in one.native,
    ("telegram", "sound"): lambda one: "audio" in one.native,
    ("telegram", "moving_picture"): lambda one: "animation" in one.native,
    ("telegram", "document"): lambda one: "document" in one.native,
    ("telegram", "sticker"): lambda one: "sticker" in one.native or "photo" in one.native,
    ("telegram", "album"): lambda one: bool(one.native.get("media_group_id")),
}

_FILES: dict[str, tuple[Upload, ...]] = {
    "picture": (picture(),),
    "film": (Upload("film.mp4", "video/mp4", MP4, seconds=4),),
    "sound": (Upload("song.mp3", "audio/mpeg", b"ID3" + bytes(64), seconds=90),),
    "voice": (Upload("voice.ogg", "audio/ogg", OGG, "voice", 3),),
    "moving_picture": (Upload("jump.gif", "image/gif", GIF),),
    "document": (document(),),
    "album": tuple(Upload(f"p{n}.png", "image/png", picture(n, n).content) for n in (5, 6, 7)),
}
STICKERS = {
    "telegram": Upload("hello.webp", "image/webp", WEBP, "sticker"),
    "discord": Upload("hello.png", "image/png", picture(9, 9).content, "sticker"),
}
HIDDEN = {
    "telegram": replace(picture(), kind="spoiler"),
    "discord": replace(picture(), name="SPOILER_table.png"),
}
_PLACE = {"latitude": 52.52, "longitude": 13.405}
_SPECIAL: dict[str, dict[str, Parcel]] = {
    "telegram": {
        "location": Parcel(content={"location": _PLACE}, words=("52.52000, 13.40500",)),
        "live_location": Parcel(
            content={"location": {**_PLACE, "live_period": 600}}, words=("live location",)
        ),
        "venue": Parcel(
            content={"venue": {"location": _PLACE, "title": "Shop", "address": "Main Street 1"}},
            words=("Shop", "Main Street 1", "52.52000"),
        ),
        "contact": Parcel(
            content={"contact": {"phone_number": "+491701", "first_name": "Eve", "last_name": "Adams"}},
            words=("Eve Adams", "+491701"),
        ),
        "poll": Parcel(
            content={"poll": {"question": "Which one?", "options": [{"text": "Oak"}, {"text": "Ash"}]}},
            words=("Which one?", "Oak", "Ash"),
        ),
        "dice": Parcel(content={"dice": {"emoji": "🎲", "value": 4}}, words=("4",)),
        "game": Parcel(
            content={"game": {"title": "Sawmill", "description": "Cut it"}}, words=("Sawmill", "Cut it")
        ),
        "checklist": Parcel(
            content={"checklist": {"title": "To do", "tasks": [{"text": "Oil"}, {"text": "Wax"}]}},
            words=("To do", "Oil", "Wax"),
        ),
        "invoice": Parcel(
            content={
                "invoice": {
                    "title": "Chair",
                    "description": "of oak",
                    "start_parameter": "x",
                    "currency": "EUR",
                    "total_amount": 12345,
                }
            },
            words=("Chair", "123.45 EUR"),
        ),
        "story": Parcel(
            content={"story": {"chat": {"id": 7, "type": "private", "first_name": "Eve"}, "id": 3}},
            words=("story of Eve",),
        ),
        "gift": Parcel(content={"gift": {"text": "Thank you all"}}, words=("Thank you all",)),
        "moving_sticker": Parcel(
            (Upload("wave.tgs", "application/x-tgsticker", b"\x1f\x8b" + bytes(40), "sticker"),)
        ),
        "round_film": Parcel((Upload("note.mp4", "video/mp4", MP4, "video_note", 2),)),
        "unknown": Parcel(content={"unsupported": {}}, words=("cannot be shown here", "Telegram")),
    },
    "discord": {
        "poll": Parcel(
            content={"poll": {"question": "Which one?", "answers": ["Oak", "Ash"]}},
            words=("Which one?", "Oak", "Ash"),
        ),
        "drawn_sticker": Parcel(
            (Upload("wave.json", "application/json", b"{}", "sticker"),), words=("wave",)
        ),
        "game": Parcel(content={"activity": {"name": "Sawmill"}}, words=("Sawmill",)),
        "unknown": Parcel(content={"unsupported": {}}, words=("cannot be shown here", "Discord")),
    },
    "slack": {
        "canvas": Parcel(content={"canvas": {"title": "Plan of the house"}}, words=("Plan of the house",)),
        "list": Parcel(content={"list": {"title": "Open orders"}}, words=("Open orders",)),
        "file_elsewhere": Parcel(
            content={"external": {"title": "Price list", "url": "https://docs.example/p"}},
            words=("Price list",),
        ),
        "huddle": Parcel(content={"huddle": {}}, words=("started a huddle",)),
        "unknown": Parcel(content={"unsupported": {}}, words=("cannot be shown here", "Slack")),
    },
}
UNTOLD_TO_BOT = {("discord", "unknown")}
"""Where Discord withholds contents, what cannot be read and what is withheld look the same."""


def parcels_of(platform: str) -> dict[str, Parcel]:
    """Everything that people of a platform can send, by what it is."""
    files = {name: Parcel(uploads) for name, uploads in _FILES.items()}
    if platform in HIDDEN:
        files["hidden_picture"] = Parcel((HIDDEN[platform],))
    if platform in STICKERS:
        files["sticker"] = Parcel((STICKERS[platform],))
    return files | _SPECIAL[platform]
