"""A young knowledge base: one article, or a few, must answer what they answer and nothing else."""

import pytest

from knowledge.article import Article
from knowledge.decoys import ENOUGH_TOPICS, decoys_for
from knowledge.index import Index
from knowledge.threshold import THRESHOLD, threshold_for
from knowledge.vector_cache import VectorCache

RESET = Article(
    "reset",
    "en",
    "Reset your password",
    "Open the login page and click **Forgot password**. We send you a link that is valid for one hour.",
)
SHIPPING = Article(
    "ship", "en", "Shipping times", "Orders arrive within 3-5 days in Europe and 7-10 days elsewhere."
)


@pytest.mark.parametrize("articles", [[RESET], [RESET, SHIPPING]], ids=["one article", "two articles"])
def test_the_first_articles_answer_their_question_and_no_other(articles: list[Article]) -> None:
    index = Index.build(articles, embedder=None, cache=VectorCache())
    assert [match.article.key for match in index.search("How do I reset my password?")] == ["reset"]
    for other in (
        "Do you sell bicycles?",
        "What is the capital of France?",
        "Will it rain tomorrow?",
        "Tell me a joke",
    ):
        assert index.search(other) == []


def test_decoys_are_rivals_that_nobody_sees() -> None:
    index = Index.build([RESET], embedder=None, cache=VectorCache())
    assert index.articles == (RESET,)
    assert {match.article.key for match in index.search_all("Who won the football game?")} <= {"reset"}


def test_no_articles_stay_no_articles_and_enough_need_no_decoys() -> None:
    many = [Article(str(number), "en", f"Title {number}", "Text") for number in range(ENOUGH_TOPICS)]
    assert decoys_for([]) == decoys_for(many) == ()
    assert len(decoys_for([RESET, SHIPPING])) == ENOUGH_TOPICS - 2


@pytest.mark.parametrize(
    ("topics", "threshold"), [(1, 0.8), (10, 0.8), (15, 0.8125), (30, THRESHOLD), (500, THRESHOLD)]
)
def test_the_more_topics_there_are_the_surer_an_answer_must_be(topics: int, threshold: float) -> None:
    assert threshold_for(topics) == pytest.approx(threshold)
