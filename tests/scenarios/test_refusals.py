"""Threads deleted, bots blocked, messages refused: a clear outcome for both sides, never silence."""

import asyncio
from datetime import timedelta

import pytest

from bot.core.content import Content, Tone
from bot.core.outgoing import Edit, Mark, OpenThread, Outgoing, Post, Refusal, Remove, SendError
from bot.core.places import Place
from bot.runtime import dispatcher
from tests.stage import Person, Stage


@pytest.fixture
async def helped(stage: Stage, dana: Person, ana: Person) -> Place:
    await dana.says("My shelf wobbles")
    await dana.gives("human")
    await ana.gives("claim", "1")
    return stage.thread()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between tries take no time."""
    monkeypatch.setattr(dispatcher, "FIRST_PAUSE_SECONDS", 0.0001)
    monkeypatch.setattr(dispatcher, "LONGEST_WAIT_SECONDS", 0.001)


def refuse(refusal: Refusal, *kinds: type[Outgoing], with_files: bool | None = None):  # type: ignore[no-untyped-def] # a StagePlatform.failing
    def failing(outgoing: Outgoing) -> SendError | None:
        content: Content = getattr(outgoing, "content", Content())
        fits = with_files is None or bool(content.files) is with_files
        return SendError("no", refusal=refusal) if isinstance(outgoing, kinds) and fits else None

    return failing


@pytest.mark.parametrize("is_reported", [True, False])
async def test_a_deleted_thread_is_opened_again_with_the_history_and_the_message(
    stage: Stage, helped: Place, dana: Person, ana: Person, is_reported: bool
) -> None:
    await dana.says("It is the left one")
    await stage.loses_place(helped, is_reported=is_reported)
    await dana.says("Are you still there?")
    assert len(stage.threads()) == 2
    assert "It is the left one" in stage.card(2).text
    assert "Dana: Are you still there?" in stage.in_thread(2)
    assert stage.state(2) == "with Ana"
    sent = await ana.says("Yes, I am", at=stage.thread(2))
    assert dana.sees[-1] == "Ana: Yes, I am"
    assert stage.marks(sent) == ["sent"]


@pytest.mark.parametrize("is_overtaken", [False, True])
async def test_what_is_written_in_a_thread_before_its_receipt_is_stored_reaches_the_customer(
    stage: Stage, helped: Place, dana: Person, ana: Person, is_overtaken: bool
) -> None:
    """People see a thread, and write in it, as soon as the platform has it."""
    stage.staff_platform.answering = asyncio.Event()
    await stage.reports_loss(helped)
    await stage.until(lambda: len(stage.threads()) == 2)
    place = stage.thread(2)
    words = ["One", "Two", "Three"]
    for text in words:
        await stage.accept("slack", ana.message(ana.new_message(place), text))
    if is_overtaken:
        # Tried again too early, they wait on in their order.
        stage.clock.advance(timedelta(seconds=2))
        await stage.house.ticker.tick()
    stage.staff_platform.answering.set()
    await stage.settle()
    sent = await ana.says("Four", at=place)
    assert dana.sees[-4:] == [f"Ana: {text}" for text in [*words, "Four"]]
    assert stage.marks(sent) == ["sent"]


async def test_what_staff_write_in_threads_of_their_own_stays_there(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    """Even while a ticket's thread is being opened: it is tried again, and forgotten after the last try."""
    stage.staff_platform.answering = asyncio.Event()
    await stage.reports_loss(helped)
    await stage.until(lambda: len(stage.threads()) == 2)
    seen = len(dana.sees)
    lunch = ana.new_message(Place("slack", channel="STAFF", thread="lunch"))
    await stage.accept("slack", ana.message(lunch, "Lunch?"))
    assert await stage.ask(lambda work: work.intake.counts()) == {"pending": 1}
    for _ in range(5):
        stage.clock.advance(timedelta(seconds=61))
        await stage.house.ticker.tick()
    assert await stage.ask(lambda work: work.intake.counts()) == {}
    stage.staff_platform.answering.set()
    await stage.settle()
    assert len(dana.sees) == seen


async def test_what_is_said_in_threads_of_the_staff_space_is_let_be_when_none_is_being_opened(
    stage: Stage, helped: Place, ana: Person
) -> None:
    """Not even a ticket that could get no thread keeps it waiting."""
    stage.staff_platform.failing = refuse(Refusal.NOT_ALLOWED, OpenThread)
    await stage.loses_place(helped, is_reported=True)
    await ana.says("Lunch?", at=Place("slack", channel="STAFF", thread="lunch"))
    assert await stage.ask(lambda work: work.intake.counts()) == {}


async def test_many_messages_into_a_deleted_thread_open_one_new_thread_and_are_all_there(
    stage: Stage, helped: Place, dana: Person
) -> None:
    await stage.loses_place(helped, is_reported=False)
    stage.staff_platform.gate = asyncio.Event()
    for number in range(20):
        await stage.accept("telegram", dana.message(dana.new_message(), f"line {number}"))
    stage.staff_platform.gate.set()
    await stage.settle()
    assert len(stage.threads()) == 2
    assert stage.in_thread(2)[1:] == [f"Dana: line {number}" for number in range(20)]


async def test_what_is_written_in_a_thread_that_was_given_up_is_not_lost(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    """The platform said that it was gone, or only its card was."""
    failures = iter([SendError("gone", refusal=Refusal.PLACE_GONE)])
    stage.staff_platform.failing = lambda _outgoing: next(failures, None)
    await dana.says("Are you there?")
    assert len(stage.threads()) == 2
    seen = len(dana.sees)
    noted = await ana.says("Yes, I am", at=helped)
    assert stage.marks(noted) == ["note"]
    assert "Ticket #1 goes on in another thread." in ana.was_told
    assert stage.in_thread(2)[-1] == "Ana (note): Yes, I am"
    assert len(dana.sees) == seen
    await stage.loses_place(helped, is_reported=True)
    assert len(stage.threads()) == 2
    await ana.gives("resolve", at=stage.thread(2))
    assert stage.state(2) == "resolved by Ana"


async def test_the_thread_of_a_resolved_ticket_is_opened_again_when_it_is_needed(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    await ana.gives("resolve")
    await stage.loses_place(helped, is_reported=True)
    assert len(stage.threads()) == 1
    await dana.says("It wobbles again, can you help?")
    assert len(stage.threads()) == 2
    assert "It wobbles again, can you help?" in " ".join(stage.in_thread(2))
    assert stage.state(2) == "with Ana"


async def test_a_staff_space_that_refuses_everything_is_tried_again_later_and_not_in_a_loop(
    stage: Stage, dana: Person
) -> None:
    stage.staff_platform.failing = refuse(Refusal.NOT_ALLOWED, OpenThread, Post)
    await dana.says("", files=(dana.file("before.jpg"),))
    await dana.gives("ticket", "the first line")
    await dana.says("the second line")
    await dana.says("the third line")
    assert len(stage.staff_platform.attempts_of(OpenThread)) == 1
    await stage.later(minutes=5)
    assert len(stage.staff_platform.attempts_of(OpenThread)) == 2
    for number in range(20):
        await dana.says(f"line {number}")
    stage.staff_platform.failing = lambda _outgoing: None
    await stage.later(minutes=5)
    assert len(stage.threads()) == 1
    assert "the first line" in stage.card().title
    lines = ["the second line", "the third line", *(f"line {number}" for number in range(20))]
    assert stage.in_thread()[1:] == ["Dana:", *(f"Dana: {line}" for line in lines)]
    files = [file.name for one in stage.staff_platform.in_place(stage.thread()) for file in one.content.files]
    assert files == ["before.jpg"]


@pytest.mark.parametrize("refusal", [Refusal.INVALID, Refusal.TOO_LARGE, Refusal.NOT_ALLOWED])
async def test_a_message_that_the_staff_side_does_not_take_is_told_to_staff(
    stage: Stage, helped: Place, dana: Person, refusal: Refusal
) -> None:
    stage.staff_platform.failing = refuse(refusal, Post, with_files=True)
    await dana.says("a picture of it", files=(dana.file("crack.jpg"),))
    assert "a picture of it" in stage.in_thread()[-1]
    assert "Dana" in stage.in_thread()[-1]
    assert "crack.jpg" in stage.in_thread()[-1]


async def test_who_blocked_the_bot_is_named_to_staff_and_let_in_again(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    await dana.blocks()
    assert stage.in_thread()[-1] == "Dana has blocked the bot: answers will not arrive."
    failed = await ana.says("Hello?", at=helped)
    assert stage.marks(failed) == ["failed"]
    assert "the customer has blocked the bot" in stage.in_thread()[-1]
    await dana.lets_in_again()
    assert stage.in_thread()[-1] == "Dana has unblocked the bot."
    told = stage.staff_platform.in_place(helped)[-2:]
    assert [one.content.tone for one in told] == [Tone.ALERT, Tone.PLAIN], "good news are no alarm"
    sent = await ana.says("Hello again", at=helped)
    assert stage.marks(sent) == ["sent"]


async def test_who_writes_is_reachable_again_where_nobody_reports_it(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    await dana.blocks(is_reported=False)
    assert stage.marks(await ana.says("Hello?", at=helped)) == ["failed"]
    stage.platform("telegram").scenery.blocked_by.clear()
    await dana.says("I am back")
    contact = await stage.ask(lambda work: work.contacts.of(dana.identity))
    assert contact is not None
    assert contact.is_reachable


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (Refusal.PLACE_GONE, "the place where the customer wrote does not exist any more"),
        (Refusal.NOT_ALLOWED, "the bot may not write there"),
        (Refusal.TOO_LARGE, "it is larger than the customer's platform accepts"),
        (Refusal.INVALID, "does not accept it in this form"),
    ],
)
async def test_a_reply_that_is_refused_is_marked_and_explained(
    stage: Stage, helped: Place, ana: Person, refusal: Refusal, reason: str
) -> None:
    stage.platform("telegram").failing = refuse(refusal, Post)
    failed = await ana.says("Hello", at=helped)
    assert stage.marks(failed) == ["failed"]
    assert reason in stage.in_thread()[-1]
    stage.platform("telegram").failing = lambda _outgoing: None
    sent = await ana.says("Hello again", at=helped)
    assert stage.marks(sent) == ["sent"]


@pytest.mark.parametrize("kind", [Edit, Remove])
async def test_a_change_that_does_not_reach_the_customer_is_told_to_staff(
    stage: Stage, helped: Place, dana: Person, ana: Person, kind: type[Outgoing]
) -> None:
    sent = await ana.says("Hello Dona", at=helped)
    stage.platform("telegram").failing = refuse(Refusal.NOT_ALLOWED, kind)
    if kind is Edit:
        await ana.edits(sent, "Hello Dana")
    else:
        await ana.deletes(sent)
    assert dana.sees[-1] == "Ana: Hello Dona"
    assert "The customer still sees" in stage.in_thread()[-1]


async def test_a_customers_deleted_room_is_told_to_whoever_helps(stage: Stage, ana: Person) -> None:
    eli = stage.person("discord", "Eli")
    room = Place("discord", channel="HELP", thread="77")
    await eli.says("human please", at=room, is_to_bot=True, is_opening=True)
    await ana.gives("claim", "1")
    await stage.loses_place(room, is_reported=True)
    assert "The place where the customer wrote was deleted" in stage.in_thread()[-1]
    failed = await ana.says("Hello?", at=stage.thread())
    assert stage.marks(failed) == ["failed"]


async def test_a_temporary_failure_is_repeated_with_the_same_key_and_in_order(
    stage: Stage, helped: Place, dana: Person, ana: Person, quick: None
) -> None:
    failures = iter([SendError("busy"), SendError("busy", retry_after_seconds=0.01)])
    stage.platform("telegram").failing = lambda _outgoing: next(failures, None)
    first = ana.message(ana.new_message(helped), "first")
    second = ana.message(ana.new_message(helped), "second")
    await stage.feed("slack", first, second)
    assert dana.sees[-2:] == ["Ana: first", "Ana: second"]
    attempts = [attempt for one, attempt in stage.platform("telegram").scenery.attempts[-4:]]
    assert [attempt.number for attempt in attempts] == [1, 2, 3, 1]
    assert len({attempt.key for attempt in attempts[:3]}) == 1
    assert not any(attempt.is_uncertain for attempt in attempts)
    assert attempts[0].first_tried_at == attempts[2].first_tried_at


async def test_an_uncertain_send_is_repeated_as_uncertain_and_the_customer_may_see_it_twice(
    stage: Stage, helped: Place, dana: Person, ana: Person, quick: None
) -> None:
    failures = iter([SendError("lost", is_uncertain=True)])
    stage.platform("telegram").failing = lambda _outgoing: next(failures, None)
    stage.platform("telegram").receipt = lambda _outgoing, receipt: receipt.__class__(
        receipt.messages, is_repeat_possible=True
    )
    sent = await ana.says("Hello", at=helped)
    first, second = [attempt for _, attempt in stage.platform("telegram").scenery.attempts[-2:]]
    assert first.key == second.key
    assert (first.is_uncertain, second.is_uncertain) == (False, True)
    assert stage.marks(sent) == ["sent"]
    assert "may see this message twice" in stage.in_thread()[-1]


async def test_parts_that_arrived_are_not_sent_again(
    stage: Stage, helped: Place, dana: Person, ana: Person, quick: None
) -> None:
    there = (dana.new_message(),)
    failures = iter([SendError("cut", is_uncertain=True, sent=there)])
    stage.platform("telegram").failing = lambda _outgoing: next(failures, None)
    await ana.says("a long one", at=helped)
    _, attempt = stage.platform("telegram").scenery.attempts[-1]
    assert attempt.sent_so_far == there


async def test_a_platform_that_is_away_for_a_day_is_given_up(
    stage: Stage, helped: Place, dana: Person, ana: Person, quick: None
) -> None:
    stage.platform("telegram").failing = lambda _outgoing: SendError("down")
    await stage.accept("slack", ana.message(ana.new_message(helped), "Hello"))
    await stage.until(lambda: len(stage.platform("telegram").scenery.attempts) > 5)
    assert stage.house.dispatcher.waiting() == 1
    await stage.later(hours=25)
    assert "could not be reached for a whole day" in stage.in_thread()[-1]


async def test_a_mark_at_which_a_platform_always_fails_holds_up_no_words(
    stage: Stage, helped: Place, dana: Person, ana: Person, quick: None
) -> None:
    asked: list[Outgoing] = []

    def failing(outgoing: Outgoing) -> SendError | None:
        if not isinstance(outgoing, Mark):
            return None
        asked.append(outgoing)
        # Something else goes out in the meantime: the platform is there.
        return SendError("500", is_uncertain=True)

    stage.platform("slack").failing = failing
    await stage.accept("slack", ana.message(ana.new_message(helped), "Hello"))
    await stage.until(lambda: bool(asked))
    await dana.says("I am here")
    await stage.until(lambda: any("I am here" in words for words in stage.in_thread()))
    assert 4 <= len(asked) <= 10


async def test_a_mark_waits_as_long_as_words_for_a_platform_that_is_away(
    stage: Stage, helped: Place, dana: Person, ana: Person, quick: None
) -> None:
    failures = iter([SendError("no connection") for _ in range(12)])
    stage.platform("slack").failing = lambda outgoing: (
        next(failures, None) if isinstance(outgoing, Mark) else None
    )
    sent = await ana.says("Hello", at=helped)
    assert stage.marks(sent) == ["sent"]


async def test_an_adapter_that_breaks_on_one_message_gives_it_up_and_goes_on(
    stage: Stage, helped: Place, dana: Person, ana: Person, quick: None
) -> None:
    def breaks(outgoing: Outgoing) -> SendError | None:
        if isinstance(outgoing, Post) and outgoing.content.text == "poison":
            raise ZeroDivisionError
        return None

    stage.platform("telegram").failing = breaks
    failed = await ana.says("poison", at=helped)
    assert stage.marks(failed) == ["failed"]
    sent = await ana.says("medicine", at=helped)
    assert stage.marks(sent) == ["sent"]


async def test_a_slow_customer_side_does_not_hold_up_the_others(
    stage: Stage, ana: Person, quick: None
) -> None:
    dana, eli = stage.person("telegram", "Dana"), stage.person("telegram", "Eli")
    await dana.gives("human")
    await eli.gives("human")
    await ana.gives("claim", "1")
    await ana.gives("claim", "2")

    def only_dana(outgoing: Outgoing) -> SendError | None:
        is_hers = isinstance(outgoing, Post) and outgoing.place.key == dana.direct.key
        return SendError("slow down") if is_hers else None

    stage.platform("telegram").failing = only_dana
    await stage.accept("slack", ana.message(ana.new_message(stage.thread(1)), "for Dana"))
    await stage.accept("slack", ana.message(ana.new_message(stage.thread(2)), "for Eli"))
    await stage.until(lambda: eli.sees[-1] == "Ana: for Eli")
    assert "for Dana" not in str(dana.sees)
    stage.platform("telegram").failing = lambda _outgoing: None
    await stage.settle()
    assert dana.sees[-1] == "Ana: for Dana"
