"""Guessing the language of a short chat line, Greek in Latin letters included."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from knowledge.folding import unaccented

# Greek typed in Latin letters, as BCP 47 writes it.
GREEKLISH = "el-Latn"

Cut = Callable[[str], Iterable[str]]
"""Cuts a text into the pieces that are counted."""

# How many pieces' worth of the known languages a language learned from a few articles starts with.
_BORROWED = 200.0
# A word says less than its triples together: chosen on lines that nothing was learned from.
_WORD_WEIGHT = np.float32(0.8)
# How often a word that a base does not use in one of its languages might have been there.
_UNSEEN = 0.5

# Letters that tell a language from those that look alike without their accents.
_OWN_LETTERS = {"hr": "ćđ", "lv": "āēģīķļņū"}
_LETTER_ODDS = 20.0

_LETTERS = re.compile(r"[^\W\d_]+")


def main_language(code: str) -> str:
    """Return the language of a code without its region or script: British and American English are read alike."""
    return code.replace("_", "-").split("-")[0].lower()


class Usage:
    """How often each language uses pieces of text, be they triples of letters or words."""

    def __init__(self, pieces: Iterable[str], log_shares: NDArray[np.float32]) -> None:
        """Take a row of log shares for each piece, with a column for each language."""
        self._row = {piece: row for row, piece in enumerate(pieces)}
        self._log_shares = log_shares

    def evidence(self, pieces: Iterable[str]) -> NDArray[np.float32]:
        """Return what speaks for each language, in logarithms; pieces that are not known say nothing."""
        rows = [self._row[piece] for piece in pieces if piece in self._row]
        # Pieces of one line are not independent witnesses: the root keeps certainty honest.
        evidence: NDArray[np.float32] = self._log_shares[rows].sum(axis=0) / np.float32(
            math.sqrt(max(1, len(rows)))
        )
        return evidence

    def extended(self, samples: Iterable[Iterable[str]]) -> "Usage":
        """Return the spelling with a language more for each of the samples, which are little text.

        A piece that was not seen is as rare as it is in the known languages.
        """
        known = np.exp(self._log_shares).mean(axis=1)
        columns = [self._log_shares.T]
        for pieces in samples:
            seen = Counter(piece for piece in pieces if piece in self._row)
            counts = np.array([seen[piece] for piece in self._row], np.float32)
            columns.append(np.log((counts + _BORROWED * known) / (counts.sum() + _BORROWED))[None])
        return Usage(self._row, np.concatenate(columns).T.astype(np.float32))


class LanguageGuesser:
    """Compares the letter triples and the words of a text with those each language is made of (naive Bayes)."""

    def __init__(
        self, languages: Iterable[str], triples: Usage, words: Usage, own: Usage | None = None
    ) -> None:
        """Take `own` for the words of a base's own articles, if they tell any two languages apart."""
        self.languages = tuple(languages)
        self._triples, self._words, self._own = triples, words, own

    def reading(self, samples: Mapping[str, Sequence[str]]) -> "LanguageGuesser":
        """Return a guesser for a base with these texts in each language: it learns new ones, and the base's words."""
        extended = self.extended(samples)
        own = own_words(extended.languages, samples)
        return LanguageGuesser(extended.languages, extended._triples, extended._words, own)

    def extended(self, samples: Mapping[str, Sequence[str]]) -> "LanguageGuesser":
        """Return a guesser that also knows the languages of `samples`, from their texts alone."""
        new = {language: texts for language, texts in samples.items() if language not in self.languages}
        if not new:
            return self
        return LanguageGuesser(
            [*self.languages, *new],
            self._triples.extended([_pieces(texts, letter_triples) for texts in new.values()]),
            self._words.extended([_pieces(texts, plain_words) for texts in new.values()]),
        )

    def shares(self, text: str) -> dict[str, float]:
        """Return how likely each known language is, adding up to 1; even when nothing can be told."""
        evidence = self._triples.evidence(letter_triples(text))
        words = plain_words(text)
        for side in (self._words, self._own):
            if side is not None:
                evidence = evidence + _WORD_WEIGHT * side.evidence(words)
        odds = np.exp(evidence - evidence.max())
        return {
            language: float(share) for language, share in zip(self.languages, odds / odds.sum(), strict=True)
        }


def own_words(languages: Sequence[str], samples: Mapping[str, Sequence[str]]) -> Usage | None:
    """Return which words a base uses in each of its languages, or None when it has one only.

    Of the languages that it does not have nothing is said: they are as likely as those it has are on average.
    """
    counts = {one: Counter(_pieces(texts, plain_words)) for one, texts in samples.items()}
    if len(counts) <= 1:
        return None
    pieces = list(dict.fromkeys(chain(*counts.values())))
    columns: dict[str, NDArray[np.float32]] = {
        language: np.log(
            (np.array([count[piece] for piece in pieces], np.float32) + _UNSEEN)
            / np.float32(count.total() + _UNSEEN * len(pieces))
        )
        for language, count in counts.items()
    }
    nothing = np.mean(list(columns.values()), axis=0).astype(np.float32)
    table: NDArray[np.float32] = np.stack([columns.get(one, nothing) for one in languages], axis=1)
    return Usage(pieces, table)


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
    padded = [f" {word} " for word in plain_words(text)]
    return [word[i : i + 3] for word in padded for i in range(len(word) - 2)]


def plain_words(text: str) -> list[str]:
    """Return the words of `text` in lower case and without accents."""
    return _LETTERS.findall(unaccented(text))


def _pieces(texts: Iterable[str], cut: Cut) -> Iterator[str]:
    return (piece for text in texts for piece in cut(text))


def learn_usage(
    texts: Mapping[str, Iterable[str]], cut: Cut, size: int
) -> tuple[list[str], list[str], NDArray[np.float32]]:
    """Return languages, the commonest pieces and their log shares for `Usage`, from texts of each language."""
    counts = {language: Counter(_pieces(samples, cut)) for language, samples in texts.items()}
    shares = {
        language: {piece: n / count.total() for piece, n in count.items()}
        for language, count in counts.items()
    }
    everywhere = Counter[str]()
    for share in shares.values():
        everywhere.update(share)
    pieces = [piece for piece, _ in everywhere.most_common(size)]
    table = np.array(
        [[math.log(shares[lang].get(piece, 0.0) + 1e-6) for lang in texts] for piece in pieces],
        dtype=np.float32,
    )
    return list(texts), pieces, table
