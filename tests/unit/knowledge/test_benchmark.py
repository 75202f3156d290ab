"""The benchmark measures the product's own index, and says what is missing."""

import pytest

from benchmarks import knowledge as benchmark
from benchmarks.knowledge_figures import QuestionSet, as_article, small_views

ARTICLES = [
    {
        "id": "r:en",
        "lang": "en",
        "key": "r",
        "title": "Returns",
        "body": "Send it back within 30 days.",
        "alt": [],
    },
    {
        "id": "d:en",
        "lang": "en",
        "key": "d",
        "title": "Delivery",
        "body": "The parcel takes two days.",
        "alt": [],
    },
]


def test_the_scorer_gets_ids_and_confidences_best_first():
    found = benchmark.lexical_index(ARTICLES).search("how do I send something back", 30)

    assert [article for article, _ in found] == ["r:en", "d:en"]
    assert found[0][1] > found[1][1]


def test_accepted_phrasings_reach_the_index():
    searcher = benchmark.lexical_index(ARTICLES)
    before = dict(searcher.search("where is the postman", 30))

    searcher.learn("d:en", "where is my postman")

    assert dict(searcher.search("where is the postman", 30))["d:en"] > before["d:en"]


def test_a_missing_scorer_is_explained(tmp_path):
    with pytest.raises(SystemExit, match="Give the folder that holds"):
        benchmark.scorer(tmp_path)


def test_small_bases_are_cut_out_of_a_set_and_what_is_left_out_has_no_answer():
    rows = [{**ARTICLES[0], "id": f"{n}:en", "key": str(n), "alt": ["one", "two"]} for n in range(30)]
    questions = [
        {"lang": "en", "split": "tune", "text": f"question {n}", "relevant": [str(n)]} for n in range(30)
    ]
    whole = QuestionSet("shop", tuple(map(as_article, rows)), tuple(questions))

    cut = list(small_views([whole], "tune"))

    assert [len(articles) for _, articles, _ in cut] == [8, 15]
    for _, articles, asked in cut:
        keys = {article.key for article in articles}
        assert all(set(question["relevant"]) <= keys for question in asked)
        assert any(not question["relevant"] for question in asked)
