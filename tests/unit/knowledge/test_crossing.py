"""A question in another language is compared with English titles as the model of English would."""

import numpy as np
import pytest

from knowledge.crossing import Crossing
from knowledge.matrix import ExactMatrix
from knowledge.units import Units, Vector


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_the_way_is_learned_from_texts_that_have_both_vectors():
    choice = np.random.default_rng(1)
    general = unit(choice.normal(size=(600, 8)))
    way = np.linalg.qr(choice.normal(size=(8, 8)))[0]
    crossing = Crossing(general, (general @ way).astype(np.float32))

    asked = unit(choice.normal(size=(1, 8)))[0]

    assert float(crossing.guess(asked) @ (asked @ way)) > 0.98


def test_one_text_gives_little_more_than_itself():
    english = np.float32([[0.6, 0.8]])
    crossing = Crossing(np.float32([[1, 0]]), english)

    assert crossing.guess(np.float32([0, 1])).tolist() == pytest.approx([0.6, 0.8])


def test_a_guess_counts_only_where_nothing_better_is_known():
    texts = Units(
        np.int32([0]), ExactMatrix(np.float32([[1, 0]])), np.int32([0]), ExactMatrix(np.float32([[0, 1]]))
    )
    foreign = Vector(np.float32([0.6, 0.8]), as_english=np.float32([0, 1]))
    english = Vector(np.float32([0.6, 0.8]), np.float32([1, 0]), np.float32([0, 1]))

    assert texts.similar(foreign).tolist() == pytest.approx([0.6])
    assert texts.similar(foreign.guessed()).tolist() == pytest.approx([0.8])
    assert english.guessed() is english
