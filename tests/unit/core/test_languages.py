"""Which language somebody writes is believed by messages in a row, and by no single one where something is known."""

from collections.abc import Sequence

import pytest

from bot.core.contact import Contact
from bot.core.policies.languages import heard
from bot.core.policies.words import asks_for_language, language_named

Heard = Sequence[tuple[str, float]]


@pytest.mark.parametrize(
    ("known", "messages", "spoken"),
    [
        pytest.param("en", [("hr", 0.99)], "en", id="one clear message changes nothing"),
        pytest.param("en", [("hr", 0.95), ("hr", 0.97)], "hr", id="two clear ones do"),
        pytest.param("en", [("hr", 0.7)] * 3, "en", id="three likely ones do not"),
        pytest.param("en", [("hr", 0.7)] * 4, "hr", id="four likely ones do"),
        pytest.param(
            "en", [("hr", 0.99), ("sl", 0.99), ("hr", 0.99)], "en", id="only what is said in a row counts"
        ),
        pytest.param(
            "en", [("hr", 0.99), ("en", 0.99), ("hr", 0.99)], "en", id="their known language begins anew"
        ),
        pytest.param("en", [("hr", 0.55)] * 20, "en", id="what cannot be told adds up to nothing"),
        pytest.param(
            "en", [("hr", 0.99), ("", 0.0), ("hr", 0.99)], "hr", id="a number between two messages is no word"
        ),
        pytest.param("hr-BA", [("hr", 0.99)] * 2, "hr-BA", id="their own kind of a language stays theirs"),
        pytest.param("", [("lv", 0.8)], "lv", id="where nothing is known the first message counts"),
        pytest.param("", [("hr", 0.65)], None, id="unless it could be another language as well"),
    ],
)
def test_what_they_write(known: str, messages: Heard, spoken: str | None) -> None:
    contact = Contact(1, "Dana", language=known)
    for language, share in messages:
        contact = heard(contact, language, share)
    assert next(iter(contact.languages), None) == spoken


def test_their_own_choice_holds_whatever_they_write() -> None:
    contact = Contact(1, "Dana", language="en").choosing("el")
    for _ in range(9):
        contact = heard(contact, "hr", 1.0)
    assert contact.languages == ("el", "en")
    assert heard(heard(contact.choosing(""), "hr", 1.0), "hr", 1.0).languages[0] == "hr"


@pytest.mark.parametrize(
    "text",
    ["language", "Language, please", "Drugi jezik, molim", "spremeni jezik", "Άλλη γλώσσα", "mainīt valodu"],
)
def test_another_language_can_be_asked_for_in_words(text: str) -> None:
    assert asks_for_language(text)


@pytest.mark.parametrize(
    "text", ["which language is the manual in?", "language pack does not load", "jezik na paketu je kriv", ""]
)
def test_a_question_about_a_language_is_a_question(text: str) -> None:
    assert not asks_for_language(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("English please", "en"),
        ("hrvatski", "hr"),
        ("Na hrvatski, molim", "hr"),
        ("Ελληνικά", "el"),
        ("my English invoice is wrong", None),
        ("English?", None),
        ("please", None),
    ],
)
def test_the_name_of_a_language_alone_asks_for_it(text: str, code: str | None) -> None:
    assert language_named(text, {"english": "en", "hrvatski": "hr", "ελληνικά": "el"}) == code
