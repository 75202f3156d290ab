"""What belongs to one customer alone: the number of an order or a parcel, an address, a telephone number.

It tells nothing of what is asked, stands in no article, and blurs the vector of a short question.
"""

import re
from collections.abc import Callable, Collection, Iterable
from functools import partial

from knowledge.article import Article

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}+@[\w-]++(?:\.[\w-]++)++")
_CODE = re.compile(r"(?:[#№]\s?)?\w[\w/-]*+")
_DIGIT = re.compile(r"\d[\w/-]*+")
_SPACED_DIGITS = re.compile(r"(?<!\w)[+(]?\d(?:[ ()/-]{0,2}\d){6,}+(?!\w)")
# "140x200", "1998-2004"
_SIZE_OR_YEARS = re.compile(r"\d{1,4}[x×]\d{1,4}(?:[x×]\d{1,4})?[^\W\d]{0,2}|\d{3,4}-\d{2,4}", re.IGNORECASE)
_BEFORE_MARK = re.compile(r"\s+([?!.,;:;])")
# Four digits may be a year or the name of a product ("FX-2000"), which does tell something.
_DIGITS, _DIGITS_AFTER_A_SIGN = 5, 3


def codes_in(articles: Iterable[Article]) -> set[str]:
    """Return what would be left out of a question if these articles did not tell something of it: "0x80070057"."""
    return {
        found.upper()
        for article in articles
        for text in (article.title, *article.phrasings, article.body)
        # Most texts have few digits, and looking for these alone is ten times as fast.
        for digit in _DIGIT.finditer(text)
        for found in _CODE.findall(text[_word_start(text, digit.start()) : digit.end()])
        if _is_code(found)
    }


def without_references(text: str, known: Collection[str] = ()) -> str:
    """Return a question without what belongs to its asker alone; a text that is nothing else stays as it is.

    Codes that are `known`, in capitals, stay.
    """
    if not any(char.isdigit() or char == "@" for char in text):
        return text
    replaced: Callable[[re.Match[str]], str] = partial(_replaced, known=known)
    left = _EMAIL.sub(" ", text)
    for pattern in (_SPACED_DIGITS, _CODE):
        left = pattern.sub(replaced, left)
    if left == text or not any(char.isalpha() for char in left):
        return text
    return _BEFORE_MARK.sub(r"\1", " ".join(left.split()))


def _word_start(text: str, place: int) -> int:
    while place and (text[place - 1].isalnum() or text[place - 1] in "_/-"):
        place -= 1
    return place


def _replaced(found: re.Match[str], known: Collection[str]) -> str:
    """A word as it stands, or nothing of it where it is a number of somebody's."""
    word = found[0]
    return " " if _is_code(word) and word.upper() not in known else word


def _is_code(word: str) -> bool:
    least = _DIGITS_AFTER_A_SIGN if word[0] in "#№" else _DIGITS
    return sum(char.isdigit() for char in word) >= least and not _SIZE_OR_YEARS.fullmatch(word)
