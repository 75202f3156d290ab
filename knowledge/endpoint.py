"""Vectors from any service that speaks OpenAI's embeddings interface: POST {address}/embeddings."""

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import numpy as np
from cachetools import LRUCache

from knowledge.retry_after import seconds_to_wait
from knowledge.vectors import EmbeddingError, SpaceKind, Vectors

_log = logging.getLogger(__name__)

_BATCH = 64
# A customer waits for a question, nobody for an article.
_QUESTION_SECONDS, _ARTICLE_SECONDS = 4.0, 60.0
_QUESTION_TRIES, _ARTICLE_TRIES = 1, 5
_LONGEST_PAUSE_SECONDS = 30.0
_LARGEST_ANSWER = 64 * 1024 * 1024
_LARGEST_VECTOR = 8_192
_REMEMBERED_QUESTIONS = 512
_TRY_AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504})


class Endpoint:
    """A model behind an address. Texts leave this machine, so it is used only where the settings name it."""

    space = SpaceKind.UNKNOWN
    languages: frozenset[str] | None = None
    english = None

    def __init__(
        self, address: str, model: str, key: str = "", *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Name the service; nothing is asked of it yet."""
        # The address tells models of one name on two servers apart.
        place = hashlib.sha256(address.rstrip("/").encode()).hexdigest()[:8]
        self.name = f"{model}@{place}"
        self._model = model
        self._sleep = sleep
        self._url = f"{address.rstrip('/')}/embeddings"
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        # No redirects: the key and customers' words go where the settings say, and nowhere else.
        self._client = httpx.Client(headers=headers, follow_redirects=False)
        self._dimensions = 0
        self._questions: LRUCache[str, Vectors] = LRUCache(_REMEMBERED_QUESTIONS)
        self._lock = threading.Lock()

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has; 0 until the first one came."""
        return self._dimensions

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Embed what people ask; a single question is asked once, quickly, and remembered for a while."""
        if len(texts) != 1:
            return self.passages(texts)
        (text,) = texts
        with self._lock:
            known = self._questions.get(text)
        if known is None:
            known = self._embed(texts, _QUESTION_SECONDS, _QUESTION_TRIES)
            with self._lock:
                self._questions[text] = known
        return known

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Embed texts in batches, patiently."""
        batches = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
        rows = [self._embed(batch, _ARTICLE_SECONDS, _ARTICLE_TRIES) for batch in batches]
        return np.concatenate(rows) if rows else np.zeros((0, self._dimensions), np.float32)

    def knows(self, word: str) -> bool:
        """Call every word an ordinary one."""
        return True

    def close(self) -> None:
        self._client.close()

    def _embed(self, texts: Sequence[str], seconds: float, tries: int) -> Vectors:
        # A service refuses empty texts, and JSON knows no half surrogates.
        clean = [text.encode("utf-8", "replace").decode().replace("\0", " ").strip() or "-" for text in texts]
        for attempt in range(1, tries + 1):
            try:
                return self._vectors(self._answer(clean, seconds), len(clean))
            except _Again as again:
                if attempt == tries:
                    raise EmbeddingError(str(again)) from again
                pause = min(again.after_seconds or 2.0**attempt, _LONGEST_PAUSE_SECONDS)
                _log.warning("knowledge.embeddings_again reason=%s attempt=%d", again, attempt)
                self._sleep(pause)
        raise EmbeddingError("not tried")

    def _answer(self, texts: Sequence[str], seconds: float) -> bytes:
        body = {"model": self._model, "input": list(texts), "encoding_format": "float"}
        ends_at = time.monotonic() + seconds
        received = bytearray()
        try:
            with self._client.stream("POST", self._url, json=body, timeout=seconds) as response:
                self._check(response)
                for part in response.iter_bytes():
                    received += part
                    if len(received) > _LARGEST_ANSWER:
                        raise EmbeddingError("the answer is too large")
                    # A timeout of the client begins anew with each byte that trickles in.
                    if time.monotonic() > ends_at:
                        raise _Again("the answer takes too long")
        except httpx.HTTPError as error:
            raise _Again(type(error).__name__) from error
        except httpx.InvalidURL as error:
            raise EmbeddingError("the address is not one") from error
        return bytes(received)

    @staticmethod
    def _check(response: httpx.Response) -> None:
        if response.status_code in _TRY_AGAIN:
            raise _Again(
                f"status {response.status_code}", seconds_to_wait(response.headers.get("Retry-After", ""))
            )
        if response.status_code != httpx.codes.OK:
            # What the service says may repeat what it was asked, so only its status is told.
            raise EmbeddingError(f"status {response.status_code}")

    def _vectors(self, answer: bytes, wanted: int) -> Vectors:
        rows = _rows(answer)
        if sorted(rows) != list(range(wanted)):
            raise EmbeddingError("the answer lacks vectors")
        try:
            vectors = np.array([rows[number] for number in range(wanted)], np.float32)
        except (ValueError, TypeError, OverflowError) as error:
            raise EmbeddingError("the answer holds no vectors") from error
        if vectors.ndim != 2 or not 0 < vectors.shape[1] <= _LARGEST_VECTOR or not np.isfinite(vectors).all():
            raise EmbeddingError("the answer holds no vectors")
        with self._lock:
            if self._dimensions not in {0, vectors.shape[1]}:
                raise EmbeddingError("the vectors have changed their length")
            self._dimensions = vectors.shape[1]
        unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        return unit


class _Again(Exception):  # noqa: N818  it is a reason, not an error yet
    """It may work a little later."""

    def __init__(self, reason: str, after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.after_seconds = after_seconds


def _rows(answer: bytes) -> dict[int, Any]:
    try:
        stored = json.loads(answer)
        return {int(one.get("index", place)): one["embedding"] for place, one in enumerate(stored["data"])}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise EmbeddingError("the answer is not what an embeddings service says") from error
