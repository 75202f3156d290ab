"""The unit of work: every question a handler may ask and everything it may save, in one transaction."""

from datetime import datetime

from storage.conversations import Conversations, Messages
from storage.feedback import Offers, SosCalls, Surveys
from storage.ids import Ids
from storage.library import Audit, Library, Marks
from storage.line import Cursors, IntakeQueue, OutboxQueue
from storage.people import Contacts, Team
from storage.session import Session
from storage.tickets import Tickets
from storage.time import Deadlines


class UnitOfWork:
    """Valid within one job of the store; `now` is the job's one moment."""

    def __init__(self, session: Session, ids: Ids, now: datetime) -> None:
        self.now = now
        self.session = session
        self.contacts = Contacts(session, ids, now)
        self.team = Team(session, ids, now)
        self.conversations = Conversations(session, ids, now)
        self.messages = Messages(session, ids, now)
        self.tickets = Tickets(session, ids, now)
        self.offers = Offers(session, ids, now)
        self.surveys = Surveys(session, ids, now)
        self.sos = SosCalls(session, ids, now)
        self.deadlines = Deadlines(session)
        self.intake = IntakeQueue(session, ids, now)
        self.outbox = OutboxQueue(session, ids, now)
        self.cursors = Cursors(session, now)
        self.library = Library(session, now)
        self.marks = Marks(session)
        self.audit = Audit(session, ids, now)
