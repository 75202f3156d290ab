"""The only room that says sqlalchemy: tables, repositories, the unit of work and the one writer."""

from storage.expected import Expected, Said, Settled
from storage.ids import Ids, made_at
from storage.intake import StoredEvent
from storage.library import CHANGED, RETAUGHT, Replacement, StoredArticle
from storage.membership import Membership, Standing, fair_share
from storage.only_one import AlreadyInUseError, OnlyOne
from storage.outbox import StoredAction
from storage.participants import Participant
from storage.session import EVERYBODY, Session, make_engine
from storage.store import MAX_BATCH, Job, StorageUnavailableError, Store, ask, read, write
from storage.time import Deadline
from storage.unanswered import OpenQuestion
from storage.work import UnitOfWork

__all__ = [
    "CHANGED",
    "EVERYBODY",
    "MAX_BATCH",
    "RETAUGHT",
    "AlreadyInUseError",
    "Deadline",
    "Expected",
    "Ids",
    "Job",
    "Membership",
    "OnlyOne",
    "OpenQuestion",
    "Participant",
    "Replacement",
    "Said",
    "Session",
    "Settled",
    "Standing",
    "StorageUnavailableError",
    "Store",
    "StoredAction",
    "StoredArticle",
    "StoredEvent",
    "UnitOfWork",
    "ask",
    "fair_share",
    "made_at",
    "make_engine",
    "read",
    "write",
]
