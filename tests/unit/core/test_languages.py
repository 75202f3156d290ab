"""Which language somebody writes is believed by messages in a row, and by no single one where something is known."""

from collections.abc import Sequence

import pytest

from bot.core.contact import Contact
from bot.core.policies.languages import courtesy_in, heard
from bot.core.policies.words import asks_for_language, language_named

Heard = Sequence[tuple[str, float]]


@pytest.mark.parametrize(
    ("known", "messages", "spoken"),
    [
        pytest.param("de", [("hr", 0.99)], "de", id="one clear message changes nothing"),
        pytest.param("de", [("hr", 0.95), ("hr", 0.97)], "hr", id="two clear ones do"),
        pytest.param("de", [("hr", 0.7)] * 3, "de", id="three likely ones do not"),
        pytest.param("de", [("hr", 0.7)] * 4, "hr", id="four likely ones do"),
        pytest.param(
            "de", [("hr", 0.99), ("sl", 0.99), ("hr", 0.99)], "de", id="only what is said in a row counts"
        ),
        pytest.param(
            "de", [("hr", 0.99), ("de", 0.99), ("hr", 0.99)], "de", id="their known language begins anew"
        ),
        pytest.param(
            "en-GB", [("hr", 0.96)], "hr", id="beside an app as it came one clear message is enough"
        ),
        pytest.param("en", [("hr", 0.94)], "en", id="if it is clear"),
        pytest.param(
            "en", [("hr", 0.99), ("sl", 0.99)], "hr", id="what they write once known changes as anything"
        ),
        pytest.param("en", [("hr", 0.99), ("en", 0.99), ("en", 0.99)], "en", id="and back again"),
        pytest.param("en", [("hr", 0.55)] * 20, "en", id="what cannot be told adds up to nothing"),
        pytest.param(
            "de", [("hr", 0.99), ("", 0.0), ("hr", 0.99)], "hr", id="a number between two messages is no word"
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


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Bok!", "hr"),
        ("Želim razgovarati s osobom", "hr"),
        ("Dobar dan", "hr"),
        ("Dober dan", "sl"),
        ("Živjo", "sl"),
        ("Rad bi govoril s človekom", "sl"),
        ("Γεια σας", "el"),
        ("Θέλω να μιλήσω με άνθρωπο", "el"),
        ("Labdien!", "lv"),
        ("paldies", "lv"),
        ("Gribu runāt ar cilvēku", "lv"),
        ("hvala", ""),
        ("zdravo", ""),
        ("hello", ""),
        ("👍", ""),
        ("Bok, my parcel has not come", ""),
        ("Γεια σας, πού είναι το δέμα μου;", ""),
    ],
)
def test_a_courtesy_tells_its_language_where_one_language_alone_has_it(text: str, language: str) -> None:
    assert courtesy_in(text) == language
