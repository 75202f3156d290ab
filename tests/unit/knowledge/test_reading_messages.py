"""Reading messages: spellings, languages, small talk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.article import Article
from knowledge.figures import shipped_figures
from knowledge.folding import greeklish_words, words
from knowledge.question import LONGEST_QUESTION, Reader
from knowledge.small_talk import asks_nothing, is_abuse, is_small_talk

GREEK = Article("returns", "el", "Επιστροφή προϊόντος", "Θέλω να επιστρέψω την παραγγελία μου.")


def reader(*articles: Article) -> Reader:
    return Reader(shipped_figures().guesser, articles)


@pytest.mark.parametrize(
    ("greek", "typed"),
    [
        ("έχω αντίγραφο ασφαλείας", "exo antigrafo asfaleias"),
        ("πώς παίρνω πίσω τα έγγραφα", "pws pairnw pisw ta eggrafa"),
        ("θέλω να αλλάξω τα κουμπιά", "8elw na allaxo ta koumpia"),
        ("την επιστροφή χρημάτων", "thn epistrofh xrhmatwn"),
        ("επιστροφή χρημάτων", "epistrofi hrimaton"),
        ("ευχαριστώ", "euxaristo"),
        ("ευχαριστώ", "efharisto"),
        ("λογαριασμός", "logariasmos"),
        ("πού είναι η παραγγελία", "pou einai i paraggelia"),
        ("ψυχή και ξύλο", "psixi kai ksilo"),
    ],
)
def test_greek_in_latin_letters_sounds_like_greek(greek, typed):
    assert greeklish_words(typed) == words(greek)


@pytest.mark.parametrize(
    ("careful", "hasty"),
    [
        ("Želim vratiti narudžbu", "zelim vratiti narudzbu"),
        ("Größe und Maß", "GROSSE und mass"),
        ("café", "cafe"),
    ],
)
def test_accents_and_case_do_not_matter(careful, hasty):
    assert words(careful.replace("ö", "o")) == words(hasty)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("where is my parcel", "en"),
        ("wo ist mein Paket geblieben", "de"),
        ("kako mogu otkazati narudžbu", "hr"),
        ("kako lahko prekličem naročilo", "sl"),
        ("kā es varu atcelt pasūtījumu", "lv"),
        ("πώς ακυρώνω την παραγγελία", "el"),
        ("pos akirono tin paraggelia mou", "el"),
        ("Kdaj dobim denar nazaj?", "sl"),
        ("Kada dobivam novac natrag?", "hr"),
        ("Kje je moj paket?", "sl"),
        ("Gdje je moj paket?", "hr"),
        ("kako vratiti cipele", "hr"),
        ("Ali lahko plačam s kartico?", "sl"),
    ],
)
def test_a_short_line_tells_its_language(text, language):
    assert reader().read(text).language == language


def test_a_stated_language_decides_between_languages_that_look_alike():
    either = "dostava"

    assert reader().read(either, "sl").language == "sl"
    assert reader().read(either, "hr").language == "hr"


def test_of_two_languages_that_a_line_may_be_in_the_readers_comes_first():
    either, german = reader().read("dostava"), reader().read("wo ist mein Paket geblieben")

    assert [either.taken_for([first, "en"]) for first in ("hr", "sl-SI", "lv")] == [
        "hr",
        "sl",
        either.language,
    ]
    assert german.taken_for(["hr", "en"]) == "de"


def test_a_language_is_learned_from_the_articles_of_the_base():
    polish = Article(
        "zwroty", "pl", "Zwroty i reklamacje", "Możesz zwrócić każdy produkt w ciągu trzydziestu dni. " * 20
    )

    assert reader(polish).read("jak mogę zwrócić produkt").language == "pl"


def test_greeklish_is_given_to_the_model_in_greek_as_the_articles_spell_it():
    assert reader(GREEK).read("thelo na epistrepso tin paraggelia").text == "θέλω να επιστρέψω την παραγγελία"


def test_a_wall_of_text_is_cut():
    assert len(reader().read("why " * 100_000).text) == LONGEST_QUESTION


@given(st.text())
def test_any_message_can_be_read(text):
    question = reader().read(text)

    assert sum(question.languages.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    "text",
    [
        "hello", "Hello!!", "heeeello", "hi there",
        "Thanks", "thank you so much!", "ok thanks", "???", "...", "👍", "",
        "   ", "12345", "a", "hvala lijepa", "živjo", "Paldies!", "Γεια σας", "euxaristo", "Kalimera", "vielen Dank",
        "test", "hi hi hello", "ok ok thank you", "Dobar dan",
    ],
)  # fmt: skip
def test_small_talk_is_recognised(text):
    assert is_small_talk(text)


@pytest.mark.parametrize(
    "text",
    [
        "hello, where is my order",
        "refund",
        "IBAN?",
        "thanks but my parcel is broken",
        "kje je paket",
        "2FA",
        "API key",
    ],
)
def test_a_question_is_not_small_talk(text):
    assert not is_small_talk(text)


@pytest.mark.parametrize(
    "text",
    [
        "you are useless", "Fuck you!!", "this is fucking stupid", "you suuuuck", "idioti", "ste budale",
        "Είστε άχρηστοι", "eiste axristoi", "jūs esat idioti", "Ihr seid alle Idioten!",
    ],
)  # fmt: skip
def test_mere_abuse_asks_nothing(text: str):
    assert is_abuse(text)
    assert asks_nothing(text)


@pytest.mark.parametrize(
    "text",
    ["where is my fucking order", "my useless sofa is broken", "how do I screw the legs on", "what is this"],
)
def test_a_question_that_swears_is_still_a_question(text: str):
    assert not is_abuse(text)
