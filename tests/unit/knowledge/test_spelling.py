"""Slips of the finger are taken back where it is clear what was meant, and everything else stays as it was typed."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.article import Article
from knowledge.change import change_between
from knowledge.index import Index
from knowledge.spelling import Spelling, spelling_of
from knowledge.vectors import Embedder, SpaceKind, Vectors

ENGLISH = Article(
    "track", "en", "Where is my parcel?", "A parcel takes two days. Refunds go to your password page."
)
CROATIAN = Article(
    "prati", "hr", "Gdje je moja narudžba?", "Narudžba i paket stižu za dva dana. Pratite svoju pošiljku."
)
GREEK = Article("pou", "el", "Πού είναι η παραγγελία μου;", "Η παραγγελία φτάνει σε δύο μέρες.")
GERMAN = Article("wo", "de", "Wo ist meine Rechnung?", "Die Rechnung kommt mit der Post.")
SHOP = (ENGLISH, CROATIAN, GREEK, GERMAN)


class WordList:
    """A model that knows some words and means nothing by them."""

    name, space, languages, dimensions = "words", SpaceKind.CLEAN, None, 1

    def __init__(self, *known: str, english: Embedder | None = None) -> None:
        self._known, self.english = frozenset(known), english

    def queries(self, texts: Sequence[str]) -> Vectors:
        return np.ones((len(texts), 1), np.float32)

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self.queries(texts)

    def knows(self, word: str) -> bool:
        return word.lower() in self._known


def spelling(*articles: Article, known: Sequence[str] = ()) -> Spelling:
    return Spelling.of(articles or SHOP, WordList(*known, english=WordList()))


@pytest.mark.parametrize(
    ("typed", "meant", "language"),
    [
        pytest.param("Where is my pacel?", "Where is my parcel?", "en", id="a letter is missing"),
        pytest.param("where is my parrcel", "where is my parcel", "en", id="a letter stands twice"),
        pytest.param("where is my pracel", "where is my parcel", "en", id="two letters are exchanged"),
        pytest.param("where is my psrcel", "where is my parcel", "en", id="the key beside it was struck"),
        pytest.param("where is my parcil", "where is my parcel", "en", id="English is misspelt by ear, too"),
        pytest.param("forgot my passwrod", "forgot my password", "en", id="at the end"),
        pytest.param("my “pasword”!", "my “password”!", "en", id="between marks"),
        pytest.param("Pacel lost", "Parcel lost", "en", id="the capital of a sentence stays"),
        pytest.param("gdje je moja naruzba", "gdje je moja narudžba", "hr", id="accents come with the word"),
        pytest.param("πού είναι η παρααγγελία", "πού είναι η παραγγελία", "el", id="Greek"),
        pytest.param("wo ist die Rechhnung", "wo ist die Rechnung", "de", id="a noun in capitals"),
    ],
)
def test_a_slip_is_taken_back(typed, meant, language):
    assert spelling().mended(typed, language) == meant


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        pytest.param("where is my parcel", "en", id="nothing is wrong"),
        pytest.param("my order JP-1234S6 and parce1", "en", id="numbers"),
        pytest.param("write to pacel@parcel.example", "en", id="an address for mail"),
        pytest.param("see parcel.example/pasword", "en", id="an address of the web"),
        pytest.param("I asked Parcal about it", "en", id="a name"),
        pytest.param("the PaSword field", "en", id="capitals in the middle"),
        pytest.param("the PASWORD field", "en", id="all capitals"),
        pytest.param("my parc", "en", id="a short word"),
        pytest.param("the barcel", "en", id="another first letter"),
        pytest.param("two parcels", "en", id="more than one of it"),
        pytest.param("the refund", "en", id="only one of it"),
        pytest.param("a cancel", "en", id="two slips in a word that is not long"),
        pytest.param("stigao je dio paketa", "hr", id="another form of a word"),
        pytest.param("nema pošiljke", "hr", id="another form of a word in its stem"),
        pytest.param("nova narudzba", "hr", id="a missing accent, which the letters forgive"),
        pytest.param("gdje je pošukjku", "hr", id="no key that lies beside it"),
        pytest.param("where is my pacel", "sl", id="a language without articles"),
        pytest.param("pasord pacel refnds takkes", "hr", id="words of another language"),
    ],
)
def test_what_is_no_clear_slip_stays(typed, language):
    assert spelling().mended(typed, language) == typed


def test_an_ordinary_word_stays_though_no_article_has_it():
    assert spelling().mended("the parcal", "en") == "the parcel"
    assert spelling(known=["parcal"]).mended("the parcal", "en") == "the parcal"


def test_of_two_words_as_near_the_clearly_commoner_one_is_meant():
    prices = [Article(f"price {n}", "en", "The charge", "") for n in range(4)]
    change = Article("change", "en", "To change", "")

    assert spelling(*prices, change).mended("what chage", "en") == "what charge"
    assert spelling(prices[0], change).mended("what chage", "en") == "what chage"


def test_of_two_forms_of_one_word_the_commoner_one_is_meant():
    one, two = Article("one", "en", "Refund", "parcels"), Article("two", "en", "parcel", "")

    assert spelling(one, two).mended("my pacel", "en") in ("my parcel", "my parcels")


def test_a_message_full_of_unknown_words_is_no_hasty_question():
    assert spelling().mended("pacel " * 5, "en") == "parcel " * 5
    assert spelling().mended("pacel " * 6, "en") == "pacel " * 6


def test_without_a_list_of_english_words_english_is_read_as_carefully_as_any_language():
    careful = Spelling.of(SHOP, WordList())

    assert careful.mended("the pacel and parcil", "en") == "the parcel and parcil"
    assert careful.mended("parcels", "en") == "parcels"


def test_nothing_is_mended_without_a_model_that_knows_words():
    assert spelling_of(SHOP, None) is None


def test_a_changed_base_reads_like_one_that_is_built_anew():
    many = [
        replace(ENGLISH, key=f"filler {n}", title="Something", body="Else.", checksum="") for n in range(1000)
    ]
    before = (*many, *SHOP)
    after = (*many, CROATIAN, Article("vouchers", "en", "Vouchers", "A voucher is valid for a year."))
    change = change_between(before, after, changed=0)
    assert change is not None
    model = WordList(english=WordList())

    changed = spelling_of(after, model, Spelling.of(before, model), change, before)

    assert changed is not None
    for text in ("my pacel", "my vouchr", "somehting"):
        assert changed.mended(text, "en") == Spelling.of(after, model).mended(text, "en")
    assert changed.mended("my vouchr", "en") == "my voucher"
    assert changed.mended("my pacel", "en") == "my pacel"


@given(st.text(max_size=200), st.sampled_from(["en", "hr", "el", "de", "xx"]))
def test_any_text_can_be_read(text, language):
    mended = READ_ANYTHING.mended(text, language)

    # Marks, numbers and spaces are never touched.
    assert [c for c in mended if not c.isalpha()] == [c for c in text if not c.isalpha()]


READ_ANYTHING = spelling()


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Where is my pacel?", "track-order"),
        ("forgot pasword", "password"),
        ("how do i cancle my order", "cancel-order"),
        ("gdje je moja naruzba", "track-order"),
        ("πού είναι η παραγγελεία μου", "track-order"),
    ],
)
def test_a_mistyped_question_is_answered(index: Index, typed, key):
    found = index.search(typed)

    assert found
    assert found[0].article.key == key


def test_greek_in_latin_letters_is_read_as_before(index: Index):
    assert index.search_all("pou einai i paraggelia mou")[0].article.key == "track-order"
