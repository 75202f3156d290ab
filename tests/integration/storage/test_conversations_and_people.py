"""Conversations, messages and their copies, people and their accounts."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.core.commands import Role
from bot.core.content import FileKind, FileRef
from bot.core.conversation import Conversation, Direction, Owner
from bot.core.events import Author
from bot.core.knowledge import Match
from bot.core.places import Identity, MessageAt, Place, direct_to
from bot.core.sos import CallState
from bot.core.survey import OfferOutcome, SurveyKind
from bot.runtime.ticker import OfferCounts
from storage import Replacement, StoredArticle, UnitOfWork
from storage.feedback import RECENT_OFFERS
from storage.ids import Ids
from tests.integration.storage.conftest import NOON

DANA = Identity("telegram", "", "5")
DIRECT = Place("telegram", channel="5", is_direct=True)
THREAD = Place("slack", "T1", "STAFF", "9")


def later(work: UnitOfWork, **span: float) -> UnitOfWork:
    return UnitOfWork(work.session, Ids(), work.now + timedelta(**span))


@pytest.fixture
def conversation(work: UnitOfWork) -> Conversation:
    contact = work.contacts.meet(Author(DANA, "Dana"))
    return work.conversations.open(contact, DIRECT)


def test_a_person_is_met_once_and_known_by_the_name_they_have_now(work: UnitOfWork) -> None:
    first = work.contacts.meet(Author(DANA, "Dana", language="hr", time_zone="Europe/Zagreb"))
    again = work.contacts.meet(Author(DANA, "Dana B."))
    assert again.id == first.id
    assert (again.name, again.language, again.time_zone) == ("Dana B.", "hr", "Europe/Zagreb")
    assert work.contacts.get(first.id) == again
    assert work.contacts.identities_of(first.id) == [DANA]


def test_a_platform_that_does_not_tell_the_name_takes_none_away(work: UnitOfWork) -> None:
    work.contacts.meet(Author(DANA, "Dana"))
    assert work.contacts.meet(Author(DANA, DANA.external_id)).name == "Dana"
    assert work.contacts.meet(Author(DANA, "")).name == "Dana"


def test_meeting_somebody_forgets_neither_their_wish_nor_that_they_are_out_of_reach(work: UnitOfWork) -> None:
    contact = work.contacts.meet(Author(DANA, "Dana"))
    work.contacts.save(contact.opted_out(True).reachable(False))
    again = work.contacts.meet(Author(DANA, "Dana B."))
    assert (again.is_opted_out, again.is_reachable) == (True, False)


def test_the_same_id_elsewhere_is_somebody_else(work: UnitOfWork) -> None:
    one = work.contacts.meet(Author(DANA, "Dana"))
    other = work.contacts.meet(Author(Identity("discord", "", "5"), "Dana"))
    third = work.contacts.meet(Author(Identity("telegram", "W", "5"), "Dana"))
    assert len({one.id, other.id, third.id}) == 3
    with pytest.raises(LookupError):
        work.contacts.get(1)


def test_a_conversation_is_found_by_its_place_and_nowhere_else(
    work: UnitOfWork, conversation: Conversation
) -> None:
    assert work.conversations.at(DIRECT) == conversation
    assert work.conversations.at(Place("telegram", channel="5", person="5")) is None
    assert work.conversations.get(conversation.id) == conversation
    assert work.conversations.find(1) is None
    with pytest.raises(LookupError):
        work.conversations.get(1)


def test_what_becomes_of_a_conversation_is_kept(work: UnitOfWork, conversation: Conversation) -> None:
    for changed in (conversation.queued(), conversation.with_person(), conversation.resolved(NOON)):
        work.conversations.save(changed)
        assert work.conversations.get(conversation.id) == changed
    touched = later(work, minutes=3).conversations.touch(conversation.with_bot())
    assert touched.last_message_at == NOON + timedelta(minutes=3)
    assert work.conversations.get(conversation.id).owner is Owner.BOT


def test_a_direct_chat_settles_on_its_channel_once_that_is_known(work: UnitOfWork) -> None:
    contact = work.contacts.meet(Author(DANA, "Dana"))
    begun = work.conversations.open(contact, direct_to(DANA))
    work.conversations.settle(begun.id, DIRECT)
    found = work.conversations.at(DIRECT)
    assert found is not None
    assert (found.id, found.place) == (begun.id, DIRECT)
    assert work.conversations.at(direct_to(DANA)) is None
    work.conversations.settle(begun.id, DIRECT)


def test_a_conversation_that_began_there_meanwhile_keeps_its_place(
    work: UnitOfWork, conversation: Conversation
) -> None:
    begun = work.conversations.open(work.contacts.get(conversation.contact_id), direct_to(DANA))
    work.conversations.settle(begun.id, DIRECT)
    assert work.conversations.at(DIRECT) == conversation


def test_the_direct_chat_is_found_among_any_number_of_conversations(
    work: UnitOfWork, conversation: Conversation
) -> None:
    for number in range(30):
        place = Place("telegram", channel="G", person=str(number))
        later(work, minutes=number + 1).conversations.open(work.contacts.get(conversation.contact_id), place)
    assert work.conversations.direct_of(conversation.contact_id, "telegram") == conversation
    assert work.conversations.direct_of(conversation.contact_id, "slack") is None
    assert work.conversations.direct_of(conversation.contact_id, "tele") is None
    recent = work.conversations.of_contact(conversation.contact_id, since=NOON)
    assert len(recent) == 20
    assert recent[0].place.person == "29"


def test_a_message_and_all_its_copies_are_one(work: UnitOfWork, conversation: Conversation) -> None:
    origin = MessageAt(DIRECT, "10")
    files = (FileRef("telegram", "F1", "crack.jpg", FileKind.PICTURE, "image/jpeg", 5),)
    message = work.messages.add(
        conversation.id, Direction.INCOMING, "Dana", "look", files=files, origin=origin, sent_at=NOON
    )
    parts = [MessageAt(THREAD, "21"), MessageAt(THREAD, "22")]
    work.messages.add_refs(message.id, parts)
    for at in (origin, *parts):
        assert work.messages.find(at) == message
    assert work.messages.refs_in(message.id, THREAD) == tuple(parts)
    assert work.messages.refs_in(message.id, DIRECT) == (origin,)
    work.messages.add_refs(message.id, parts)
    work.messages.replace_refs(message.id, THREAD, parts[:1])
    assert work.messages.refs_in(message.id, THREAD) == (parts[0],)
    assert work.messages.find(parts[1]) is None
    assert work.messages.get(message.id) == message
    assert work.messages.get(1) is None


def test_earlier_words_are_kept_and_a_deletion_is_a_mark(
    work: UnitOfWork, conversation: Conversation
) -> None:
    message = work.messages.add(
        conversation.id, Direction.INCOMING, "Dana", "one", origin=MessageAt(DIRECT, "1")
    )
    second = later(work, minutes=1).messages.edit(message, "two", (), work.now + timedelta(minutes=1))
    third = later(work, minutes=2).messages.edit(second, "three", (), work.now + timedelta(minutes=2))
    deleted = later(work, minutes=3).messages.delete(third)
    assert work.messages.get(message.id) == deleted
    assert deleted.text == "three"
    assert [text for text, _ in work.messages.editions(message.id)] == ["one", "two"]
    work.messages.redirect(message, Direction.NOTE)
    found = work.messages.get(message.id)
    assert found is not None
    assert found.direction is Direction.NOTE


def test_the_history_has_the_newest_messages_in_their_order(
    work: UnitOfWork, conversation: Conversation
) -> None:
    for number in range(10):
        work.messages.add(conversation.id, Direction.INCOMING, "Dana", str(number))
    assert [one.text for one in work.messages.history(conversation.id, limit=4)] == ["6", "7", "8", "9"]


def test_what_no_staff_place_shows_yet_is_known(work: UnitOfWork, conversation: Conversation) -> None:
    def said(number: int, direction: Direction = Direction.INCOMING) -> int:
        origin = MessageAt(DIRECT, str(number))
        return work.messages.add(conversation.id, direction, "Dana", str(number), origin=origin).id

    shown, unshown, taken_back, given = said(1), said(2), said(3), said(4)
    said(5, Direction.OUTGOING)
    said(6, Direction.NOTE)
    commanded = work.messages.add(conversation.id, Direction.INCOMING, "Dana", "by command").id
    work.messages.add_refs(shown, [MessageAt(THREAD, "1")])
    message = work.messages.get(taken_back)
    assert message is not None
    work.messages.delete(message)
    assert [one.id for one in work.messages.unshown(conversation.id)] == [unshown, given, commanded]


def test_a_team_member_is_kept_with_all_they_know(work: UnitOfWork) -> None:

    vera = work.team.enlist(Identity("discord", "", "7"), "Vera", Role.VOLUNTEER, is_confirmed=False)
    newest = replace(
        vera, areas=("billing", "the api"), is_volunteering=True, is_confirmed=True, role=Role.AGENT
    )
    work.team.save(newest)
    assert work.team.of(vera.identity) == newest
    assert work.team.volunteers() == [newest]
    assert work.team.find(1) is None
    with pytest.raises(LookupError):
        work.team.get(1)


def test_an_offer_is_decided_once(work: UnitOfWork, conversation: Conversation) -> None:
    match = Match("delivery", "en", "When?", "Soon.", 0.9)
    offer = work.offers.add(conversation.id, 5, match)
    assert work.offers.decide(offer.id, OfferOutcome.SOLVED)
    assert not work.offers.decide(offer.id, OfferOutcome.REJECTED)
    assert [one.outcome for one in work.offers.recent(conversation.id)] == [OfferOutcome.SOLVED]
    assert work.offers.outcomes() == {OfferOutcome.SOLVED: 1}


def test_of_many_offers_the_newest_are_looked_at_and_all_are_withdrawn(
    work: UnitOfWork, conversation: Conversation
) -> None:
    match = Match("delivery", "en", "When?", "Soon.", 0.9)
    added = [work.offers.add(conversation.id, number, match) for number in range(RECENT_OFFERS + 9)]
    assert work.offers.decide(added[-1].id, OfferOutcome.REJECTED)
    recent = work.offers.recent(conversation.id)
    assert [one.id for one in recent] == [one.id for one in added[9:]]
    work.offers.withdraw(conversation.id)
    assert work.offers.outcomes() == {
        OfferOutcome.PERSON: RECENT_OFFERS + 8,
        OfferOutcome.REJECTED: 1,
    }


def test_offers_are_counted_by_when_they_were_made(work: UnitOfWork, conversation: Conversation) -> None:
    match = Match("delivery", "en", "When?", "Soon.", 0.9)
    old = work.offers.add(conversation.id, 5, match)
    now = later(work, hours=2)
    new = now.offers.add(conversation.id, 6, match)
    border = work.now + timedelta(hours=1)
    assert now.offers.decide(new.id, OfferOutcome.SOLVED)
    assert now.offers.outcomes(since=border) == {OfferOutcome.SOLVED: 1}
    assert now.offers.outcomes(before=border) == {OfferOutcome.OPEN: 1}

    counts = OfferCounts()
    assert counts.counted(now) == {OfferOutcome.SOLVED: 1, OfferOutcome.OPEN: 1}
    assert now.offers.decide(old.id, OfferOutcome.REJECTED)
    assert counts.counted(now)[OfferOutcome.OPEN] == 1, "what is old is not counted each time"
    much_later = later(now, minutes=10)
    assert counts.counted(much_later) == {OfferOutcome.SOLVED: 1, OfferOutcome.REJECTED: 1}


def test_of_several_surveys_the_last_one_of_its_kind_counts(
    work: UnitOfWork, conversation: Conversation
) -> None:
    ticket = work.tickets.open(conversation.id, "x", ())
    first = work.surveys.ask(SurveyKind.CSAT, ticket.id, conversation.id)
    second = work.surveys.ask(SurveyKind.CSAT, ticket.id, conversation.id)
    other = work.surveys.ask(SurveyKind.CHECK_IN, ticket.id, conversation.id)
    work.surveys.score(first, 2)
    work.surveys.comment(first, "hm")
    assert work.surveys.last_of_ticket(ticket.id, SurveyKind.CSAT) == second
    assert work.surveys.last_in(conversation.id, SurveyKind.CHECK_IN) == other
    answered = work.surveys.get(first.id)
    assert answered is not None
    assert (answered.score, answered.comment, answered.answered_at) == (2, "hm", NOON)


def test_who_joined_a_call_stays_joined(work: UnitOfWork) -> None:
    people = [work.team.enlist(Identity("slack", "", str(n)), str(n), Role.VOLUNTEER).id for n in range(2)]
    call = work.sos.start("help", None)
    assert call is not None
    assert work.sos.get(call.id) == call
    for one in people:
        work.sos.set_state(call.id, one, CallState.ASKED)
    work.sos.set_state(call.id, people[0], CallState.JOINED)
    for one in people:
        work.sos.decline(call.id, one)
    assert {one.staff_id: one.state for one in work.sos.calls(call.id)} == {
        people[0]: CallState.JOINED,
        people[1]: CallState.DECLINED,
    }


def test_the_library_holds_exactly_the_newest_articles(work: UnitOfWork) -> None:
    def article(key: str, title: str, language: str = "en") -> StoredArticle:
        return StoredArticle(key, language, title, "body", ("a", "b"), ("how?",), "", f"{key}.md", title)

    def replace(*newest: StoredArticle) -> list[tuple[int, int, int]]:
        parts = list(work.library.replacement(newest).portions(2))
        for part in parts:
            work.library.replace(part)
        assert work.library.replacement(newest) == Replacement(), "there is nothing left to do"
        return [(len(part.new), len(part.changed), len(part.gone)) for part in parts]

    assert replace(article("one", "1"), article("two", "2"), article("two", "2", "hr")) == [
        (2, 0, 0),
        (1, 0, 0),
    ]
    assert replace(article("one", "1"), article("two", "2 new"), article("three", "3")) == [
        (1, 0, 0),
        (0, 1, 0),
        (0, 0, 1),
    ]
    assert [(one.key, one.language, one.title) for one in work.library.all()] == [
        ("one", "en", "1"),
        ("three", "en", "3"),
        ("two", "en", "2 new"),
    ]
    assert work.library.tags_of("one") == ("a", "b")
    assert work.library.tags_of("gone") == ()
