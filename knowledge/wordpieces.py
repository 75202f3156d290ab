"""Cutting English text into the pieces that BERT models read (uncased WordPiece)."""

import gzip
import re
import unicodedata
from pathlib import Path

# The vocabulary of bert-base-uncased, which MiniLM was trained with: Google Research, Apache License 2.0.
VOCABULARY = Path(__file__).with_name("wordpieces.txt.gz")

_LONGEST_WORD = 100
# A word, or one mark; Chinese characters stand alone.
_TOKEN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3400-\u9fff\uf900-\ufaff]+|[^\w\s]|_")


class WordPieces:
    """Gives the numbers of a text's pieces, with the marks for its beginning and end."""

    def __init__(self, vocabulary: Path = VOCABULARY) -> None:
        with gzip.open(vocabulary, "rt", encoding="utf-8") as lines:
            self._numbers = {line.rstrip("\n"): number for number, line in enumerate(lines)}
        self._unknown = self._numbers["[UNK]"]
        self._first, self._last = self._numbers["[CLS]"], self._numbers["[SEP]"]

    def numbers(self, text: str, limit: int) -> list[int]:
        """Return at most `limit` numbers, first and last mark included; what is longer is cut."""
        pieces: list[int] = []
        for word in _TOKEN.findall(_plain(text)):
            if len(pieces) >= limit - 2:
                break
            pieces += self._pieces(word)
        return [self._first, *pieces[: limit - 2], self._last]

    def is_whole(self, word: str) -> bool:
        """Return whether a word is one piece."""
        return _plain(word) in self._numbers

    def _pieces(self, word: str) -> list[int]:
        """The longest known beginning, then the longest continuation of it, and so on."""
        if len(word) > _LONGEST_WORD:
            return [self._unknown]
        pieces: list[int] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            end = next(
                (e for e in range(len(word), start, -1) if prefix + word[start:e] in self._numbers), None
            )
            if end is None:
                return [self._unknown]
            pieces.append(self._numbers[prefix + word[start:end]])
            start = end
        return pieces


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in parts if unicodedata.category(c) not in {"Mn", "Cc", "Cf"} or c.isspace())
