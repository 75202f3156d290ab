"""What people say of an answer changes the next ones, and can be taken back."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.article import Article
from knowledge.figures import shipped_figures
from knowledge.index import Index
from knowledge.scorer import scorer_of
from knowledge.vector_cache import VectorCache
from knowledge.vectors import Embedder, Vectors, model_names
from knowledge.wording import ReadsPieces
from tests.unit.knowledge.conftest import RememberingPieces, remembering

ARTICLES = [
    Article("returns", "en", "Returning an item", "Send it back within 30 days and get your money."),
    Article("delivery", "en", "Delivery times", "A parcel takes two days inside the country."),
    Article("delivery", "hr", "Rokovi dostave", "Paket putuje dva dana."),
    Article("invoice", "en", "Invoices", "Every invoice is sent by mail."),
    Article("password", "en", "Forgotten password", "Ask for a link on the page where you log in."),
]
QUESTION = "when does the postman bring my parcel"


@pytest.fixture(params=["with vectors", "by letters"])
def index(request: pytest.FixtureRequest) -> Index:
    if request.param == "by letters":
        return Index.build(ARTICLES, embedder=None, cache=VectorCache())
    embedder = request.getfixturevalue("embedder")
    return Index.build(ARTICLES, embedder=embedder, cache=request.getfixturevalue("remembered"))


def confidence(index: Index, text: str, key: str) -> float:
    return next(match.confidence for match in index.search_all(text) if match.article.key == key)


def test_near_a_rejected_message_the_article_must_be_surer(index: Index):
    before = confidence(index, QUESTION, "delivery")

    assert index.reject("delivery", "when does the postman bring the parcel")

    assert confidence(index, QUESTION, "delivery") < before


def test_a_rejection_says_nothing_of_other_questions(index: Index):
    before = confidence(index, "I forgot my password", "password")

    index.reject("delivery", "when does the postman bring the parcel")

    assert confidence(index, "I forgot my password", "password") == before


@pytest.mark.parametrize("taught", ["learn", "reject"])
@pytest.mark.parametrize(
    "undone", [{"key": "delivery"}, {"by": "slack:U1"}, {"text": QUESTION}, {}], ids=lambda x: str(list(x))
)
def test_what_was_taught_is_undone_by_article_person_or_message(index: Index, taught: str, undone: dict):
    before = [(match.article.key, match.confidence) for match in index.search_all(QUESTION)]
    getattr(index, taught)("delivery", QUESTION, by="slack:U1")
    assert confidence(index, QUESTION, "delivery") != pytest.approx(dict(before)["delivery"])

    assert index.forget(key="returns") == 0
    assert index.forget(by="slack:U2") == 0
    assert index.forget(**undone) == 1

    after = [(match.article.key, match.confidence) for match in index.search_all(QUESTION)]
    assert [key for key, _ in after] == [key for key, _ in before]
    assert [sure for _, sure in after] == pytest.approx([sure for _, sure in before], abs=1e-5)


def test_nothing_is_rejected_for_an_unknown_article_or_by_small_talk(index: Index):
    assert not index.reject("no-such-article", QUESTION)
    assert not index.reject("delivery", "thanks!")


def test_what_a_customer_turned_down_is_not_offered_to_them_again(index: Index):
    assert index.search(QUESTION, threshold=0.0)[0].article.key == "delivery"

    assert "delivery" not in {
        one.article.key for one in index.search(QUESTION, threshold=0.0, rejected=["delivery"])
    }


def test_hidden_articles_are_not_shown_and_a_translation_may_be(index: Index):
    hidden = [("delivery", "en")]

    shown = index.search(QUESTION, threshold=0.0, limit=9, hidden=hidden)

    assert ("delivery", "en") not in {(one.article.key, one.article.language) for one in shown}


def test_where_there_is_no_translation_the_given_order_of_languages_decides(index: Index):
    if not index.has_vectors:
        pytest.skip("letters find nothing across languages")

    for order in (["hr", "en"], ["en", "hr"]):
        shown = index.search("Wie lange dauert die Lieferung eines Pakets?", threshold=0.0, languages=order)

        assert (shown[0].article.key, shown[0].article.language) == ("delivery", order[0])


def test_a_follow_up_is_read_with_the_question_before(index: Index):
    previous = "how do I return an item"

    alone = index.search("and how long does that take?", threshold=0.4)
    found = index.search("and how long does that take?", threshold=0.4, previous=previous)

    assert [match.article.key for match in alone[:1]] != ["returns"]
    assert found[0].article.key == "returns"


@pytest.mark.parametrize("taught", ["learn", "reject"])
def test_what_somebody_taught_is_left_out_for_a_while_and_is_there_again(index: Index, taught: str):
    before = confidence(index, QUESTION, "delivery")
    getattr(index, taught)("delivery", QUESTION, by="slack:U1")
    index.learn("invoice", "my bill for the taxes", by="slack:U2")
    others, after = confidence(index, "bill", "invoice"), confidence(index, QUESTION, "delivery")

    with index.without({"slack:U1"}):
        assert confidence(index, QUESTION, "delivery") == pytest.approx(before, abs=0.02)
        assert confidence(index, QUESTION, "delivery") != pytest.approx(after, abs=0.02)
        assert confidence(index, "bill", "invoice") == pytest.approx(others, abs=0.02)

    assert confidence(index, QUESTION, "delivery") == pytest.approx(after, abs=1e-5)


def test_what_is_learned_in_a_row_finds_as_well_as_one_by_one(index: Index):
    with index.gathering():
        for text in ("the postman", "the courier at my door", "a parcel on its way"):
            index.learn("delivery", text, by="slack:U1")
    together = confidence(index, QUESTION, "delivery")
    index.forget()
    for text in ("the postman", "the courier at my door", "a parcel on its way"):
        index.learn("delivery", text, by="slack:U1")

    assert confidence(index, QUESTION, "delivery") == pytest.approx(together, abs=1e-5)


def test_a_scorer_is_named_by_its_model_and_its_figures(embedder: Embedder):
    figures = shipped_figures()
    other = replace(figures, english=replace(figures.english, bias=figures.english.bias + 1))

    by_letters = scorer_of(None)

    assert by_letters.startswith("letters #")
    assert scorer_of(embedder).startswith(model_names(embedder))
    assert len({by_letters, scorer_of(embedder), scorer_of(embedder, other)}) == 3
    assert Index.build(ARTICLES, embedder=None, cache=VectorCache()).scorer == by_letters


def test_what_was_learned_is_not_read_anew_at_the_next_start(embedder: Embedder, tmp_path: Path):
    english, read = embedder.english, []
    if not isinstance(english, ReadsPieces):
        pytest.skip("no model reads pieces here")

    class Counting(RememberingPieces):
        def pieces(self, texts: Sequence[str]) -> list[Vectors]:
            read.extend(texts)
            return super().pieces(texts)

    counting = remembering(embedder)
    counting.english = Counting(english)
    for _ in range(2):
        read.clear()
        index = Index.build(ARTICLES, embedder=counting, cache=VectorCache(tmp_path / "vectors"))
        assert index.learn("delivery", QUESTION)
    assert read == []
