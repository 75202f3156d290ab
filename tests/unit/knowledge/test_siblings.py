"""What is near among recipes would be far among bank cards: a base is measured by its own texts."""

import numpy as np
import pytest

from knowledge.evidence import Evidence, features
from knowledge.matrix import ExactMatrix
from knowledge.meaning import Nearness
from knowledge.siblings import Siblings
from knowledge.units import Units, Vector, best_by_owner
from knowledge.vectors import Vectors

NO_ROWS, NO_ENGLISH = np.zeros(0, np.int32), ExactMatrix(np.zeros((0, 0), np.float32))


def units(*rows: list[float]) -> Units:
    vectors = np.float32(rows)
    return Units(np.arange(len(rows), dtype=np.int32), ExactMatrix(vectors), NO_ROWS, NO_ENGLISH)


def measured(texts: Units, topics: list[int]) -> Siblings:
    siblings = Siblings(np.int32(topics))
    siblings.measure(texts, texts.similar)
    return siblings


def test_articles_about_nearly_the_same_lie_near_and_different_ones_as_far_as_counts():
    alike = measured(units([1, 0], [0.8, 0.6], [0.9, 0.43]), [0, 1, 2])
    apart = measured(units([1, 0], [0, 1], [-1, 0]), [0, 1, 2])

    assert alike.usual > 0.8
    assert apart.usual == pytest.approx(0.65)


def test_a_translation_is_no_other_topic():
    texts = units([1, 0], [1, 0], [0, 1], [0, 1])

    assert measured(texts, [0, 0, 1, 1]).usual < measured(texts, [0, 1, 2, 3]).usual


def test_one_article_alone_is_measured_by_what_is_usual():
    assert measured(units([1, 0]), [0]).usual == pytest.approx(0.75)


def test_what_was_learned_since_is_measured_too():
    before = units([1, 0], [0, 1])
    siblings = measured(before, [0, 1])
    lonely = siblings.usual

    after = before.added(0, Vector(np.float32([0.1, 0.99])))
    siblings.measure(after, lambda vector: best_by_owner(after.similar(vector), after.owners, 2, 1))

    assert siblings.usual > lonely


def test_the_vector_of_a_text_has_both_models_where_it_is_english():
    general, english = ExactMatrix(np.eye(2, dtype=np.float32)), ExactMatrix(np.float32([[0.6, 0.8]]))
    texts = Units(np.int32([0, 1]), general, np.int32([1]), english)

    assert texts.vector(0).english is None
    assert texts.vector(1).english is not None
    assert texts.vector(1).english.tolist() == pytest.approx([0.6, 0.8])
    assert texts.vector(1).general.tolist() == [0, 1]


def evidence(usual: float = 0.0, *, bodied: float = 1.0, habits: Vectors | None = None) -> Evidence:
    near = Nearness(np.float32([0.8, 0.5]), np.float32([0.8, 0.5]))
    return Evidence(near, habits, np.zeros(2, np.float32), 0.0, np.ones(2, np.float32), np.int32([0, 1]), 4,
                    bodied, usual)  # fmt: skip


def test_an_answer_fits_less_where_everything_is_near():
    assert features(evidence(0.9), 0)["fit"] == pytest.approx(features(evidence(0.5), 0)["fit"] - 0.4)


def test_habits_decide_more_where_there_are_titles_only():
    habits = np.log(np.float32([0.05, 0.9]))

    assert int(evidence(bodied=1.0, habits=habits).total.argmax()) == 0
    assert int(evidence(bodied=0.0, habits=habits).total.argmax()) == 1
