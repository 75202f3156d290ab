"""Codes, tries, proposals and persons, and who takes part, as both databases keep them."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from bot.core.contact import Contact
from bot.core.events import Author
from bot.core.places import Identity, Place
from bot.core.policies.codes import ALPHABET, LENGTH, code_in, spelled
from storage import UnitOfWork, read, write
from storage.ids import Ids
from storage.links import CODE_LIVES, TRIES, TRIES_WITHIN
from storage.session import Session
from tests.integration.storage.conftest import NOON


def contact(work: UnitOfWork, name: str) -> Contact:
    return work.contacts.meet(Author(Identity("telegram", "", f"U{name}"), name, handle=f"{name.lower()}_1"))


def later(session: Session, **span: float) -> UnitOfWork:
    return UnitOfWork(session, Ids(), NOON + timedelta(**span))


def all_at_once(engine: Engine, job: Callable[[UnitOfWork], object], count: int = 8) -> list[object]:
    """What the same job comes to in several transactions that begin in one instant."""
    begin, results = threading.Barrier(count), []

    def run() -> None:
        begin.wait(60)
        results.append(write(engine, NOON, job))

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_a_code_is_taken_by_one_of_many(engine: Engine) -> None:
    def prepare(work: UnitOfWork) -> tuple[str, int, int]:
        dana, mia = contact(work, "Dana"), contact(work, "Mia")
        return work.links.issue(dana.id), dana.id, mia.id

    code, dana_id, mia_id = write(engine, NOON, prepare)
    taken = all_at_once(engine, lambda work: work.links.take(code, by=mia_id))
    assert sorted(taken, key=str) == [dana_id, *[None] * 7]


def test_codes_are_long_random_and_differ(work: UnitOfWork) -> None:
    dana = contact(work, "Dana")
    codes = {work.links.issue(dana.id) for _ in range(50)}
    assert len(codes) == 50
    assert all(len(one) == LENGTH and set(one) <= set(ALPHABET) for one in codes)
    assert len(ALPHABET) ** LENGTH >= 2**40
    assert len(set("".join(codes))) == len(ALPHABET), "every letter comes up"


def test_a_code_is_of_use_to_another_one_while_it_lives(session: Session, work: UnitOfWork) -> None:
    dana, mia = contact(work, "Dana"), contact(work, "Mia")
    code = work.links.issue(dana.id)
    assert work.links.take(code, by=dana.id) is None
    assert work.links.is_own(code, dana.id)
    assert not work.links.is_own(code, mia.id)
    late = later(session, seconds=CODE_LIVES.total_seconds())
    assert late.links.take(code, by=mia.id) is None
    assert work.links.take(code, by=mia.id) == dana.id


def test_old_codes_are_swept_out(session: Session, work: UnitOfWork) -> None:
    for number in range(3):
        work.links.issue(contact(work, f"P{number}").id)
    later(session, minutes=11).links.issue(contact(work, "Dana").id)
    session.command("SELECT count(*) FROM link_codes")
    assert session._cursor.fetchone() == (1,)


def test_tries_are_counted_within_an_hour(session: Session, work: UnitOfWork) -> None:
    dana = contact(work, "Dana")
    assert [work.links.may_try(dana.id) for _ in range(TRIES + 2)] == [*[True] * TRIES, False, False]
    just = TRIES_WITHIN.total_seconds()
    assert not later(session, seconds=just - 1).links.may_try(dana.id)
    assert later(session, seconds=just).links.may_try(dana.id)
    work.links.forget_tries(dana.id)
    assert work.links.may_try(dana.id)


def test_of_tries_in_one_instant_no_more_pass_than_may(engine: Engine) -> None:
    dana_id = write(engine, NOON, lambda work: contact(work, "Dana").id)
    passed = all_at_once(engine, lambda work: work.links.may_try(dana_id))
    assert passed.count(True) == TRIES


def test_two_are_asked_once_until_it_is_decided(session: Session, work: UnitOfWork) -> None:
    dana, mia = contact(work, "Dana"), contact(work, "Mia")
    place = work.conversations.open(dana, Place("telegram", channel="C", is_direct=True))
    ticket = work.tickets.open(place.id, "", ())
    proposal = work.links.propose(ticket.id, 1, mia.id, dana.id)
    assert proposal is not None
    assert work.links.propose(ticket.id, 1, dana.id, mia.id) is None
    agreed = work.links.agree(proposal, dana.id)
    assert agreed is not None
    assert not agreed.is_agreed
    again = work.links.agree(proposal, dana.id)
    assert again is not None
    assert not again.is_agreed, "the same one twice is not both"
    both = work.links.agree(proposal, mia.id)
    assert both is not None
    assert both.is_agreed
    assert work.links.end(both)
    assert not work.links.end(both)
    assert work.links.agree(proposal, mia.id) is None
    assert work.links.propose(ticket.id, 1, dana.id, mia.id) is not None
    assert later(session, days=1).links.propose(ticket.id, 1, dana.id, mia.id) is not None, (
        "the old one is over"
    )


def test_a_person_is_what_was_linked_and_no_more(work: UnitOfWork) -> None:
    dana, mia, eve = (contact(work, name) for name in ("Dana", "Mia", "Eve"))
    person = work.contacts.link([dana, mia])
    linked = work.contacts.lock([dana.id, mia.id, eve.id])
    assert [one.person for one in linked] == [person, person, eve.id]
    assert [one.id for one in work.contacts.accounts_of(linked[0])] == [dana.id, mia.id]
    assert work.contacts.accounts_of(linked[2]) == [eve]
    assert work.contacts.meet(Author(Identity("telegram", "", "UDana"), "Dana K.")).person == person
    work.contacts.part([dana])
    assert work.contacts.get(dana.id).person == dana.id


def test_links_in_one_instant_make_one_person(engine: Engine) -> None:
    def prepare(work: UnitOfWork) -> list[int]:
        return [contact(work, name).id for name in ("Dana", "Mia")]

    ids = write(engine, NOON, prepare)

    def link(work: UnitOfWork) -> bool:
        people = work.contacts.lock(ids)
        if len({one.person for one in people}) == 1:
            return False
        work.contacts.link(people)
        return True

    assert all_at_once(engine, link).count(True) == 1
    found = read(engine, NOON, lambda work: [work.contacts.get(one).person for one in ids])
    assert len(set(found)) == 1


def test_who_takes_part_decides_only_when_trusted(work: UnitOfWork) -> None:
    dana, leo = contact(work, "Dana"), contact(work, "Leo")
    place = work.conversations.open(dana, Place("discord", channel="C", thread="T"))
    assert work.participants.hear(place.id, leo.id)
    assert not work.participants.hear(place.id, leo.id)
    assert not work.participants.is_trusted(place.id, leo.id)
    work.participants.trust(place.id, leo.id, is_trusted=True)
    assert not work.participants.hear(place.id, leo.id)
    assert work.participants.is_trusted(place.id, leo.id), "writing on does not take it back"
    (other,) = work.participants.of(place.id)
    assert (other.name, other.handle, other.is_trusted) == ("Leo", "leo_1", True)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("ABCDE-FGHJK", "ABCDEFGHJK"),
        (" abcde fghjk ", "ABCDEFGHJK"),
        ("`OIL00-11111`", "0110011111"),
        ("ABCDE-FGHJ", None),
        ("ABCDE-FGHJKM", None),
        ("ABCDE-FGHJU", None),
        ("", None),
        ("é" * 10, None),
        ("A" * 10_000, None),
    ],
)
def test_a_code_is_read_as_people_type_it(typed: str, code: str | None) -> None:
    assert code_in(typed) == code


def test_a_code_is_spelled_in_halves() -> None:
    assert spelled("ABCDEFGHJK") == "ABCDE-FGHJK"
