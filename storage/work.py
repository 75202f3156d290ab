"""The unit of work: every question a handler may ask and everything it may save, in one transaction."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime

from storage.answer_figures import AnswerFigures
from storage.article_figures import ArticleFigures
from storage.asked import Asked
from storage.conversations import Conversations
from storage.cursors import Cursors
from storage.feedback import Offers, SosCalls, Surveys
from storage.ids import Ids
from storage.intake import IntakeQueue
from storage.joined import JoinedTickets
from storage.judgements import Judgements
from storage.library import Audit, Library, Marks
from storage.links import Links
from storage.messages import Messages
from storage.outbox import OutboxQueue
from storage.participants import Participants
from storage.people import Contacts, Team
from storage.session import Session
from storage.signs import Signs
from storage.thresholds import Thresholds
from storage.ticket_queue import TicketQueue
from storage.tickets import Tickets
from storage.time import Deadlines
from storage.unanswered import Unanswered
from storage.versions import Versions

_NO_SAVEPOINT = nullcontext()


class UnitOfWork:
    """Valid within one transaction of the store; `now` is its one moment.

    `is_careful` says that a savepoint stands before each job, so that one may fail and go on; otherwise whatever
    fails must be let through: the store then does the whole batch again, with care.
    """

    def __init__(self, session: Session, ids: Ids, now: datetime, *, is_careful: bool = True) -> None:
        self.now, self.is_careful = now, is_careful
        session.is_deferring = not is_careful
        self.session = session
        self.contacts = Contacts(session, ids, now)
        self.links = Links(session, ids, now)
        self.team = Team(session, ids, now)
        self.conversations = Conversations(session, ids, now)
        self.participants = Participants(session)
        self.messages = Messages(session, ids, now)
        self.signs = Signs(session)
        self.tickets = Tickets(session, ids, now)
        self.queue = TicketQueue(session)
        self.joined = JoinedTickets(session, self.tickets, now)
        self.offers = Offers(session, ids, now)
        self.surveys = Surveys(session, ids, now)
        self.sos = SosCalls(session, ids, now)
        self.deadlines = Deadlines(session)
        self.intake = IntakeQueue(session, ids, now)
        self.outbox = OutboxQueue(session, ids, now)
        self.cursors = Cursors(session, now)
        self.marks = Marks(session)
        self.versions = Versions(session, ids, now)
        self.library = Library(session, self.versions, self.marks, ids, now)
        self.judgements = Judgements(session, ids, now)
        self.unanswered = Unanswered(session, now)
        self.asked = Asked(session, now)
        self.thresholds = Thresholds(self.marks)
        self.answers = AnswerFigures(session, self.thresholds, now)
        self.figures = ArticleFigures(session, now)
        self.audit = Audit(session, ids, now)

    def savepoint(self) -> AbstractContextManager[None]:
        """What happens inside is undone alone when it fails; nothing of the kind where care is not taken."""
        return self._savepoint() if self.is_careful else _NO_SAVEPOINT

    @contextmanager
    def _savepoint(self) -> Iterator[None]:
        try:
            with self.session.savepoint():
                yield
        except BaseException:
            self.tickets.forget()
            self.contacts.forget()
            raise
