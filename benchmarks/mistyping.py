"""Typing mistakes as fingers make them: a letter left out, struck twice, exchanged with the next, or one beside it."""

import random

from knowledge.folding import unaccented
from knowledge.keyboard import KEY_OF, TOUCHING

# In shorter words nothing is mistyped: there a mistake makes another word.
SHORTEST = 5
_MARKS = ".,;:!?()\"'"


def mistyped(text: str, choice: random.Random, mistakes: int = 1) -> str:
    """Return `text` with so many mistakes, where there are enough each in a longer word of its own.

    First letters stay: hardly anybody gets them wrong.
    """
    words = text.split(" ")
    places = [at for at, word in enumerate(words) if _is_longer(word.strip(_MARKS))]
    choice.shuffle(places)
    for at in (places * mistakes)[:mistakes]:
        word = words[at].strip(_MARKS)
        words[at] = words[at].replace(word, _struck(word, choice))
    return " ".join(words)


def _is_longer(word: str) -> bool:
    return len(word) >= SHORTEST and word.isalpha()


def _struck(word: str, choice: random.Random) -> str:
    """A word with one mistake; the same when twenty tries made none."""
    for _ in range(20):
        at = choice.randrange(1, len(word))
        wrong = choice.choice((_left_out, _twice, _exchanged, _beside))(word, at, choice)
        if wrong != word:
            return wrong
    return word


def _left_out(word: str, at: int, _choice: random.Random) -> str:
    return word[:at] + word[at + 1 :]


def _twice(word: str, at: int, _choice: random.Random) -> str:
    return word[:at] + word[at] + word[at:]


def _exchanged(word: str, at: int, _choice: random.Random) -> str:
    return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]


def _beside(word: str, at: int, choice: random.Random) -> str:
    letter = unaccented(word[at])
    is_greek = letter in KEY_OF
    beside = sorted(other for one, other in TOUCHING if one == KEY_OF.get(letter, letter))
    letters = {key: greek for greek, key in KEY_OF.items()} if is_greek else {}
    beside = [letters.get(key, key) for key in beside if not is_greek or key in letters]
    return word[:at] + choice.choice(beside) + word[at + 1 :] if beside else word
