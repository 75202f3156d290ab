"""Files people and the bot have sent, and the ids under which each may be had again."""

import base64
import hashlib
import mimetypes
import pathlib
import re
from dataclasses import dataclass, field

from sandbox.telegram.model import StoredFile

FOLDERS = {
    "photo": "photos",
    "document": "documents",
    "video": "videos",
    "audio": "music",
    "voice": "voice",
    "animation": "animations",
    "sticker": "stickers",
    "video_note": "video_notes",
    "thumbnail": "thumbnails",
}
USUAL_SUFFIXES = {"photo": ".jpg", "voice": ".oga", "thumbnail": ".jpg"}


@dataclass(slots=True)
class FileStore:
    by_unique_id: dict[str, StoredFile] = field(default_factory=dict)
    by_path: dict[str, StoredFile] = field(default_factory=dict)

    def add(self, kind: str, name: str, mime: str, content: bytes) -> StoredFile:
        """Keep the content; the same bytes as the same kind under the same name are the same file."""
        name = name.encode("utf-8", "replace").decode()
        digest = hashlib.sha256(f"{kind}\0{name}\0{mime}\0".encode() + content).digest()
        unique_id = "AgAD" + base64.urlsafe_b64encode(digest[:9]).decode()
        known = self.by_unique_id.get(unique_id)
        if known is not None:
            return known
        path = f"{FOLDERS[kind]}/file_{len(self.by_path)}{_suffix(kind, name, mime)}"
        stored = StoredFile(unique_id, name, mime or "application/octet-stream", content, kind, path)
        self.by_unique_id[unique_id] = stored
        self.by_path[path] = stored
        return stored

    def find(self, file_id: str) -> StoredFile | None:
        """By the id a bot was given."""
        return self.by_unique_id.get(file_id.removeprefix("BQACAgIAAxk"))


def _suffix(kind: str, name: str, mime: str) -> str:
    """As in the name, unless that would not do in a path."""
    own = pathlib.PurePosixPath(name).suffix
    is_plain = re.fullmatch(r"\.[A-Za-z0-9]{1,10}", own) is not None
    return USUAL_SUFFIXES.get(kind) or (own if is_plain else mimetypes.guess_extension(mime) or "")


def file_id(stored: StoredFile) -> str:
    """Other than the unique id, as on Telegram: only this one can be sent or downloaded."""
    return "BQACAgIAAxk" + stored.unique_id
