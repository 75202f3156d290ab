"""The files of a message, as references that can be opened again after a restart."""

import unicodedata
from collections.abc import Iterator

from adapters.slack.payloads import Json
from adapters.slack.scope import PLATFORM
from bot.core.content import FileKind, FileRef, told_size

_MOST_IN_NAME = 120
_KINDS = {"image": FileKind.PICTURE, "video": FileKind.VIDEO, "audio": FileKind.AUDIO}
_SUBTYPES = {"slack_audio": FileKind.VOICE, "slack_video": FileKind.VIDEO}
_GONE = frozenset({"tombstone", "hidden_by_limit"})


def file_refs(message: Json) -> tuple[FileRef, ...]:
    """Return the files that lie on Slack; what lies elsewhere is a link in the text."""
    return tuple(_refs(message))


def _refs(message: Json) -> Iterator[FileRef]:
    for file in message.get("files") or ():
        if file.get("is_external") or file.get("mode") in _GONE or not file.get("id"):
            continue
        mime = str(file.get("mimetype") or "application/octet-stream")
        url = str(file.get("url_private_download") or file.get("url_private") or "")
        yield FileRef(
            platform=PLATFORM,
            id=f"{file['id']} {url}".strip(),
            name=safe_name(str(file.get("name") or file.get("title") or "file")),
            kind=_kind(file, mime),
            mime=mime,
            size_bytes=told_size(file.get("size")),
        )


def address_of(file: FileRef) -> tuple[str, str]:
    """Return (file id, address) of a reference; the address is "" when Slack keeps it back until asked."""
    file_id, _, url = file.id.partition(" ")
    return file_id, url


def _kind(file: Json, mime: str) -> FileKind:
    if (subtype := file.get("subtype")) in _SUBTYPES:
        return _SUBTYPES[subtype]
    if mime == "image/gif":
        return FileKind.ANIMATION
    return _KINDS.get(mime.partition("/")[0], FileKind.DOCUMENT)


def safe_name(name: str) -> str:
    """A file name without path, control and direction signs, at most 120 characters, its ending kept."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C").strip(" .")
    if len(shown) <= _MOST_IN_NAME:
        return shown or "file"
    stem, dot, ending = shown.rpartition(".")
    if not dot or len(ending) > 16:
        return shown[:_MOST_IN_NAME]
    return f"{stem[: _MOST_IN_NAME - len(ending) - 1]}.{ending}"
