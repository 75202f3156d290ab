"""The index as the running bot has it, for the command line: what is published, and what was learned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from bot.assembly import vectors_path
from bot.core.article import Audience
from bot.core.judgement import Lesson
from bot.core.threshold import Threshold
from bot.embedding import load_embedder
from bot.runtime.librarian import article_of
from bot.runtime.teaching import teach
from bot.settings import Settings
from knowledge.folder import read_folder
from knowledge.index import Index
from knowledge.vector_cache import VectorCache
from storage import StoredArticle, UnitOfWork, read


@dataclass(frozen=True, slots=True)
class Shelf:
    """An index, what it was built of, and how sure an answer must be here."""

    index: Index
    published: tuple[StoredArticle, ...]
    lessons: tuple[Lesson, ...]
    """What it has learned."""
    chosen: Threshold | None
    """What an operator chose for this scorer; None where the shipped threshold counts."""

    @property
    def threshold(self) -> float:
        return self.chosen.value if self.chosen else self.index.threshold

    def hidden(self, reader: Audience, now: datetime) -> set[tuple[str, str]]:
        """What such a reader is not shown now, by key and language."""
        return {(one.key, one.language) for one in self.published if not one.is_visible(reader, now)}


def open_shelf(settings: Settings, engine: Engine, now: datetime) -> Shelf:
    """Build the index and teach it; of the folder while nothing has been imported."""

    def published(
        work: UnitOfWork,
    ) -> tuple[list[StoredArticle], Sequence[Lesson], dict[str, Threshold]]:
        return work.library.all(), work.judgements.lessons(), work.thresholds.all()

    stored, lessons, thresholds = read(engine, now, published)
    articles = [article_of(one) for one in stored] or list(read_folder(settings.knowledge_dir).articles)
    index = Index.build(articles, embedder=load_embedder(settings), cache=VectorCache(vectors_path(settings)))
    teach(index, lessons)
    return Shelf(index, tuple(stored), tuple(lessons), thresholds.get(index.scorer))
