"""Very many articles: packed vectors find what exact ones find, and a change of a few costs a few."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from knowledge import change, matrix, meaning
from knowledge.article import Article, Match
from knowledge.folder import FolderReport
from knowledge.index import Index
from knowledge.matrix import ExactMatrix, PackedMatrix
from knowledge.postings import Postings
from knowledge.units import Units, Vector
from knowledge.vector_cache import VectorCache
from knowledge.vectors import Embedder, Vectors

QUESTIONS = ("where is my parcel", "želim otkazati narudžbu", "the table has a broken leg", "δεν ήρθε το δέμα",
             "can I pay by card", "forgot my password", "do you have a showroom", "who repairs a wardrobe")  # fmt: skip


@pytest.fixture
def every_change_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change, "_WORTH_IT", 0)
    monkeypatch.setattr(change, "_CHANGED_SHARE", 0.5)


def some(count: int, dimensions: int = 100) -> Vectors:
    vectors = np.random.default_rng(4).normal(size=(count, dimensions)).astype(np.float32)
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def packed(vectors: Vectors) -> PackedMatrix:
    return PackedMatrix.of([vectors[:7], vectors[7:]], len(vectors), vectors.shape[1])


def said(found: Sequence[Match]) -> list[tuple[str, str, str, str]]:
    return [(one.article.key, one.article.language, one.passage, one.reason) for one in found]


def test_packed_vectors_are_as_near_as_exact_ones():
    vectors = some(60)

    similar = packed(vectors).similar(vectors[3])

    assert similar == pytest.approx(ExactMatrix(vectors).similar(vectors[3]), abs=0.01)
    assert packed(vectors).similar(vectors[3], np.array([5, 3])) == pytest.approx(similar[[5, 3]])


def test_signs_tell_about_how_near_a_vector_is():
    vectors = some(60, 384)
    near = vectors[3] + 0.5 * vectors[4]

    guessed = packed(vectors).guessed(near / np.linalg.norm(near))

    assert set(np.argsort(-guessed)[:2].tolist()) == {3, 4}


def test_a_packed_matrix_grows_and_shrinks():
    vectors = some(60)

    half = packed(vectors[:30]).taken(np.arange(10)).extended(vectors[30:])

    assert half.plain() == pytest.approx(packed(np.concatenate([vectors[:10], vectors[30:]])).plain())
    assert half.guessed(vectors[40]).argmax() == 20


@pytest.mark.parametrize("is_packed", [False, True])
def test_rows_of_english_texts_stay_with_them(is_packed):
    vectors, english = some(6), np.array([1, 3, 4], np.int32)
    make = packed if is_packed else ExactMatrix
    units = Units(np.arange(6, dtype=np.int32), make(vectors), english, make(some(9)[english]))
    asked = Vector(vectors[4], some(9)[4])
    whole = units.similar(asked)

    fewer = units.without(2)
    moved = units.renumbered(np.array([-1, 4, -1, 0, 1, 2], np.int32), 6)

    assert fewer.similar(asked) == pytest.approx(np.delete(whole, 2))
    assert moved.owners.tolist() == [4, 0, 1, 2]
    assert moved.similar(asked) == pytest.approx(whole[[1, 3, 4, 5]])
    both = fewer.followed_by(moved)
    assert both.similar(asked) == pytest.approx(np.append(np.delete(whole, 2), whole[[1, 3, 4, 5]]))
    assert both.similar(asked, np.array([3, 7])) == pytest.approx(both.similar(asked)[[3, 7]])


def test_looking_through_very_many_finds_what_comparing_all_finds(
    samples: FolderReport, embedder: Embedder, remembered: VectorCache, monkeypatch
):
    # Habits are another matter: they are not formed of very many.
    articles = [replace(one, phrasings=(), checksum="") for one in samples.articles]
    few = Index.build(articles, embedder=embedder, cache=remembered)
    monkeypatch.setattr(matrix, "LARGEST_EXACT", 10)
    monkeypatch.setattr(meaning, "_LISTED", 50)
    many = Index.build(articles, embedder=embedder, cache=remembered)

    for question in QUESTIONS:
        exact, found = few.search_all(question, limit=3), many.search_all(question, limit=3)

        assert said(found) == said(exact)
        assert [one.confidence for one in found] == pytest.approx([one.confidence for one in exact], abs=0.05)


def test_near_passages_are_found_without_unpacking_all_vectors(
    samples: FolderReport, embedder: Embedder, remembered: VectorCache, monkeypatch: pytest.MonkeyPatch
):
    few = Index.build(samples.articles, embedder=embedder, cache=remembered)
    monkeypatch.setattr(matrix, "LARGEST_EXACT", 10)
    many = Index.build(samples.articles, embedder=embedder, cache=remembered)
    unpacked: list[int] = []
    plain = PackedMatrix.plain
    monkeypatch.setattr(PackedMatrix, "plain", lambda own: (unpacked.append(len(own)), plain(own))[1])

    found, exact = (one.near_passages(0.3, lambda _: True, most=12) for one in (many, few))

    assert exact
    assert {(one.article, one.passage, one.other) for one in found} >= {
        (one.article, one.passage, one.other) for one in exact[:5]
    }
    assert max(unpacked) <= 12


def test_an_index_of_very_many_can_be_taught_and_untaught(
    samples: FolderReport, embedder: Embedder, remembered: VectorCache, monkeypatch
):
    monkeypatch.setattr(matrix, "LARGEST_EXACT", 10)
    many = Index.build(samples.articles, embedder=embedder, cache=remembered)
    before = many.search_all("my thingamajig is kaput")

    many.learn("damaged", "the thingamajig went kaput", by="ann")
    assert many.search_all("my thingamajig is kaput")[0].article.key == "damaged"
    many.forget(by="ann")

    assert many.search_all("my thingamajig is kaput") == before


def changed(articles: Sequence[Article]) -> list[Article]:
    """One with another text, one gone, one new, and all of them in another order."""
    edited = replace(articles[3], body="We open at six, and the bakery at five.", checksum="")
    new = Article("parrots", "en", "Do you sell parrots?", "We sell furniture and no parrots.")
    return [new, *reversed(articles[4:]), *articles[1:3], edited]


@pytest.mark.usefixtures("every_change_is_worth_it")
def test_by_letters_a_changed_index_is_the_one_that_would_have_been_built(samples: FolderReport, monkeypatch):
    before = Index.build(samples.articles, embedder=None, cache=VectorCache())
    before.learn("damaged", "the thingamajig went kaput")
    articles = changed(samples.articles)
    anew = Index.build(articles, embedder=None, cache=VectorCache())
    monkeypatch.setattr(Postings, "of", None)

    after = Index.build(articles, embedder=None, cache=VectorCache(), before=before)

    for question in (*QUESTIONS, "when does the bakery open", "a parrot", "the thingamajig went kaput"):
        assert after.search_all(question) == anew.search_all(question)


@pytest.mark.usefixtures("every_change_is_worth_it")
@pytest.mark.parametrize("largest_exact", [10, 10_000])
def test_a_changed_index_finds_what_one_built_anew_finds(
    samples: FolderReport, embedder: Embedder, remembered: VectorCache, monkeypatch, largest_exact
):
    monkeypatch.setattr(matrix, "LARGEST_EXACT", largest_exact)
    before = Index.build(samples.articles, embedder=embedder, cache=remembered)
    before.learn("damaged", "the thingamajig went kaput")
    articles = changed(samples.articles)
    anew = Index.build(articles, embedder=embedder, cache=remembered)
    after = Index.build(articles, embedder=embedder, cache=remembered, before=before)

    for question in (*QUESTIONS, "when does the bakery open", "a parrot", "the thingamajig went kaput"):
        found, expected = after.search_all(question, limit=1), anew.search_all(question, limit=1)
        assert said(found) == said(expected)
        assert found[0].confidence == pytest.approx(expected[0].confidence, abs=0.05)


@pytest.mark.usefixtures("every_change_is_worth_it")
def test_only_what_changed_is_read_again(samples: FolderReport, embedder: Embedder, monkeypatch):
    cache = VectorCache()
    read: list[str] = []
    passages = VectorCache.passages
    monkeypatch.setattr(VectorCache, "passages", lambda self, model, texts: read.extend(texts) or passages(
        self, model, texts))  # fmt: skip
    few = [replace(one, phrasings=(), checksum="") for one in samples.articles[:40]]
    before = Index.build(few, embedder=embedder, cache=cache)
    read.clear()

    Index.build([*few[1:], replace(few[0], body="Other words.", checksum="")], embedder=embedder, cache=cache,
                before=before)  # fmt: skip

    assert {text.splitlines()[0] for text in read} == {few[0].title}


def test_after_many_changes_and_in_a_small_base_everything_is_built_anew(samples: FolderReport):
    articles = [Article(f"a{number}", "en", f"Title {number}", "") for number in range(1_000)]
    edited = [replace(one, title="Other", checksum="") for one in articles]

    assert change.change_between(articles, [*edited[:10], *articles[10:]], changed=0) is not None
    assert change.change_between(articles, [*edited[:10], *articles[10:]], changed=40) is None
    assert change.change_between(articles, [*edited[:60], *articles[60:]], changed=0) is None
    assert change.change_between(articles[:900], articles[:900], changed=0) is None
