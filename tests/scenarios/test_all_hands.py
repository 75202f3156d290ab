"""A call for help, and the volunteers who jump in."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from tests.stage import Person, Stage, open_stage


@pytest.fixture
async def vera(stage: Stage) -> Person:
    """A colleague on Discord who knows billing."""
    vera = stage.person("discord", "Vera", is_colleague=True)
    await vera.gives("volunteer", "on billing")
    return vera


@pytest.fixture
async def carl(stage: Stage) -> Person:
    """A colleague on Telegram who knows shelves."""
    carl = stage.person("telegram", "Carl", is_colleague=True)
    await carl.gives("volunteer", "on shelves")
    return carl


async def queue_of(stage: Stage, *subjects: str) -> list[Person]:
    people = [stage.person("telegram", f"P{number}") for number, _ in enumerate(subjects, start=1)]
    for person, subject in zip(people, subjects, strict=True):
        await person.gives("ticket", subject)
        stage.clock.advance(timedelta(minutes=1))
    return people


async def test_a_call_asks_everyone_once_on_their_own_platform(
    stage: Stage, vera: Person, carl: Person, ana: Person
) -> None:
    await queue_of(stage, "my invoice", "my shelf")
    await ana.gives("sos", "the *truck* broke down")
    assert "I am asking 2 colleagues." in ana.was_told
    for one in (vera, carl):
        assert "All hands!" in one.sees[-1]
        assert "**Ana** asks for help. 2 customers are waiting." in one.sees[-1]
        assert "the \\*truck\\* broke down" in one.sees[-1]
        assert one.buttons == ["Jump in", "Not now"]
    assert "**Ana** called for help; 2 colleagues are asked." in stage.in_staff_space()[-1]


async def test_a_call_that_nobody_can_follow_says_so(stage: Stage, ana: Person) -> None:
    await ana.gives("sos")
    assert ana.was_told == "Nobody has volunteered yet, so there is nobody I could ask."
    assert "nobody has volunteered yet" in stage.in_staff_space()[-1]
    assert "/volunteer on billing, api" in stage.in_staff_space()[-1]


async def test_a_second_call_is_refused_while_one_is_going_on(
    stage: Stage, vera: Person, ana: Person, ben: Person
) -> None:
    await ana.gives("sos")
    seen = len(vera.sees)
    stage.clock.advance(timedelta(minutes=7))
    await ben.gives("sos", "me too")
    assert ben.was_told == "A call for help has been going on for 7 min. /sos end ends it."
    assert len(vera.sees) == seen


async def test_calls_at_the_same_instant_are_one(stage: Stage, vera: Person) -> None:
    agents = [stage.agent(f"A{number}") for number in range(5)]
    await asyncio.gather(*(stage.accept("slack", one.command("sos", "help")) for one in agents))
    await stage.settle()
    assert len([seen for seen in vera.sees if "All hands!" in seen]) == 1


async def test_who_waits_too_long_calls_for_help(stage: Stage, vera: Person) -> None:
    await queue_of(stage, "my invoice")
    await stage.later(minutes=28)
    assert vera.sees == []
    await stage.later(minutes=2)
    assert "**The queue** asks for help." in vera.sees[-1]
    assert "ticket #1 has been waiting for 31 min" in vera.sees[-1]
    await stage.later(hours=5)
    assert len(vera.sees) == 1


async def test_a_claim_in_time_calls_nobody(stage: Stage, vera: Person, ana: Person) -> None:
    await queue_of(stage, "my invoice")
    await ana.gives("claim")
    await stage.later(hours=2)
    assert vera.sees == []


async def test_who_still_waits_after_a_call_has_ended_calls_again(
    stage: Stage, vera: Person, ana: Person
) -> None:
    await queue_of(stage, "my invoice")
    await stage.later(minutes=30)
    await ana.gives("sos", "end")
    seen = len([text for text in vera.sees if "All hands!" in text])
    await stage.later(minutes=30)
    assert len([text for text in vera.sees if "All hands!" in text]) == seen + 1


async def test_without_a_limit_only_people_call(database_url: str, articles: Path) -> None:
    async with open_stage(database_url, articles, wait_limit_minutes=0) as stage:
        vera = stage.person("discord", "Vera", is_colleague=True)
        await vera.gives("volunteer", "on billing")
        await queue_of(stage, "my invoice")
        await stage.later(hours=24)
        assert vera.sees == []


async def test_jump_in_brings_the_ticket_that_fits_best(
    stage: Stage, vera: Person, carl: Person, ana: Person
) -> None:
    _p1, p2, p3 = await queue_of(stage, "my parcel", "my shelves wobble", "about billing")
    await ana.gives("sos", "help")
    await vera.presses("Jump in")
    assert "#3 about billing" in vera.sees[-2]
    assert "**P3:** about billing" in vera.sees[-2]
    assert "The knowledge base has nothing that fits" in vera.sees[-1]
    assert "**Vera** is helping you now" in p3.sees[-1]
    assert stage.state(3) == "with Vera"
    await carl.presses("Jump in")
    assert "**Carl** is helping you now" in p2.sees[-1]


async def test_jump_in_without_a_fit_takes_the_longest_wait(stage: Stage, carl: Person, ana: Person) -> None:
    p1, _ = await queue_of(stage, "my parcel", "about billing")
    await ana.gives("sos", "help")
    await carl.presses("Jump in")
    assert "**Carl** is helping you now" in p1.sees[-1]
    assert "What the knowledge base says:" in carl.sees[-1]
    assert "two to four working days" in carl.sees[-1]


async def test_the_articles_tags_say_what_a_ticket_is_about(stage: Stage, vera: Person, ana: Person) -> None:
    first, second = stage.person("telegram", "First"), stage.person("telegram", "Second")
    await first.says("Where is my parcel?")
    await first.presses("Talk to a person")
    await second.says("Where is my invoice?")
    await second.presses("Talk to a person")
    await ana.gives("sos", "help")
    await vera.presses("Jump in")
    assert "**Vera** is helping you now" in second.sees[-1]


async def test_two_who_jump_in_at_once_get_different_tickets(
    stage: Stage, vera: Person, carl: Person, ana: Person
) -> None:
    people = await queue_of(stage, "my parcel", "my other parcel")
    await ana.gives("sos", "help")
    presses = [
        (one.platform, one.press(stage.button(one.platform, one.direct, "Jump in")[1], None))
        for one in (vera, carl)
    ]
    await asyncio.gather(*(stage.accept(platform, press) for platform, press in presses))
    await stage.settle()
    assert len({person.sees[-1] for person in people}) == 2
    assert all("is helping you now" in person.sees[-1] for person in people)


async def test_a_double_press_brings_one_ticket(stage: Stage, vera: Person, ana: Person) -> None:
    await queue_of(stage, "my parcel", "my other parcel")
    await ana.gives("sos", "help")
    at, button = stage.button("discord", vera.direct, "Jump in")
    await stage.feed("discord", vera.press(button, at), vera.press(button, at))
    assert vera.was_told.startswith("You are on ticket #")
    counts = await stage.ask(lambda work: work.queue.counts())
    assert counts.claimed == 1


async def test_what_a_volunteer_writes_goes_to_the_customer_and_stands_in_the_thread(
    stage: Stage, vera: Person, ana: Person
) -> None:
    (customer,) = await queue_of(stage, "about billing")
    await ana.gives("sos", "help")
    await vera.presses("Jump in")
    sent = await vera.says("Hello, which invoice?")
    assert customer.sees[-1] == "Vera: Hello, which invoice?"
    assert stage.marks(sent) == ["sent"]
    assert stage.in_thread()[-1] == "Vera: Hello, which invoice?"
    await customer.says("The one from May")
    assert vera.sees[-1] == "P1: The one from May"
    assert stage.in_thread()[-1] == "P1: The one from May"
    noted = await vera.says("// does anybody know May?")
    assert stage.marks(noted) == ["note"]
    assert stage.in_thread()[-1] == "Vera (note): // does anybody know May?"
    assert "May?" not in customer.sees[-1]
    note = await ana.says("yes, it was double", at=stage.thread())
    assert stage.marks(note) == ["note"]
    assert vera.sees[-1] == "Ana (note): yes, it was double"
    await vera.edits(sent, "Hello, which of the invoices?")
    assert "Vera: Hello, which of the invoices?" in customer.sees
    assert "Vera: Hello, which of the invoices?" in stage.in_thread()


async def test_files_of_the_customer_come_along(stage: Stage, vera: Person, ana: Person) -> None:
    customer = stage.person("telegram", "P1")
    await customer.says("", files=(customer.file("invoice.pdf"),))
    await customer.gives("human")
    await ana.gives("sos", "help")
    await vera.presses("Jump in")
    shown = stage.platform("discord").in_place(vera.direct)
    assert [file.name for one in shown for file in one.content.files] == ["invoice.pdf"]


async def test_hand_back_returns_it_to_its_place(stage: Stage, vera: Person, ana: Person) -> None:
    (customer,) = await queue_of(stage, "about billing")
    await ana.gives("sos", "help")
    await vera.presses("Jump in")
    await vera.presses("Hand back")
    assert "Vera had to hand this on." in customer.sees[-1]
    assert stage.state() == "waiting"
    assert "no longer with you" in vera.sees[-1]
    seen = len(customer.sees)
    await vera.says("Where is my parcel?")
    assert len(customer.sees) == seen
    assert "two to four working days" in vera.sees[-1]
    await vera.gives("release")
    assert vera.was_told == "You hold no ticket. Name one: /release 12"


async def test_a_volunteer_resolves_from_their_own_chat(stage: Stage, vera: Person, ana: Person) -> None:
    (customer,) = await queue_of(stage, "about billing")
    await ana.gives("sos", "help")
    await vera.presses("Jump in")
    await vera.presses("Resolve")
    assert "**Vera** has marked your ticket #1 as solved." in customer.sees[-1]
    assert stage.state() == "resolved by Vera"
    assert "no longer with you" in vera.sees[-1]


async def test_a_volunteer_cannot_touch_what_others_hold(
    stage: Stage, vera: Person, carl: Person, ana: Person
) -> None:
    await queue_of(stage, "about billing", "my shelves")
    await ana.gives("sos", "help")
    await vera.presses("Jump in")
    await carl.presses("Jump in")
    for command in ("resolve", "release"):
        await carl.gives(command, "1")
        assert carl.was_told == "Ticket #1 is not yours."
    await carl.gives("note", "#1 hello")
    assert carl.was_told == "Ticket #1 is not yours."
    for command in ("queue", "claim", "reopen", "sos"):
        await carl.gives(command, "1")
        assert carl.was_told.startswith("This is for the support team.")


async def test_a_volunteer_who_stops_volunteering_finishes_what_they_hold(
    stage: Stage, carl: Person, ana: Person
) -> None:
    (customer,) = await queue_of(stage, "my shelves")
    await ana.gives("sos", "help")
    await carl.presses("Jump in")
    carl.about["is_colleague"] = False
    await carl.gives("volunteer", "off")
    await carl.says("I am still with you")
    assert customer.sees[-1] == "Carl: I am still with you"
    await carl.gives("resolve")
    assert stage.state() == "resolved by Carl"
    await carl.gives("resolve", "1")
    assert carl.was_told.startswith("This is for the support team.")


async def test_who_is_kept_out_later_loses_what_they_hold(stage: Stage, ana: Person) -> None:
    olga = stage.person("telegram", "Olga")
    (customer,) = await queue_of(stage, "my shelves")
    await olga.gives("volunteer", "on shelves")
    await ana.presses("Let in", at=stage.staff_space)
    await ana.gives("sos", "help")
    await olga.presses("Jump in")
    await ana.presses("Take it back", at=stage.staff_space)
    assert stage.state() == "waiting"
    seen = len(customer.sees)
    await olga.says("am I still here?")
    assert len(customer.sees) == seen


async def test_nobody_helps_themselves(stage: Stage, carl: Person, ana: Person) -> None:
    await carl.gives("ticket", "my own shelves")
    (other,) = await queue_of(stage, "my parcel")
    await ana.gives("sos", "help")
    await carl.presses("Jump in")
    assert "**Carl** is helping you now" in other.sees[-1]
    assert stage.state(1) == "waiting"


async def test_not_now_is_remembered_and_the_button_stays(stage: Stage, vera: Person, ana: Person) -> None:
    (customer,) = await queue_of(stage, "about billing")
    await ana.gives("sos", "help")
    await vera.presses("Not now")
    assert vera.was_told.startswith("No problem.")
    await vera.presses("Jump in")
    assert "**Vera** is helping you now" in customer.sees[-1]


async def test_the_end_thanks_everyone(stage: Stage, vera: Person, carl: Person, ana: Person) -> None:
    dora = stage.person("discord", "Dora", is_colleague=True)
    await dora.gives("volunteer", "on api")
    await queue_of(stage, "about billing")
    await ana.gives("sos", "help")
    await vera.presses("Jump in")
    await vera.presses("Not now")
    await dora.presses("Not now")
    await ana.gives("sos", "end")
    assert "**Thank you for jumping in, Vera!**" in vera.sees[-1]
    assert "Thank you for being ready to help!" in carl.sees[-1]
    assert "over" not in dora.sees[-1]
    assert "1 colleague jumped in, and everyone is thanked." in ana.was_told
    assert "The call for help is over." in stage.in_staff_space()[-1]
    await ana.gives("sos", "end")
    assert ana.was_told == "No call for help is going on. Start one with /sos and a reason."
    await carl.presses("Jump in")
    assert carl.was_told == "That call for help is over. Thank you for coming all the same!"


async def test_who_found_nothing_waiting_was_ready_and_did_not_jump_in(
    stage: Stage, vera: Person, carl: Person, ana: Person
) -> None:
    await queue_of(stage, "my invoice")
    await ana.gives("sos")
    await vera.presses("Not now")
    await carl.presses("Jump in")
    await vera.presses("Jump in")
    assert vera.was_told.startswith("Nobody is waiting just now")
    await carl.gives("resolve")
    await carl.presses("Jump in")
    await ana.gives("sos", "end")
    assert "1 colleague jumped in, and everyone is thanked." in ana.was_told
    assert "Thank you for being ready to help!" in vera.sees[-1]
    assert "Thank you for jumping in, Carl!" in carl.sees[-1]


async def test_nobody_left_to_help_is_said_kindly(stage: Stage, vera: Person, ana: Person) -> None:
    await ana.gives("sos", "help")
    await vera.presses("Jump in")
    assert vera.was_told.startswith("Nobody is waiting just now")


async def test_who_volunteers_during_a_call_can_follow_it_at_once(stage: Stage, ana: Person) -> None:
    (customer,) = await queue_of(stage, "about billing")
    await ana.gives("sos", "help")
    late = stage.person("discord", "Late", is_colleague=True)
    await late.gives("volunteer", "on billing")
    await late.presses("Jump in")
    assert "**Late** is helping you now" in customer.sees[-1]


async def test_a_volunteer_who_cannot_be_reached_is_left_out_and_the_ticket_comes_back(
    stage: Stage, vera: Person, carl: Person, ana: Person
) -> None:
    (customer,) = await queue_of(stage, "my shelves")
    await vera.blocks(is_reported=False)
    await ana.gives("sos", "help")
    await carl.presses("Jump in")
    assert stage.state() == "with Carl"
    await carl.blocks(is_reported=False)
    await customer.says("are you there, Carl?")
    assert stage.state() == "waiting"
    assert stage.in_thread()[-1] == "P1: are you there, Carl?"
    assert "Carl had to hand this on." in customer.sees[-1]


async def test_an_administrator_far_from_the_staff_space_helps_from_their_own_chat_one_at_a_time(
    database_url: str, articles: Path
) -> None:
    async with open_stage(database_url, articles, admins=frozenset({("telegram", "URoot")})) as stage:
        first, second = await queue_of(stage, "the first", "the second")
        root = stage.person("telegram", "Root")
        await root.gives("claim", "1")
        assert "#1 the first" in str(root.sees)
        await root.says("Hello")
        assert first.sees[-1] == "Root: Hello"
        await root.gives("claim", "2")
        assert "#1" in root.was_told
        await root.says("Hello again")
        assert first.sees[-1] == "Root: Hello again"
        assert "Hello" not in str(second.sees)
        await root.gives("resolve")
        await root.gives("claim", "2")
        await root.says("Now you")
        assert second.sees[-1] == "Root: Now you"


async def test_a_desk_without_a_staff_space_works_through_its_administrators(
    database_url: str, articles: Path
) -> None:
    admins = frozenset({("telegram", "URoot")})
    async with open_stage(database_url, articles, admins=admins, staff_space=None) as stage:
        (customer,) = await queue_of(stage, "the first")
        root = stage.person("telegram", "Root")
        await root.gives("claim")
        await root.says("Hello")
        assert customer.sees[-1] == "Root: Hello"
        await customer.says("Hello Root")
        assert root.sees[-1] == "P1: Hello Root"
        await root.gives("sos", "help")
        assert "nobody I could ask" in root.was_told
