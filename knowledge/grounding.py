"""Checking what a language model wrote against the passages that it was given: it may say what they say, or nothing.

Words are compared, not meaning: a sentence that turns the meaning round with the passage's own words gets through.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from bot.core.texts import Markdown, escape, plain
from knowledge.claims import (
    addresses,
    amounts,
    beginnings,
    contains,
    normal,
    numbers,
    words,
)
from knowledge.languages import main_language
from knowledge.passages import plain_text
from knowledge.unwritten import NotWrittenError, Unwritten

MOST_SENTENCES = 10
LONGEST_SENTENCE = 400
LONGEST_ANSWER = 1_200
MOST_CITATIONS = 6
SHORTEST_QUOTE = 3
"""Words; a passage of fewer is quoted whole."""
SUPPORTED = 0.6
"""So many of a sentence's longer words must stand in what it cites, where both are in one language."""
SURE = 0.9
"""A language that is less likely than this is not held against an answer."""

_STEERING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MARKUP = re.compile(r"<\S|[‹›]")
_LINK = re.compile(r"https?://[^\s<>]*[^\s<>.,;:!?…'’\"”)]")


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of an article that was found, in CommonMark, as the model is given it."""

    key: str
    language: str
    title: str
    text: str


class Citation(msgspec.Struct, frozen=True):
    """Where a sentence comes from: a passage by its number, from 1, and words that stand in it."""

    passage: int
    quote: str


class Sentence(msgspec.Struct, frozen=True):
    """A sentence of an answer. Steps that follow each other are numbered."""

    text: str
    citations: tuple[Citation, ...]
    step: bool = False


@dataclass(frozen=True, slots=True)
class Grounded:
    """An answer that was checked: CommonMark, and the keys of the articles it cites, the first one first."""

    text: Markdown
    cited: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checker:
    """What is needed to check answers besides the passages.

    `language_of` tells a text's language and how likely it is; `own_words` are what only the bot itself may say.
    """

    language_of: Callable[[str], tuple[str, float]]
    own_words: Collection[str] = ()

    def check(self, sentences: Sequence[Sentence], passages: Sequence[Passage], language: str) -> Grounded:
        """Return the answer as it may be shown. Raises NotWrittenError with the first thing that is wrong with it."""
        if not sentences:
            raise NotWrittenError(Unwritten.NO_ANSWER)
        said = [plain(one.text[: LONGEST_SENTENCE + 1]).strip() for one in sentences]
        if (
            len(sentences) > MOST_SENTENCES
            or any(not 0 < len(one.text) <= LONGEST_SENTENCE for one in sentences)
            or not all(words(normal(one)) for one in said)
            or sum(map(len, said)) > LONGEST_ANSWER
        ):
            raise NotWrittenError(Unwritten.LENGTH)
        if len({tuple(words(normal(one))) for one in said}) < len(said):
            raise NotWrittenError(Unwritten.REPEATED)
        known: dict[tuple[int, ...], _Given] = {}
        for sentence, shown in zip(sentences, said, strict=True):
            cited = _cited(sentence, passages)
            given = known.get(cited) or _Given.of([passages[number] for number in cited])
            known[cited] = given
            # Markup may hide what it is, and entities become signs: both as it came and as it would be shown.
            for text in dict.fromkeys((sentence.text, shown)):
                self._check_claims(text, given, language)
        told, share = self.language_of(" ".join(said))
        if told and share >= SURE and told != language:
            raise NotWrittenError(Unwritten.LANGUAGE)
        keys = (passages[one.passage - 1].key for sentence in sentences for one in sentence.citations)
        return Grounded(_shown(sentences, said), tuple(dict.fromkeys(keys)))

    def _check_claims(self, text: str, given: "_Given", language: str) -> None:
        if any(unicodedata.category(char) in _STEERING for char in text):
            raise NotWrittenError(Unwritten.CHARACTERS)
        text = normal(text)
        if any(found not in given.text for found in _MARKUP.findall(text)):
            raise NotWrittenError(Unwritten.CHARACTERS)
        if not addresses(text) <= given.addresses:
            raise NotWrittenError(Unwritten.ADDRESS)
        if any(given.numbers.isdisjoint(readings) for readings in numbers(text)):
            raise NotWrittenError(Unwritten.NUMBER)
        if any(given.amounts.isdisjoint((unit, one) for one in readings) for unit, readings in amounts(text)):
            raise NotWrittenError(Unwritten.AMOUNT)
        said = words(text)
        for own in _in_words(frozenset(self.own_words)):
            if contains(said, own) and not contains(given.words, own):
                raise NotWrittenError(Unwritten.OWN_WORDS)
        if given.languages == {language} and not _is_supported(text, said, given):
            raise NotWrittenError(Unwritten.WORDS)


@dataclass(frozen=True, slots=True)
class _Given:
    """What the passages that a sentence cites say, their articles' titles included."""

    text: str
    words: list[str]
    addresses: set[str]
    numbers: frozenset[str]
    amounts: frozenset[tuple[str, str]]
    beginnings: frozenset[str]
    languages: set[str]

    @classmethod
    def of(cls, cited: Sequence[Passage]) -> "_Given":
        each = [_facts(one) for one in cited]
        return cls(
            " ¶ ".join(one.text for one in each),
            [word for one in each for word in one.words],
            set().union(*(one.addresses for one in each)),
            frozenset().union(*(one.numbers for one in each)),
            frozenset().union(*(one.amounts for one in each)),
            frozenset().union(*(one.beginnings for one in each)),
            {main_language(one.language) for one in cited},
        )


@lru_cache(128)
def _facts(passage: Passage) -> _Given:
    parts = (normal(passage.title), *_readings(passage.text))
    text = " ¶ ".join(parts)
    return _Given(
        text,
        words(text),
        {one for part in parts for one in addresses(part)},
        frozenset(one for part in parts for readings in numbers(part) for one in readings),
        frozenset((unit, one) for part in parts for unit, readings in amounts(part) for one in readings),
        frozenset(beginnings(text)),
        {main_language(passage.language)},
    )


@lru_cache(8)
def _in_words(phrases: frozenset[str]) -> list[list[str]]:
    return [words(normal(one)) for one in phrases]


def _cited(sentence: Sentence, passages: Sequence[Passage]) -> tuple[int, ...]:
    """The places of the passages that a sentence cites, each with a quote that does stand there."""
    if not 0 < len(sentence.citations) <= MOST_CITATIONS:
        raise NotWrittenError(Unwritten.CITATION)
    for citation in sentence.citations:
        if not 0 < citation.passage <= len(passages):
            raise NotWrittenError(Unwritten.CITATION)
        quote = words(normal(citation.quote[:LONGEST_ANSWER]))
        if not any(_is_quoted(quote, words(one)) for one in _readings(passages[citation.passage - 1].text)):
            raise NotWrittenError(Unwritten.QUOTE)
    return tuple(dict.fromkeys(one.passage - 1 for one in sentence.citations))


@lru_cache(256)
def _readings(text: str) -> tuple[str, str]:
    """As it is written and as it is read: with the addresses of links in between, and without."""
    return normal(text), normal(plain_text(text))


def _is_quoted(quote: list[str], text: list[str]) -> bool:
    return quote == text or (len(quote) >= SHORTEST_QUOTE and contains(text, quote))


def _is_supported(text: str, said: list[str], given: _Given) -> bool:
    if longer := beginnings(text):
        return sum(one in given.beginnings for one in longer) >= SUPPORTED * len(longer)
    return set(said) <= set(given.words)


def _shown(sentences: Sequence[Sentence], said: Sequence[str]) -> Markdown:
    """The sentences as one text: what follows each other is a paragraph, and steps are a numbered list."""
    blocks: list[list[str]] = []
    for number, (sentence, text) in enumerate(zip(sentences, said, strict=True)):
        if not number or sentence.step != sentences[number - 1].step:
            blocks.append([])
        blocks[-1].append(f"{len(blocks[-1]) + 1}. {_marked(text)}" if sentence.step else _marked(text))
        if not sentence.step:
            blocks[-1] = [" ".join(blocks[-1])]
    return Markdown("\n\n".join("\n".join(block) for block in blocks))


def _marked(text: str) -> str:
    """Plain words in CommonMark; an address, which was found in a passage, stays one."""
    escaped = escape(text)
    links = {escape(link): link for link in _LINK.findall(text)}
    if not links:
        return escaped
    either = "|".join(re.escape(one) for one in sorted(links, key=len, reverse=True))
    return re.sub(either, lambda found: f"<{links[Markdown(found[0])]}>", escaped)
