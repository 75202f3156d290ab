"""What a message of ours says of itself, invisibly, so that a reply to it is understood after a restart.

The marker is a link without a visible character at the beginning of the message. It is signed and bound to its
chat, because a person could type such a link and have the bot repeat it elsewhere.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any

from adapters.telegram.formatted import Formatted, Span

INVISIBLE = "\u200b"
_HOST = "https://t.me/"
_QUERY = "?desk="
_SIGNATURE_BYTES = 12


class Markers:
    """Writes and reads the markers of one bot."""

    def __init__(self, token: str) -> None:
        self._key = hashlib.sha256(b"allhands marker " + token.encode()).digest()

    def marked(self, whole: Formatted, username: str, chat: str, *words: str) -> Formatted:
        """The text with these words in its marker; readable only from the same chat."""
        payload = _encode(json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode())
        url = f"{_HOST}{username or 'allhands'}{_QUERY}{payload}.{self._signature(chat, payload)}"
        return Formatted(INVISIBLE, (Span("text_link", 0, 1, url=url),)) + whole

    def words(self, entities: Iterable[Mapping[str, Any]], chat: str) -> tuple[str, ...]:
        """The words of a message's marker; () when it has none, or none that we wrote for this chat."""
        for entity in entities:
            url = entity.get("url")
            if entity.get("offset") == 0 and isinstance(url, str) and url.startswith(_HOST):
                payload, _, signature = url.partition(_QUERY)[2].partition(".")
                if payload and hmac.compare_digest(
                    signature.encode(errors="replace"), self._signature(chat, payload).encode()
                ):
                    return _decode(payload)
        return ()

    def _signature(self, chat: str, payload: str) -> str:
        digest = hmac.digest(self._key, f"{chat}|{payload}".encode(), "sha256")
        return _encode(digest[:_SIGNATURE_BYTES])


def _encode(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def _decode(payload: str) -> tuple[str, ...]:
    try:
        words = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, binascii.Error):
        return ()
    return tuple(map(str, words)) if isinstance(words, list) else ()
