"""The only room that says sqlalchemy: tables, repositories, the unit of work and the one writer."""

from storage.ids import Ids
from storage.library import StoredArticle
from storage.line import StoredAction, StoredEvent
from storage.session import make_engine
from storage.store import Job, StorageUnavailableError, Store, read, write
from storage.time import Deadline
from storage.work import UnitOfWork

__all__ = [
    "Deadline",
    "Ids",
    "Job",
    "StorageUnavailableError",
    "Store",
    "StoredAction",
    "StoredArticle",
    "StoredEvent",
    "UnitOfWork",
    "make_engine",
    "read",
    "write",
]
