"""Reading a customer's message: which language it is in and by which words to look it up."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

from knowledge.article import Article
from knowledge.change import Change
from knowledge.courtesies import sentences_asked
from knowledge.folding import (
    fold_word,
    greeklish_sound,
    greeklish_words,
    is_greek,
    to_greek,
    unaccented,
    word_list,
    words,
)
from knowledge.languages import (
    GREEKLISH,
    LanguageGuesser,
    letter_triples,
    main_language,
    told_by_letters,
)
from knowledge.references import codes_in, without_references
from knowledge.spelling import Spelling

# A customer who set a language is believed this much more than the letters of a short line.
_STATED_LANGUAGE_ODDS = 4.0
# Fewer letters fit any language: "ok", a name, a number of an order.
_TELLING_TRIPLES = 8
# Marks of CommonMark around words and before lines; inside a word they are part of a name.
_EMPHASIS = re.compile(r"(?<![^\W_])[*_~`|]+|[*_~`|]+(?![^\W_])|^>+ ?", re.MULTILINE)
# From so many texts in each language is learned how its words are spelt: more would only cost time.
_ENOUGH_TEXTS = 600
# A message says what it wants early; a wall of text would cost seconds and blur the question.
LONGEST_QUESTION = 800


@dataclass(frozen=True, slots=True)
class Question:
    """A message as it is looked up: `text` in its own script and without slips, its folded `words`, its languages.

    `languages` says how likely each is.
    """

    text: str
    words: tuple[str, ...]
    languages: Mapping[str, float]

    @property
    def language(self) -> str:
        """Return the likeliest language."""
        return max(self.languages, key=lambda language: self.languages[language])

    def taken_for(self, languages: Iterable[str]) -> str:
        """Return the first of `languages` that it may well be in, else the likeliest."""
        likely = self.language
        possible = (main_language(one) for one in languages)
        return next((one for one in possible if self._may_be(one, instead_of=likely)), likely)

    def _may_be(self, language: str, *, instead_of: str) -> bool:
        share = self.languages.get(language, 0.0)
        return share * _STATED_LANGUAGE_ODDS >= self.languages[instead_of]


class Reader:
    """Reads messages in the languages it knows and in those of a set of articles."""

    def __init__(
        self, guesser: LanguageGuesser, articles: Iterable[Article], spelling: Spelling | None = None
    ) -> None:
        """Know the languages of the guesser and of `articles`; slips are taken back by a `spelling`."""
        articles = list(articles)
        self._codes = codes_in(articles)
        spellings = Counter[tuple[str, str]]()
        for article in articles:
            if main_language(article.language) == "el":
                for word in word_list(f"{article.title} {article.body}".lower()):
                    if is_greek(word):
                        spellings[fold_word(unaccented(word)), word] += 1
        self._shipped, self._guesser = guesser, guesser.reading(_samples(articles))
        self.spelling = spelling
        # The commonest spelling of each sound comes last and stays.
        self._greek_spelling = {sound: word for (sound, word), _ in reversed(spellings.most_common())}

    @property
    def languages(self) -> frozenset[str]:
        """The languages that can be told apart; Greek in Latin letters is Greek."""
        return frozenset(self._guesser.languages) - {GREEKLISH}

    def changed(self, change: Change, articles: Sequence[Article], spelling: Spelling | None) -> "Reader":
        """Return the reader of articles of which some changed."""
        written_in = {main_language(articles[number].language) for number in change.fresh}
        if "el" not in written_in and written_in <= set(self._guesser.languages):
            other = copy(self)
            other._codes = self._codes | codes_in(articles[number] for number in change.fresh)
            other._guesser = self._guesser.reading(_samples(articles))
            other.spelling = spelling
            return other
        return Reader(self._shipped, articles, spelling)

    def read(self, text: str, stated_language: str | None = None) -> Question:
        """Return how to look `text` up; a `stated_language` decides between languages that look alike."""
        text = without_references(_EMPHASIS.sub("", text[:LONGEST_QUESTION]), self._codes)
        shares = self._shares(text, stated_language and main_language(stated_language))
        likeliest = max(shares, key=lambda language: shares[language])
        languages = _without_greeklish(shares)
        text = " ".join(sentences_asked(text))
        if likeliest == GREEKLISH:
            return Question(self._in_greek(text), tuple(greeklish_words(text)), languages)
        if self.spelling is not None:
            text = self.spelling.mended(text, likeliest)
        return Question(text, tuple(words(text)), languages)

    def language_of(self, text: str) -> tuple[str, float]:
        """Return the likeliest language and its probability; ("", 0) for a text that is too short to tell."""
        text = text[:LONGEST_QUESTION]
        if len(letter_triples(text)) < _TELLING_TRIPLES:
            return "", 0.0
        shares = self._shares(without_references(text, self._codes), None)
        likely = told_by_letters(text, _without_greeklish(shares))
        language = max(likely, key=lambda one: likely[one])
        return language, likely[language]

    def _shares(self, text: str, stated_language: str | None) -> dict[str, float]:
        """How likely each language is, Greek in Latin letters for itself."""
        shares = self._guesser.shares(text)
        if stated_language in shares:
            shares[stated_language] *= _STATED_LANGUAGE_ODDS
        if stated_language == "el" and not is_greek(text):
            shares[GREEKLISH] *= _STATED_LANGUAGE_ODDS
        return shares

    def _in_greek(self, text: str) -> str:
        """Write Greeklish in Greek letters: as the articles spell the word, else by its sound."""
        return " ".join(
            self._greek_spelling.get(greeklish_sound(word)) or to_greek(greeklish_sound(word))
            for word in word_list(unaccented(text))
        )


def _without_greeklish(shares: Mapping[str, float]) -> dict[str, float]:
    """Shares that add up to 1; Greeklish counts as Greek where it is the likeliest of all."""
    languages = {language: share for language, share in shares.items() if language != GREEKLISH}
    if max(shares, key=lambda language: shares[language]) == GREEKLISH:
        languages["el"] = languages.get("el", 0.0) + shares[GREEKLISH]
    total = sum(languages.values())
    return {language: share / total for language, share in languages.items()}


def article_words(text: str, language: str) -> list[str]:
    """Return the words by which an article is found.

    Latin words in a Greek article are also found by their Greeklish sound, because a question typed in Greeklish
    does not tell its Greek words from its English ones.
    """
    found = words(text)
    if main_language(language) != "el":
        return found
    sounds = [greeklish_sound(word) for word in found if word.isascii() and word.isalpha()]
    known = set(found)
    return found + [sound for sound in sounds if sound not in known]


def _samples(articles: Iterable[Article]) -> dict[str, list[str]]:
    """Return some texts in each language of a base."""
    samples: dict[str, list[str]] = {}
    for article in articles:
        texts = samples.setdefault(main_language(article.language), [])
        if len(texts) < _ENOUGH_TEXTS:
            texts += [article.title, *article.phrasings, article.body]
    return samples
