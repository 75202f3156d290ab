"""Postings in flat arrays say the same as counting pieces one by one, also when articles were taught and untaught."""

import random
from collections import Counter

import numpy as np
import pytest

from knowledge.postings import Postings, word_pieces

WORDS = ["a", "is", "order", "orders", "ordering", "aaaaaaa", "παραγγελια", "8", "🚚"]


def counted(postings: Postings, piece: str) -> dict[int, float]:
    articles, counts = postings.holding(piece)
    return dict(zip(articles.tolist(), counts.tolist(), strict=True))


def by_hand(articles: list[Counter[str]], piece: str) -> dict[int, float]:
    found = Counter[int]()
    for number, words in enumerate(articles):
        for word, times in words.items():
            found[number] += times * word_pieces([word]).count(piece)
    return {number: count for number, count in found.items() if count}


@pytest.fixture
def articles() -> list[Counter[str]]:
    choice = random.Random(3)  # noqa: S311  made-up articles
    return [Counter(choice.choices(WORDS, k=choice.randint(0, 12))) for _ in range(600)]


def test_every_piece_is_counted_in_every_article(articles):
    postings = Postings.of(articles, len(articles))

    for piece in word_pieces(WORDS):
        assert counted(postings, piece) == by_hand(articles, piece)
    lengths = [sum(n * len(word_pieces([word])) for word, n in words.items()) for words in articles]
    assert postings.lengths.tolist() == lengths


def test_what_no_article_holds_is_nowhere(articles):
    assert counted(Postings.of(articles, len(articles)), "zzzz") == {}
    assert counted(Postings.of([], 0), "zzzz") == {}
    assert len(Postings.of([], 0)) == 0


def test_learned_words_count_until_they_are_forgotten(articles):
    postings = Postings.of(articles, len(articles))
    lesson = Counter({"ordering": 2, "unheard": 2})

    postings.learn(5, lesson)
    postings.learn(5, lesson)
    postings.forget(5, lesson)
    for piece in word_pieces(lesson):
        taught = [*articles[:5], articles[5] + lesson, *articles[6:]]
        assert counted(postings, piece) == by_hand(taught, piece)

    postings.forget(5, lesson)
    for piece in word_pieces(lesson):
        assert counted(postings, piece) == by_hand(articles, piece)
    assert np.array_equal(postings.lengths, Postings.of(articles, len(articles)).lengths)


def test_a_word_said_more_often_than_can_be_counted_stays_common():
    assert counted(Postings.of([Counter(spam=10**6)], 1), "spam") == {0: 65535}
