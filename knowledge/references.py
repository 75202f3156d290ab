"""What belongs to one customer alone: the number of an order or a parcel, an address, a telephone number.

It tells nothing of what is asked, stands in no article, and blurs the vector of a short question.
"""

import re

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}+@[\w-]++(?:\.[\w-]++)++")
_CODE = re.compile(r"(?:[#№]\s?)?\w[\w/-]*+")
_SPACED_DIGITS = re.compile(r"(?<!\w)[+(]?\d(?:[ ()/-]{0,2}\d){6,}+(?!\w)")
_SIZE = re.compile(r"\d+[x×]\d+(?:[x×]\d+)?[^\W\d]{0,2}", re.IGNORECASE)
_BEFORE_MARK = re.compile(r"\s+([?!.,;:;])")
# Four digits may be a year or the name of a product ("FX-2000"), which does tell something.
_DIGITS, _DIGITS_AFTER_A_SIGN = 5, 3


def without_references(text: str) -> str:
    """Return a question without what belongs to its asker alone; a text that is nothing else stays as it is."""
    if not any(char.isdigit() or char == "@" for char in text):
        return text
    left = _CODE.sub(_kept, _SPACED_DIGITS.sub(" ", _EMAIL.sub(" ", text)))
    left = _BEFORE_MARK.sub(r"\1", " ".join(left.split()))
    return left if any(char.isalpha() for char in left) else text


def _kept(found: re.Match[str]) -> str:
    """A word as it stands, or nothing of it where it is a number of somebody's."""
    word = found[0]
    least = _DIGITS_AFTER_A_SIGN if word[0] in "#№" else _DIGITS
    is_number = sum(char.isdigit() for char in word) >= least and not _SIZE.fullmatch(word)
    return " " if is_number else word
