"""One spelling for the many ways people type a word: case, accents, Greek and Greek in Latin letters."""

import re
import unicodedata
from functools import lru_cache

# Letters that Unicode does not decompose into a base letter and an accent.
_LETTERS = {"đ": "d", "ð": "d", "ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i", "ς": "σ"}


class _Plain(dict[int, str | None]):
    """For `str.translate`: what stays of a decomposed character, found out when it is first met."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        plain = None if unicodedata.combining(letter) else _LETTERS.get(letter, letter)
        self[code] = plain
        return plain


_PLAIN = _Plain()

# Greek as it sounds, longest spellings first: many spellings of one sound meet in one Latin form.
_GREEK_SOUNDS = (
    ("ου", "u"), ("αι", "e"), ("ει", "i"), ("οι", "i"), ("υι", "i"), ("αυ", "av"), ("ευ", "ev"),
    ("μπ", "b"), ("ντ", "d"), ("γκ", "g"), ("γγ", "g"), ("τζ", "dz"),
)  # fmt: skip
_GREEK_LETTERS = str.maketrans(
    {
        "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "8", "ι": "i", "κ": "k",
        "λ": "l", "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "τ": "t", "υ": "i",
        "φ": "f", "χ": "x", "ψ": "ps", "ω": "o",
    }
)  # fmt: skip

# The same sounds as people type them in Latin letters. "8" and "x" stand for theta and for chi or xi, which
# Greeklish writes alike; "h" is eta where no vowel follows, and chi where one does.
_GREEKLISH_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"8", "8"), (r"th(?=[aeiouyw])", "8"), (r"th\b", "8"), (r"th", "ti"), (r"ch|kh", "x"), (r"ks|3", "x"),
        (r"ph", "f"), (r"4", "ps"), (r"dh", "d"), (r"gh", "g"), (r"h(?=[aeiouyw])|\bh(?=[lnr])", "x"), (r"h", "i"),
        (r"ou", "u"), (r"ai", "e"), (r"ei|oi|yi", "i"), (r"a[uy]", "av"), (r"e[uy]", "ev"), (r"b", "v"),
        (r"mp", "b"), (r"nt", "d"), (r"gk|gg", "g"), (r"tz", "dz"), (r"w", "o"), (r"y|j", "i"), (r"c|q", "k"),
    )
)  # fmt: skip
# And back: one usual spelling for each sound.
_SPELLINGS = (("ps", "ψ"), ("dz", "τζ"), ("av", "αυ"), ("ev", "ευ"), ("af", "αυ"), ("ef", "ευ"))
_SOUND_LETTERS = str.maketrans(
    {
        "a": "α", "v": "β", "g": "γ", "d": "δ", "e": "ε", "z": "ζ", "i": "ι", "8": "θ", "k": "κ", "l": "λ",
        "m": "μ", "n": "ν", "x": "χ", "o": "ο", "p": "π", "r": "ρ", "s": "σ", "t": "τ", "f": "φ", "u": "ου",
        "b": "μπ",
    }
)  # fmt: skip
_DOUBLE = re.compile(r"(\w)\1+")
# "ευχαριστώ" is typed with v, f or u: before a voiceless sound all of them are f.
_VOICELESS = re.compile(r"v(?=[8kpstxf])")
_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """Return the words of `text` as they are compared: lower case, without accents, Greek as it sounds."""
    return [fold_word(word) for word in word_list(unaccented(text))]


def phrases(listed: str) -> frozenset[str]:
    """Return the phrases of a list, set off by commas and lines, as their words are compared."""
    return frozenset(" ".join(words(one)) for one in listed.replace("\n", ",").split(",") if one.strip())


def word_list(text: str) -> list[str]:
    """Return the words of `text` as they are written."""
    return _WORD.findall(text)


def greeklish_words(text: str) -> list[str]:
    """Return the words of `text`, reading Latin letters as Greek ones."""
    return [
        fold_word(word) if is_greek(word) else greeklish_sound(word) for word in word_list(unaccented(text))
    ]


def unaccented(text: str) -> str:
    """Return `text` in lower case, without accents and in composed characters."""
    lower = text.lower()
    return lower if lower.isascii() else unicodedata.normalize("NFKD", lower).translate(_PLAIN)


def is_greek(text: str) -> bool:
    """Return whether `text` holds any Greek letter."""
    return any("α" <= c <= "ω" or "ἀ" <= c <= "ῼ" or "Ά" <= c <= "ώ" for c in text)


@lru_cache(maxsize=50_000)
def fold_word(word: str) -> str:
    """Return an unaccented word as it is compared; only Greek letters change."""
    return greek_sound(word) if is_greek(word) else word


def greek_sound(word: str) -> str:
    """Return the sound of a Greek word, in Latin letters."""
    for spelling, sound in _GREEK_SOUNDS:
        word = word.replace(spelling, sound)
    return _simplest(word.translate(_GREEK_LETTERS))


@lru_cache(maxsize=50_000)
def greeklish_sound(word: str) -> str:
    """Return the sound of a Greek word that was typed in Latin letters; numbers stay."""
    if word.isdigit():
        return word
    for spelling, sound in _GREEKLISH_SOUNDS:
        word = spelling.sub(sound, word)
    return _simplest(word)


def to_greek(sound: str) -> str:
    """Write a sound in Greek letters: the commonest spelling, which need not be the right one."""
    for spelling, letters in _SPELLINGS:
        sound = sound.replace(spelling, letters)
    return re.sub(r"σ\b", "ς", sound.translate(_SOUND_LETTERS))


def _simplest(sound: str) -> str:
    return _DOUBLE.sub(r"\1", _VOICELESS.sub("f", sound))
