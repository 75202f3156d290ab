"""The files of a message, as references that can be opened again after a restart; what is no file, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters import Translate
from adapters.fields import amount, mappings
from adapters.slack.scope import PLATFORM
from adapters.slack.styled import escaped
from bot.core.content import FileKind, FileRef, told_size
from bot.core.files import kind_of, safe_name

Payload = Mapping[str, Any]

_SUBTYPES = {"slack_audio": FileKind.VOICE, "slack_video": FileKind.VIDEO}
_GONE = frozenset({"tombstone", "hidden_by_limit"})
_PAGES = {
    **dict.fromkeys(("quip", "canvas", "application/vnd.slack-docs"), "📄"),
    **dict.fromkeys(("list", "application/vnd.slack-list"), "📋"),
}
"""Canvases and lists, by mode, type and content type: pages of Slack that have no content to download."""


def file_refs(message: Payload) -> tuple[FileRef, ...]:
    """Return the files that lie on Slack, those of a message that is shared here last."""
    if "files" not in message and "attachments" not in message:
        return ()
    return tuple(_ref(file) for file in _files(message) if _is_carried(file))


def words_beside(message: Payload, texts: Translate) -> Iterator[str]:
    """In CommonMark what hangs on the message and is no file that could be carried: pages, links, what is gone."""
    for file in _files(message):
        if not _is_carried(file) and (told := _told(file, texts)):
            yield told


def _files(message: Payload) -> Iterator[Payload]:
    yield from mappings(message, "files")
    for share in shares(message):
        yield from mappings(share, "files")


def shares(message: Payload) -> list[Payload]:
    """The messages that are shared in it. A link that Slack unfolds is an attachment too, but nobody shared that."""
    return [one for one in mappings(message, "attachments") if one.get("is_share")]


def _is_carried(file: Payload) -> bool:
    mode, access = str(file.get("mode") or ""), str(file.get("file_access") or "")
    is_elsewhere = file.get("is_external") or mode == "external"
    is_shut = mode in _GONE or access in {"access_denied", "file_not_found"}
    return bool(file.get("id")) and not (is_elsewhere or is_shut or _page_sign(file))


def _page_sign(file: Payload) -> str:
    found = (_PAGES.get(str(file.get(key) or "")) for key in ("mode", "filetype", "mimetype"))
    return next((sign for sign in found if sign), "")


def _told(file: Payload, texts: Translate) -> str:
    name = safe_name(str(file.get("title") or file.get("name") or ""), "")
    if file.get("mode") == "tombstone":
        return _clip(texts("a file that was deleted"))
    if file.get("mode") == "hidden_by_limit":
        return _clip(texts("a file that is beyond the limit of this workspace"))
    if sign := _page_sign(file):
        return _link(sign, name or texts("a page on Slack"), str(file.get("permalink") or ""))
    if file.get("is_external") or file.get("mode") == "external":
        # It lies elsewhere, where the bot's token must not go; people can open the link.
        url = str(file.get("external_url") or file.get("url_private") or "")
        return _link("", name or url, url)
    return _clip(name, texts("(a file that the bot may not open)"))


def _clip(*words: str) -> str:
    return escaped(" ".join(["📎", *filter(None, words)]))


def _link(sign: str, name: str, url: str) -> str:
    is_plain = url.startswith(("https://", "http://")) and not set(url) & set(" <>\\\n")
    shown = f"[{escaped(name)}](<{url}>)" if is_plain else escaped(name)
    return f"{sign} {shown}".strip()


def _ref(file: Payload) -> FileRef:
    mime = str(file.get("mimetype") or "application/octet-stream")
    url = str(file.get("url_private_download") or file.get("url_private") or "")
    return FileRef(
        platform=PLATFORM,
        id=f"{file['id']} {url}".strip(),
        name=safe_name(str(file.get("name") or file.get("title") or "")),
        kind=_kind(file, mime),
        mime=mime,
        size_bytes=told_size(file.get("size")),
        seconds=amount(file, "duration_ms") / 1000,
        unique=str(file["id"]),
    )


def address_of(file: FileRef) -> tuple[str, str]:
    """Return (file id, address) of a reference; the address is "" when Slack keeps it back until asked."""
    file_id, _, url = file.id.partition(" ")
    return file_id, url


def _kind(file: Payload, mime: str) -> FileKind:
    if (subtype := str(file.get("subtype") or "")) in _SUBTYPES:
        return _SUBTYPES[subtype]
    return kind_of(mime)
