"""A file that remembers the vectors of texts, so that a second start does not embed them again."""

import hashlib
import random
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from knowledge.vectors import Embedder, Vectors
from knowledge.wording import Lens, Pieces, ReadsPieces

Make = Callable[[Sequence[str]], Sequence[bytes]]
"""Gives what is to be remembered of each text."""

# Kept small: a stopped import resumes where it was, and progress costs one commit a batch.
_BATCH = 16
# Hashes in one question to the file: SQLite takes at least 999.
_LOOKED_UP = 900


class VectorCache:
    """Vectors by model, kind and text hash, in an SQLite file or (without a path) in memory."""

    def __init__(
        self, path: Path | str | None = None, *, told: Callable[[int, int], None] | None = None
    ) -> None:
        """Open the file; `told` hears how many of the new texts of a call are embedded, and how many there are.

        What it raises ends the call; what is embedded by then is kept.
        """
        self._told = told
        self._remembered: dict[str, bytes] = {}
        self._path = None if path is None else Path(path)
        if self._path is not None:
            _prepare(self._path)

    def queries(self, embedder: Embedder, texts: Sequence[str]) -> Vectors:
        """Return the query vectors of `texts`, embedding only those never seen."""
        return self._vectors(f"{embedder.name}|query", embedder.queries, texts)

    def passages(self, embedder: Embedder, texts: Sequence[str]) -> Vectors:
        """Return the passage vectors of `texts`, embedding only those never seen."""
        return self._vectors(f"{embedder.name}|passage", embedder.passages, texts)

    def pieces(self, reader: ReadsPieces, lens: Lens, texts: Sequence[str]) -> list[Pieces]:
        """Return the pieces of each of `texts`, reading only those never seen."""
        hashes, known = self._known(*_piecewise(reader, lens), texts)
        return [np.frombuffer(known[key], np.int8).reshape(-1, lens.width) for key in hashes]

    def remember_pieces(self, reader: ReadsPieces, lens: Lens, texts: Sequence[str]) -> None:
        """Read those of very many `texts` that were never seen, to be had quickly afterwards."""
        self._remember(*_piecewise(reader, lens), texts)

    def remember_queries(self, embedder: Embedder, texts: Sequence[str]) -> None:
        """Embed those of very many `texts` that were never seen, to be read a block at a time afterwards."""
        self._remember(f"{embedder.name}|query", _in_bytes(embedder.queries), texts)

    def remember_passages(self, embedder: Embedder, texts: Sequence[str]) -> None:
        """Embed those of very many `texts` that were never seen, to be read a block at a time afterwards."""
        self._remember(f"{embedder.name}|passage", _in_bytes(embedder.passages), texts)

    def _vectors(self, kind: str, embed: Callable[[Sequence[str]], Vectors], texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        hashes, known = self._known(kind, _in_bytes(embed), texts)
        return np.stack([np.frombuffer(known[key], dtype=np.float16) for key in hashes]).astype(np.float32)

    def _known(self, kind: str, make: Make, texts: Sequence[str]) -> tuple[list[str], dict[str, bytes]]:
        """The hash of each text, and what is stored by it, made where it was never seen."""
        hashes = [_hash(kind, text) for text in texts]
        known = self._load(hashes)
        if len(known) < len(set(hashes)):
            self._remember(kind, make, texts)
            known = self._load(hashes)
        return hashes, known

    def _remember(self, kind: str, make: Make, texts: Sequence[str]) -> None:
        waiting: dict[str, str] = {}
        for start in range(0, len(texts), _LOOKED_UP):
            block = {_hash(kind, text): text for text in texts[start : start + _LOOKED_UP]}
            known = self._load(list(block))
            waiting |= {key: text for key, text in block.items() if key not in known}
        all_waiting = list(waiting.items())
        batches = [all_waiting[start : start + _BATCH] for start in range(0, len(all_waiting), _BATCH)]
        # Several processes may begin with the same file and the same texts: each takes them in an order of its own, and
        # leaves out what another has made meanwhile.
        random.shuffle(batches)
        done = 0
        for batch in batches:
            self._make_fresh(dict(batch), make)
            done += len(batch)
            if self._told is not None:
                self._told(done, len(waiting))

    def _make_fresh(self, batch: dict[str, str], make: Make) -> None:
        known = self._load(list(batch))
        fresh = {key: text for key, text in batch.items() if key not in known}
        if fresh:
            self._save(dict(zip(fresh, make(list(fresh.values())), strict=True)))

    def _load(self, hashes: Sequence[str]) -> dict[str, bytes]:
        if self._path is None:
            return {key: self._remembered[key] for key in hashes if key in self._remembered}
        known: dict[str, bytes] = {}
        with closing(_open(self._path)) as database:
            for start in range(0, len(hashes), _LOOKED_UP):
                some = hashes[start : start + _LOOKED_UP]
                marks = ",".join("?" * len(some))
                known |= database.execute(f"select hash, vector from vectors where hash in ({marks})", some)  # noqa: S608  only marks
        return known

    def _save(self, fresh: dict[str, bytes]) -> None:
        if self._path is None:
            self._remembered |= fresh
            return
        with closing(_open(self._path)) as database, database:
            database.executemany("insert or ignore into vectors values (?, ?)", fresh.items())


def _piecewise(reader: ReadsPieces, lens: Lens) -> tuple[str, Make]:
    def read(some: Sequence[str]) -> list[bytes]:
        return [lens.packed(rows).tobytes() for rows in reader.pieces(some)]

    return f"{reader.name}|pieces {lens.name}", read


def _in_bytes(embed: Callable[[Sequence[str]], Vectors]) -> Make:
    return lambda texts: [row.astype(np.float16).tobytes() for row in embed(texts)]


def _hash(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind}|{text}".encode("utf-8", "replace")).hexdigest()


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=30)


def _prepare(path: Path) -> None:
    """Make the file ready. What it holds can be computed again, so a damaged one is simply replaced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    try:
        _create(path)
    except sqlite3.OperationalError:
        # Locked, read-only, disk full: not damaged, and not ours to delete.
        raise
    except sqlite3.DatabaseError:
        path.unlink()
        _create(path)


def _create(path: Path) -> None:
    with closing(_open(path)) as database, database:
        database.execute("create table if not exists vectors (hash text primary key, vector blob not null)")
