"""Vectors: kept between starts, found again, never mixed up."""

import contextlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError

import numpy as np
import pytest

from knowledge.habits import Habits
from knowledge.space import Space
from knowledge.units import best_by_owner
from knowledge.vector_cache import VectorCache
from knowledge.vectors import SpaceKind, Vectors


class LetterCounter:
    """A model small enough to check by hand: it counts letters, and what it was asked."""

    space = SpaceKind.CLEAN
    languages = None
    english = None
    dimensions = 3

    def __init__(self, name: str = "letters") -> None:
        self.name = name
        self.asked: list[str] = []

    def queries(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.array([[text.count(letter) for letter in "abc"] for text in texts], np.float32)

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self.queries(texts) + 1

    def knows(self, word: str) -> bool:
        return True


def test_a_second_start_embeds_nothing_again(tmp_path):
    path = tmp_path / "data" / "vectors.sqlite"
    first = VectorCache(path).queries(LetterCounter(), ["aab", "c"])
    again = LetterCounter()

    second = VectorCache(path).queries(again, ["c", "aab"])

    assert again.asked == []
    assert second.tolist() == first.tolist()[::-1]


def test_only_new_texts_are_embedded_and_each_once():
    cache, model = VectorCache(), LetterCounter()
    cache.queries(model, ["a", "b"])

    cache.queries(model, ["a", "c", "c"])

    assert model.asked == ["a", "b", "c"]


def test_what_another_process_makes_meanwhile_is_not_made_again(tmp_path):
    path, texts = tmp_path / "vectors.sqlite", [f"a{number}" for number in range(200)]

    class Overtaken(LetterCounter):
        def queries(self, texts_of_batch: Sequence[str]) -> Vectors:
            if not self.asked:
                VectorCache(path).queries(LetterCounter(), texts)
            return super().queries(texts_of_batch)

    model = Overtaken()
    vectors = VectorCache(path).queries(model, texts)

    assert len(model.asked) < 20
    assert vectors.tolist() == [[1, 0, 0]] * len(texts)


def test_processes_that_begin_together_do_not_all_make_the_same(tmp_path):
    path, texts = tmp_path / "vectors.sqlite", [f"b{number}" for number in range(800)]
    barrier = Barrier(2)

    class InStep(LetterCounter):
        def queries(self, texts_of_batch: Sequence[str]) -> Vectors:
            with contextlib.suppress(BrokenBarrierError):
                barrier.wait(10)
            return super().queries(texts_of_batch)

    def embed() -> list[str]:
        model = InStep()
        VectorCache(path).queries(model, texts)
        barrier.abort()
        return model.asked

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(embed), pool.submit(embed)

    made = [*first.result(), *second.result()]
    assert set(made) == set(texts)
    # Of 50 batches each a few happen to be made by both; in one order all would be.
    assert len(made) < 1.5 * len(texts)


def test_questions_passages_and_models_are_kept_apart(tmp_path):
    cache = VectorCache(tmp_path / "vectors.sqlite")

    assert cache.queries(LetterCounter(), ["a"]).tolist() == [[1, 0, 0]]
    assert cache.passages(LetterCounter(), ["a"]).tolist() == [[2, 1, 1]]
    other = LetterCounter("other letters")
    cache.queries(other, ["a"])
    assert other.asked == ["a"]


@pytest.mark.parametrize("damage", [b"this is no database", b"SQLite format 3\0" + b"x" * 4096])
def test_a_damaged_file_is_begun_again(tmp_path, damage):
    path = tmp_path / "vectors.sqlite"
    path.write_bytes(damage)

    assert VectorCache(path).queries(LetterCounter(), ["abc"]).tolist() == [[1, 1, 1]]
    assert VectorCache(path).queries(LetterCounter(), ["abc"]).tolist() == [[1, 1, 1]]


def test_no_texts_give_no_vectors():
    assert len(VectorCache().queries(LetterCounter(), [])) == 0


def test_cleaning_takes_away_the_language_and_the_empty_directions():
    space = Space({"en": np.float32([1, 0, 0])}, {}, np.float32([[0, 1, 0]]))

    (cleaned,) = space.cleaned(np.float32([[1, 5, 2]]), [space.query_mean("en")])

    assert cleaned.tolist() == pytest.approx([0, 0, 1])


def test_the_best_three_of_each_owner_count():
    similarities = np.float32([0.9, 0.1, 0.6, 0.3, 0.5])
    owners = np.int32([0, 0, 0, 0, 2])

    scores = best_by_owner(similarities, owners, 3, 3)

    assert scores[[0, 2]].tolist() == pytest.approx([0.6, 0.5])
    assert scores[1] < -1


def test_equal_texts_of_an_owner_count_one_by_one():
    similarities, owners = np.float32([0.5, 0.5, 0.2, 0.5]), np.int32([1, 1, 1, 0])

    assert best_by_owner(similarities, owners, 2, 2).tolist() == [0.5, 0.5]
    assert best_by_owner(similarities, owners, 2, 3).tolist() == pytest.approx([0.5, 0.4])


def test_habits_are_silent_until_there_is_enough_to_learn_from():
    habits = Habits(topics=2, titles=2)
    habits.fit(np.eye(2, dtype=np.float32), np.int32([0, 1]))

    assert habits.scores(np.float32([1, 0])) is None


def test_translated_titles_are_no_phrasings():
    habits = Habits(topics=2, titles=6)
    habits.fit(np.tile(np.eye(2, dtype=np.float32), (3, 1)), np.int32([0, 1] * 3))

    assert habits.scores(np.float32([1, 0])) is None


def test_habits_learn_which_topic_is_meant():
    choice = np.random.default_rng(1)
    middles = np.float32([[1, 0, 0, 0], [0, 1, 0, 0]])
    topics = np.int32([0, 1] * 6)
    vectors = middles[topics] + choice.normal(0, 0.1, (12, 4)).astype(np.float32)
    habits = Habits(topics=2, titles=2)

    habits.fit(vectors, topics)

    for topic, middle in enumerate(middles):
        scores = habits.scores(middle)
        assert scores is not None
        assert int(scores.argmax()) == topic
        assert np.exp(scores[topic]) > 0.8
