"""Slips of the finger: a word that nobody writes is read as the word of the articles that it stands a slip away from.

One wrong letter in a longer word damages the vector of the whole question. Word lists of a language would take
megabytes; the models know which words are ordinary, and the articles know what customers may mean.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from knowledge.article import Article
from knowledge.change import Change
from knowledge.folding import unaccented
from knowledge.keyboard import KEY_OF, TOUCHING
from knowledge.languages import main_language
from knowledge.vectors import Embedder

# A shorter word has too many neighbours, a longer one is none.
_SHORTEST, _LONGEST = 5, 30
# In so long a word two slips can be told from another word.
_LONG = 9
# By how much commoner a word must be than the next one that is as near.
_CLEARLY = 2
# Forms of one word differ in so many letters at the end, and share so many at least.
_ENDING, _STEM = 2, 4
# A message with more unknown words than that is no hasty question.
_MOST = 5
ENGLISH = "en"
# Here a capital letter makes no name.
_NOUNS_IN_CAPITALS = frozenset({"de", "lb"})

_LETTERS = re.compile(rf"[^\W\d_]{{{_SHORTEST - 1},{_LONGEST}}}")
# A word between spaces and marks: no part of an address, a number or a name with a sign in it.
_ALONE = re.compile(rf"(?<!\S)[\"'(„“«]*([^\W\d_]{{{_SHORTEST},{_LONGEST}}})(?=[.,;:!?…)\"'”“»]*(?!\S))")
_SENTENCE_ENDS = (".", "!", "?", "…", ":", "\n")


class _Near(NamedTuple):
    """A word that may be meant: by how many slips it differs, and how many articles have it."""

    slips: int
    articles: int
    word: str


class _Vocabulary:
    """The words of all articles in one language, without accents, and how they are written."""

    def __init__(self, articles: Counter[str], written: Counter[tuple[str, str]]) -> None:
        """Take how many articles have each word, and how many write it in which way if that is another one."""
        self.articles, self._written = articles, written
        self._sorted = sorted(articles)
        self._by_start: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in self._sorted:
            self._by_start[word[0], len(word)].append(word)
        self._accented: dict[str, str] = {}
        for (word, spelt), _ in reversed(written.most_common()):
            self._accented[word] = spelt

    def changed(self, gone: Iterable[Article], fresh: Iterable[Article]) -> "_Vocabulary":
        """Return the vocabulary without some articles and with others."""
        articles, written = self.articles.copy(), self._written.copy()
        for some, sign in ((gone, -1), (fresh, 1)):
            for article in some:
                _count(article, articles, written, sign)
        return _Vocabulary(+articles, +written)

    def near(self, word: str, slips: int) -> list[_Near]:
        """Return the words that begin alike and are at most so many slips away, the likeliest first."""
        # Three megabytes, which a process that compares letters only has no use for.
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        found = [
            _Near(int(distance), self.articles[other], other)
            for length in range(len(word) - slips, len(word) + slips + 1)
            for other, distance, _ in extract(word, self._by_start.get((word[0], length), ()),
                                              scorer=OSA.distance, score_cutoff=slips, limit=None)
        ]  # fmt: skip
        return sorted(found, key=lambda one: (one.slips, -one.articles, one.word))

    def has_form_of(self, word: str) -> bool:
        """Return whether there is a word that differs only in its ending."""
        stem = word[: max(_STEM, len(word) - _ENDING)]
        place = bisect_left(self._sorted, stem)
        return place < len(self._sorted) and self._sorted[place].startswith(stem)

    def has_plural_of(self, word: str) -> bool:
        """Return whether there is a word with one s more or less at its end."""
        return f"{word}s" in self.articles or (word.endswith("s") and word[:-1] in self.articles)

    def written(self, word: str) -> str:
        """Return a word as most articles write it."""
        spelt = self._accented.get(word)
        is_usual = spelt is not None and 2 * self._written[word, spelt] >= self.articles[word]
        return spelt if spelt is not None and is_usual else word


class Spelling:
    """Mends questions by the words of the articles and what the models know of words."""

    def __init__(self, vocabularies: Mapping[str, _Vocabulary], embedder: Embedder) -> None:
        self._vocabularies = vocabularies
        self._embedder = embedder

    @classmethod
    def of(cls, articles: Iterable[Article], embedder: Embedder) -> "Spelling":
        """Count the words of all articles."""
        by_language = _by_language(articles)
        return cls({language: _Vocabulary(Counter(), Counter()).changed((), some)
                    for language, some in by_language.items()}, embedder)  # fmt: skip

    def changed(self, change: Change, before: Sequence[Article], articles: Sequence[Article]) -> "Spelling":
        """Return the spelling of `articles`, of which only what differs from those before is counted."""
        gone = _by_language(before[number] for number in (change.new_numbers < 0).nonzero()[0].tolist())
        fresh = _by_language(articles[number] for number in change.fresh)
        nothing = _Vocabulary(Counter(), Counter())
        changed = {language: self._vocabularies.get(language, nothing)
                   .changed(gone.get(language, ()), fresh.get(language, ()))
                   for language in {*gone, *fresh}}  # fmt: skip
        return Spelling({**self._vocabularies, **changed}, self._embedder)

    def is_of(self, embedder: Embedder) -> bool:
        """Return whether this model says which words are ordinary."""
        return embedder is self._embedder

    def mended(self, text: str, language: str) -> str:
        """Return `text` with its slips taken back; as it is where that would be a guess."""
        vocabulary = self._vocabularies.get(language)
        if vocabulary is None or language not in (self._embedder.languages or (language,)):
            return text
        unknown = [found for found in _ALONE.finditer(text) if self._is_unknown(text, found, language)]
        for found in reversed(unknown if len(unknown) <= _MOST else ()):
            meant = self._meant(unaccented(found[1]), vocabulary, self._lists_words_of(language))
            if meant is not None:
                written = vocabulary.written(meant)
                cased = written[0].upper() + written[1:] if found[1][0].isupper() else written
                text = text[: found.start(1)] + cased + text[found.end(1) :]
        return text

    def _is_unknown(self, text: str, found: re.Match[str], language: str) -> bool:
        """Whether nobody writes a word: no article has it, no model knows it, and it is no name."""
        word = found[1]
        if word[1:] != word[1:].lower():
            return False
        if word[0].isupper() and language not in _NOUNS_IN_CAPITALS and not _begins(text, found.start()):
            return False
        plain = unaccented(word)
        if any(plain in vocabulary.articles for vocabulary in self._vocabularies.values()):
            return False
        models = (self._embedder, self._embedder.english)
        return not any(model is not None and model.knows(word) for model in models)

    def _lists_words_of(self, language: str) -> bool:
        """Whether a model tells ordinary words of this language also in their rarer forms."""
        return language == ENGLISH and (
            self._embedder.english is not None or self._embedder.languages is not None
        )

    def _meant(self, word: str, vocabulary: _Vocabulary, is_listed: bool) -> str | None:
        """The one word that a slip was made in, or None: without a list of words other words are likelier."""
        if vocabulary.has_plural_of(word) if is_listed else vocabulary.has_form_of(word):
            return None
        near = vocabulary.near(word, 2 if is_listed and len(word) >= _LONG else 1)
        if not is_listed:
            near = [one for one in near if _is_slip_of_the_finger(word, one.word)]
        if not near:
            return None
        best = near[0]
        is_clear = all(
            best.articles >= _CLEARLY * one.articles
            for one in near[1:]
            if one.slips == best.slips and not _are_forms(one.word, best.word)
        )
        return best.word if is_clear else None


def spelling_of(articles: Sequence[Article], embedder: Embedder | None, before: Spelling | None = None,
                change: Change | None = None, earlier: Sequence[Article] = ()) -> Spelling | None:  # fmt: skip
    """Return the spelling of `articles`, after a change of a few taken from `before`; None without a model."""
    if embedder is None:
        return None
    if before is not None and change is not None and before.is_of(embedder):
        return before.changed(change, earlier, articles)
    return Spelling.of(articles, embedder)


def _by_language(articles: Iterable[Article]) -> dict[str, list[Article]]:
    found: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        found[main_language(article.language)].append(article)
    return found


def _count(article: Article, articles: Counter[str], written: Counter[tuple[str, str]], sign: int) -> None:
    text = "\n".join((article.title, *article.phrasings, article.body)).lower()
    spelt: Collection[str] = set(_LETTERS.findall(text))
    plain = {word: unaccented(word) for word in spelt}
    for word in set(plain.values()):
        articles[word] += sign
    for word, without in plain.items():
        if word != without:
            written[without, word] += sign


def _begins(text: str, place: int) -> bool:
    """Whether a sentence begins here, and any word has a capital letter."""
    before = text[:place].rstrip(" \t")
    return not before or before.endswith(_SENTENCE_ENDS)


def _is_slip_of_the_finger(typed: str, meant: str) -> bool:
    """Whether letters are missing, too many or exchanged, or one stands whose key lies beside the right one."""
    if len(typed) != len(meant):
        return True
    wrong = [(KEY_OF.get(a, a), KEY_OF.get(b, b)) for a, b in zip(typed, meant, strict=True) if a != b]
    return len(wrong) > 1 or wrong[0] in TOUCHING


def _are_forms(one: str, other: str) -> bool:
    from rapidfuzz.distance import Prefix

    return Prefix.distance(one, other) <= _ENDING
