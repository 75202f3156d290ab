"""The two queues of the line, and the moments: what is due, in which order, and once."""

from datetime import timedelta

from msgspec.structs import replace
from sqlalchemy import select

from bot.core.places import MessageAt, Place
from storage import UnitOfWork
from storage.ids import Ids
from storage.intake import StoredEvent
from storage.statement import Statement
from storage.tables import intake, outbox
from tests.integration.storage.conftest import NOON


def at(work: UnitOfWork, **span: float) -> UnitOfWork:
    """The same transaction, some time later."""
    return UnitOfWork(work.session, Ids(), work.now + timedelta(**span))


def store(work: UnitOfWork, event_id: str, lane: str = "lane") -> StoredEvent:
    return work.intake.keep("slack", event_id, lane, "{}")


def payloads(work: UnitOfWork) -> list[str]:
    return [row[0] for row in work.session.all(Statement(select(intake.c.payload)))]


def due(work: UnitOfWork, *, limit: int = 100) -> list[int]:
    return [one.id for one in work.intake.due(limit=limit)]


def test_an_event_is_stored_once_per_platform(work: UnitOfWork) -> None:
    assert work.intake.take("slack", "1", "lane", "{}") is not None
    assert work.intake.take("slack", "1", "other lane", "{other}") is None
    assert work.intake.take("discord", "1", "lane", "{}") is not None


def test_a_handled_event_is_due_no_more_and_forgotten_after_a_while(work: UnitOfWork) -> None:
    event = store(work, "1")
    work.intake.handled(event)
    assert due(work) == []
    assert at(work, days=6).intake.forget(before=NOON) == 0
    assert work.intake.take("slack", "1", "lane", "{}") is None
    assert at(work, days=8).intake.forget(before=NOON + timedelta(seconds=1)) == 1
    assert work.intake.take("slack", "1", "lane", "{}") is not None


def test_handled_events_are_forgotten_in_slices_the_oldest_first(work: UnitOfWork) -> None:
    for number in range(5):
        assert at(work, hours=number).intake.take("slack", str(number), "lane", "{}") is not None
    for left in ([3, 4], [4], [4]):
        work.intake.forget(before=NOON + timedelta(hours=4), most=3 if left == [3, 4] else 1)
        kept = [
            row[0] for row in work.session.all(Statement(select(intake.c.event_id).order_by(intake.c.id)))
        ]
        assert kept == [str(number) for number in left]


def test_what_is_not_handled_is_never_forgotten(work: UnitOfWork) -> None:
    store(work, "waiting")
    work.intake.set_aside(store(work, "aside", "other"), "defect")
    work.intake.forget(before=NOON + timedelta(days=100))
    assert work.intake.counts() == {"pending": 1, "set_aside": 1}


def test_a_failed_event_blocks_its_lane_and_no_other(work: UnitOfWork) -> None:
    failed = store(work, "1")
    work.intake.failed(failed, "defect", NOON + timedelta(minutes=1))
    behind, elsewhere = store(work, "2"), store(work, "3", "elsewhere")
    assert work.intake.is_blocked(behind)
    assert not work.intake.is_blocked(elsewhere)
    work.intake.handled(failed)
    assert not work.intake.is_blocked(behind)


def test_what_waits_behind_a_later_try_does_not_crowd_out_what_is_due(work: UnitOfWork) -> None:
    work.intake.failed(store(work, "0"), "defect", NOON + timedelta(minutes=1))
    behind = [store(work, str(number)) for number in range(1, 50)]
    elsewhere = store(work, "elsewhere", "elsewhere")
    assert due(work, limit=10) == [elsewhere.id]
    later = at(work, minutes=1)
    assert due(later, limit=100)[1:50] == [one.id for one in behind]


def test_a_set_aside_event_frees_its_lane_and_can_be_tried_again_or_dropped(work: UnitOfWork) -> None:
    first, second = store(work, "1"), store(work, "2")
    work.intake.set_aside(first, "defect")
    assert not work.intake.is_blocked(second)
    assert work.intake.is_set_aside(first.id)
    assert due(work) == [second.id]
    work.intake.retry(first.id)
    assert not work.intake.is_set_aside(first.id)
    (again, _) = work.intake.due(limit=10)
    assert (again.id, again.attempts) == (first.id, 0)
    work.intake.set_aside(again, "defect")
    work.intake.drop(first.id)
    assert work.intake.counts() == {"pending": 1}


def test_what_steps_aside_waits_in_its_own_order(work: UnitOfWork) -> None:
    first, second = store(work, "1"), store(work, "2")
    for event in (first, second):
        work.intake.step_aside(event, "late", NOON + timedelta(minutes=1))
    assert not work.intake.is_blocked(store(work, "3"))
    assert [one.id for one in work.intake.waiting_in("late")] == [first.id, second.id]
    assert work.intake.is_blocked(StoredEvent(second.id, "slack", "late", "{}", 1))


def test_actions_wait_in_order_page_by_page(work: UnitOfWork) -> None:
    rows = [work.outbox.add(f"lane{number % 3}", "slack", f"{number}") for number in range(10)]
    first = work.outbox.pending(limit=4)
    assert first == rows[:4]
    assert work.outbox.pending(after=first[-1].id, limit=100) == rows[4:]


def test_what_is_known_of_a_try_is_kept(work: UnitOfWork) -> None:
    row = work.outbox.add("lane", "slack", "{}")
    parts = (
        MessageAt(Place("slack", "T1", "C1", "5"), "6"),
        MessageAt(Place("slack", channel="D1", is_direct=True), "7"),
    )
    tried = replace(row, attempts=3, is_uncertain=True, sent_so_far=parts, first_tried_at=NOON)
    work.outbox.tried(tried, "busy")
    assert work.outbox.pending(limit=10) == [tried]


def test_what_is_taken_counts_as_handled_and_keeps_no_text(work: UnitOfWork) -> None:
    taken = work.intake.take("slack", "1", "lane", "{secret}")
    assert taken is not None
    assert due(work) == []
    assert payloads(work) == [""]
    work.intake.failed(taken, "defect", NOON)
    assert due(work) == [taken.id]
    assert payloads(work) == ["{secret}"]
    work.intake.set_aside(taken, "defect")
    work.intake.drop(taken.id)
    assert payloads(work) == [""]


def test_what_is_taken_tells_when_something_waits_before_it_or_for_it(work: UnitOfWork) -> None:
    store(work, "1", "lane")
    store(work, "2", "late")
    for lane, late, is_awaited in (("lane", "", True), ("other", "late", True), ("other", "", False)):
        taken = work.intake.take("slack", f"{lane} {late}", lane, "{}", late)
        assert taken is not None
        assert taken.is_awaited == is_awaited
    assert work.intake.has_waiting("lane")
    assert not work.intake.has_waiting("other")


def test_sent_and_refused_actions_are_gone_and_their_text_with_them(work: UnitOfWork) -> None:
    sent, refused, waiting = (
        work.outbox.add("lane", name, "secret") for name in ("slack", "slack", "discord")
    )
    assert work.outbox.sent(sent.id)
    assert not work.outbox.sent(sent.id)
    work.outbox.failed(refused.id, "blocked")
    assert work.outbox.pending(limit=10) == [waiting]
    assert work.outbox.counts() == {"discord": 1}
    finished = Statement(select(outbox.c.payload).where(outbox.c.state != "pending"))
    assert work.session.all(finished) == [("",)]
    work.outbox.forget(before=NOON + timedelta(days=1))
    assert work.outbox.pending(limit=10) == [waiting]


def test_a_moment_is_due_from_the_very_instant_and_moved_by_setting_it_again(work: UnitOfWork) -> None:
    work.deadlines.set("check_in", 7, NOON + timedelta(hours=1))
    assert work.deadlines.due(NOON + timedelta(minutes=59, seconds=59), limit=10) == []
    (found,) = work.deadlines.due(NOON + timedelta(hours=1), limit=10)
    assert (found.name, found.subject, found.due_at) == ("check_in", "7", NOON + timedelta(hours=1))
    work.deadlines.set("check_in", "7", NOON + timedelta(hours=2))
    assert work.deadlines.get("check_in", 7) == NOON + timedelta(hours=2)
    assert work.deadlines.due(NOON + timedelta(hours=1), limit=10) == []


def test_moments_are_told_apart_by_name_and_subject(work: UnitOfWork) -> None:
    work.deadlines.set("check_in", 7, NOON)
    work.deadlines.set("wait_limit", 7, NOON)
    work.deadlines.set("check_in", 8, NOON)
    assert work.deadlines.clear("check_in", 7)
    assert not work.deadlines.clear("check_in", 7)
    assert {(one.name, one.subject) for one in work.deadlines.due(NOON, limit=10)} == {
        ("wait_limit", "7"),
        ("check_in", "8"),
    }
    assert work.deadlines.get("check_in", 7) is None


def test_the_longest_due_comes_first_and_a_page_has_an_end(work: UnitOfWork) -> None:
    for minutes in (3, 1, 2):
        work.deadlines.set("check_in", minutes, NOON - timedelta(minutes=minutes))
    assert [one.subject for one in work.deadlines.due(NOON, limit=2)] == ["3", "2"]


def test_a_cursor_moves_and_tells_when(work: UnitOfWork) -> None:
    assert work.cursors.last_moved_at("slack") is None
    work.cursors.move("slack", "C1", "5")
    at(work, hours=1).cursors.move("slack", "C1", "6")
    work.cursors.move("slack", "C2", "7")
    work.cursors.move("discord", "C1", "8")
    assert work.cursors.all("slack", moved_within=timedelta(days=30)) == {"C1": "6", "C2": "7"}
    assert work.cursors.last_moved_at("slack") == NOON + timedelta(hours=1)
    later = at(work, days=30, minutes=30)
    assert later.cursors.all("slack", moved_within=timedelta(days=30)) == {"C1": "6"}
