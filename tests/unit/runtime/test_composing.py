"""What a language model is asked depends on the threshold in use, which may not be the shipped one."""

from datetime import UTC, datetime

import pytest

from bot.core.actions import Search
from bot.core.events import AnswersFound
from bot.core.knowledge import Match
from bot.runtime.composing import query_for
from knowledge.article import Article
from knowledge.index import Index
from knowledge.vector_cache import VectorCache

RETURNS = Article("returns", "en", "Returns", "Send it back within 30 days.")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(("threshold", "is_asked"), [(0.6, True), (0.8, False)])
def test_only_what_is_surer_than_the_threshold_in_use_is_written_about(threshold, is_asked):
    index = Index.build([RETURNS], embedder=None, cache=VectorCache())
    match = Match("returns", "en", "Returns", RETURNS.body, 0.7)
    found = AnswersFound("found", NOON, 1, 1, (match,))

    query = query_for(Search(1, 1, "May I return it?"), found, index, threshold)

    assert (query is not None) is is_asked
