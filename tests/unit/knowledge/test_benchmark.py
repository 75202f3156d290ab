"""The benchmark measures the product's own index, and says what is missing."""

import pytest

from benchmarks import knowledge as benchmark
from benchmarks.knowledge_baselines import Bm25, ModelAlone, OnceEmbedder
from benchmarks.knowledge_figures import QuestionSet, as_article, small_views
from benchmarks.knowledge_scale import Measured, Stretched, line
from knowledge.vector_cache import VectorCache
from knowledge.vectors import Embedder

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


@pytest.mark.parametrize("kind", ["bm25", "the model alone"])
def test_baselines_rank_and_learn(kind, embedder: Embedder, remembered: VectorCache):
    baseline = Bm25(ARTICLES) if kind == "bm25" else ModelAlone(ARTICLES, embedder, remembered)
    before = dict(baseline.search("the postman is late", 30)).get("d:en", 0.0)

    assert baseline.search("the parcel takes long", 30)[0][0] == "d:en"
    baseline.learn("d:en", "the postman is late")

    assert dict(baseline.search("the postman is late", 30))["d:en"] > before


def test_whoever_asks_again_owes_the_time_it_took(embedder: Embedder):
    once = OnceEmbedder(embedder)

    first = once.queries(["where is my parcel"])
    assert once.pay() == 0
    again = once.queries(["where is my parcel"])

    assert again.tolist() == first.tolist()
    assert once.pay() > 0
    assert once.pay() == 0


def test_made_up_texts_lie_near_true_ones_and_questions_where_they_are(
    embedder: Embedder, remembered: VectorCache
):
    true = ["Returns", "Delivery", "Payment"]
    stretched = Stretched(embedder, remembered, frozenset({"Made up 1"}), true, true)

    (made_up,) = stretched.passages(["Made up 1\nNobody ever wrote this."])
    assert (remembered.passages(embedder, true) @ made_up).max() > 0.9
    assert stretched.passages(["Returns"]).tolist() == remembered.passages(embedder, ["Returns"]).tolist()
    stretched.ask()
    assert stretched.queries(["Made up 1"]).tolist() == embedder.queries(["Made up 1"]).tolist()


def test_a_quick_run_asks_a_sample_of_each_language_and_keeps_what_is_learned_from():
    questions = [{"lang": lang, "split": split, "id": number} for lang in ("en", "hr")
                 for split in ("tune", "test", "feedback") for number in range(200)]  # fmt: skip

    asked = benchmark.sampled(questions)

    assert sum(one["split"] == "feedback" for one in asked) == 400
    for lang in ("en", "hr"):
        assert sum(one["lang"] == lang and one["split"] == "test" for one in asked) == 40


def test_a_line_has_a_cell_for_each_head():
    assert line(Measured(1_000)).count("|") == len(benchmark.knowledge_scale.HEADS) + 1


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
