"""Guessing the language of a short chat line, Greek in Latin letters included."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from knowledge.folding import unaccented

# Greek typed in Latin letters, as BCP 47 writes it.
GREEKLISH = "el-Latn"

# How many triples' worth of the known languages a language learned from a few articles starts with.
_BORROWED = 200.0

# Letters that tell a language from those that look alike without their accents.
_OWN_LETTERS = {"hr": "ćđ", "lv": "āēģīķļņū"}
_LETTER_ODDS = 20.0

_LETTERS = re.compile(r"[^\W\d_]+")


def main_language(code: str) -> str:
    """Return the language of a code without its region or script: British and American English are read alike."""
    return code.replace("_", "-").split("-")[0].lower()


class LanguageGuesser:
    """Compares the letter triples of a text with those each language is made of (naive Bayes)."""

    def __init__(
        self, languages: Iterable[str], triples: Iterable[str], log_shares: NDArray[np.float32]
    ) -> None:
        self.languages = tuple(languages)
        self._row = {triple: row for row, triple in enumerate(triples)}
        self._log_shares = log_shares

    def extended(self, samples: Mapping[str, Iterable[str]]) -> "LanguageGuesser":
        """Return a guesser that also knows the languages of `samples`, from their texts alone."""
        new = {language: texts for language, texts in samples.items() if language not in self.languages}
        if not new:
            return self
        table = np.concatenate([self._log_shares, self._usual_shares(new)], axis=1)
        return LanguageGuesser([*self.languages, *new], self._row, table)

    def _usual_shares(self, samples: Mapping[str, Iterable[str]]) -> NDArray[np.float32]:
        """Estimate from little text: a triple that was not seen is as rare as it is in the known languages."""
        known = np.exp(self._log_shares).mean(axis=1)
        columns = []
        for texts in samples.values():
            seen = Counter(triple for text in texts for triple in letter_triples(text) if triple in self._row)
            counts = np.array([seen[triple] for triple in self._row], np.float32)
            columns.append(np.log((counts + _BORROWED * known) / (counts.sum() + _BORROWED)))
        return np.stack(columns, axis=1).astype(np.float32)

    def shares(self, text: str) -> dict[str, float]:
        """Return how likely each known language is, adding up to 1; even when nothing can be told."""
        rows = [self._row[triple] for triple in letter_triples(text) if triple in self._row]
        # Letters of one word are not independent witnesses: the root keeps certainty honest.
        evidence = self._log_shares[rows].sum(axis=0) / math.sqrt(max(1, len(rows)))
        odds = np.exp(evidence - evidence.max())
        return {
            language: float(share) for language, share in zip(self.languages, odds / odds.sum(), strict=True)
        }


def told_by_letters(text: str, shares: Mapping[str, float]) -> dict[str, float]:
    """Return the shares with what letters say that only one of the languages has; they add up to 1 again."""
    said = set(text.lower())
    odds = {
        language: share * (_LETTER_ODDS if said & set(_OWN_LETTERS.get(language, "")) else 1.0)
        for language, share in shares.items()
    }
    total = sum(odds.values())
    return {language: share / total for language, share in odds.items()}


def letter_triples(text: str) -> list[str]:
    """Return the letter triples of the words of `text`, word edges included, accents left out."""
    padded = [f" {word} " for word in _LETTERS.findall(unaccented(text))]
    return [word[i : i + 3] for word in padded for i in range(len(word) - 2)]


def learn_triples(
    texts: Mapping[str, Iterable[str]], size: int
) -> tuple[list[str], list[str], NDArray[np.float32]]:
    """Return languages, triples and log shares for `LanguageGuesser`, from sample texts of each language."""
    counts = {
        language: Counter(t for text in samples for t in letter_triples(text))
        for language, samples in texts.items()
    }
    shares = {
        language: {t: n / count.total() for t, n in count.items()} for language, count in counts.items()
    }
    everywhere = Counter[str]()
    for share in shares.values():
        everywhere.update(share)
    triples = [triple for triple, _ in everywhere.most_common(size)]
    table = np.array(
        [[math.log(shares[lang].get(t, 0.0) + 1e-6) for lang in texts] for t in triples], dtype=np.float32
    )
    return list(texts), triples, table
