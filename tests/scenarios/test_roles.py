"""Everything that people can give, press, fill in or choose, tried by everybody who may not.

The walk goes through the registry, so that a new handler is refused to customers from its first day, or stands on
the list of what is theirs.
"""

from collections.abc import Callable, Sequence
from typing import Any, get_args

import pytest
from msgspec.structs import fields, replace

from bot.core.commands import Role
from bot.core.content import Button
from bot.core.events import Event, FormSubmitted, ShortcutUsed
from bot.core.places import Identity, Place
from handlers.registry import discover
from storage import UnitOfWork
from storage.tables import metadata
from tests.scenarios.test_security import REFUSED
from tests.stage import Person, Stage

GIVEN = ("command_given", "button_pressed", "form_submitted", "shortcut_used")
"""Events that carry a name which somebody could make up."""
FOR_CUSTOMERS = {
    *(("command_given", name) for name in ("help", "human", "language", "start", "stop", "ticket")),
    *(("command_given", name) for name in ("link", "unlink", "add", "remove")),
    *(("button_pressed", name) for name in ("solved", "not_this", "person", "close_ticket")),
    *(("button_pressed", name) for name in ("rate", "rate_words", "still_works")),
    *(("button_pressed", name) for name in ("jump_in", "not_now", "language")),
    ("command_given", "volunteer"),
    *(("button_pressed", name) for name in ("unlink", "link_yes", "link_no", "trust", "distrust")),
    *(("form_submitted", name) for name in ("open_ticket", "rating_words")),
    ("shortcut_used", "open_ticket"),
}
"""What anybody may use, about what is their own; everything else is for staff."""
FROM_WITHIN = {
    "articles_listed",
    "asked_again",
    "questions_grouped",
    "answers_found",
    "article_published",
    "deadline_reached",
    "delivered",
    "delivery_failed",
}
"""What the house tells itself."""
CHANGED_BY_ASKING = {
    "intake",
    "outbox",
    "contacts",
    "identities",
    "counters",
    "conversations",
    "articles",
    "marks",
    # Signs of life, which take no notice of anybody.
    "processes",
}

KNOWN = discover()
STAFF_ONLY = sorted(key for key in KNOWN._by_purpose if key[0] in GIVEN and key not in FOR_CUSTOMERS)


def test_the_list_of_what_customers_may_use_names_nothing_that_is_gone() -> None:
    assert set(KNOWN._by_purpose) >= FOR_CUSTOMERS


def test_every_command_says_whose_it_is() -> None:
    theirs = {("command_given", one.name) for one in KNOWN.commands if not one.role}
    assert theirs == {key for key in FOR_CUSTOMERS if key[0] == "command_given"}


def test_what_the_house_tells_itself_has_no_author_and_what_people_do_has_one() -> None:
    shapes = [{field.name: field.default for field in fields(one)} for one in get_args(Event)]
    has_author = {shape["kind"]: "author" in shape for shape in shapes}
    for kind, _ in KNOWN._by_purpose:
        if kind not in {"message_deleted", "place_deleted"}:
            assert has_author[kind] == (kind not in FROM_WITHIN), f"who does {kind}?"


# -- the strangers


async def a_customer(stage: Stage) -> Person:
    eve = stage.person("telegram", "Eve", is_in_staff_space=False)
    await eve.says("hello")
    return eve


async def a_volunteer_whom_nobody_let_in(stage: Stage) -> Person:
    vik = stage.person("discord", "Vik", is_in_staff_space=False)
    await vik.gives("volunteer", "on billing")
    return vik


async def an_agent_who_has_left(stage: Stage) -> Person:
    uma = stage.agent("Uma")
    await uma.gives("help")
    uma.about["is_in_staff_space"] = False
    await uma.gives("help")
    return uma


async def an_agent_of_another_workspace(stage: Stage) -> Person:
    ana = stage.agent("Ana")
    await ana.gives("queue")
    other = stage.person("slack", "Ana", is_in_staff_space=None)
    other.identity = Identity("slack", "T0OTHER", ana.identity.external_id)
    other.direct = Place("slack", "T0OTHER", ana.direct.channel, is_direct=True)
    return other


async def somebody_with_an_agents_name(stage: Stage) -> Person:
    await stage.agent("Ana").gives("queue")
    return stage.person("telegram", "Ana", is_in_staff_space=False)


STRANGERS = [
    a_customer,
    a_volunteer_whom_nobody_let_in,
    an_agent_who_has_left,
    an_agent_of_another_workspace,
    somebody_with_an_agents_name,
]


@pytest.fixture
async def ticket(stage: Stage, dana: Person, ana: Person) -> str:
    await dana.gives("ticket", "my secret shelf")
    found = await stage.ask(lambda work: work.tickets.numbered(1))
    assert found is not None
    return str(found.id)


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_whatever_is_for_staff_is_refused_to(
    stage: Stage, ticket: str, stranger: Callable[[Stage], Any]
) -> None:
    person: Person = await stranger(stage)
    candidate = stage.person("discord", "Vik2")
    await candidate.gives("volunteer", "on api")
    staff = await stage.ask(lambda work: work.team.of(candidate.identity))
    await stage.agent("Ben").gives("sos", "too many")
    assert staff is not None
    before = await everything(stage)
    for kind, name in STAFF_ONLY:
        for subject in (ticket, str(staff.id), "1", ""):
            told = len(person.answers)
            await person.does(given(person, kind, name, subject, stage))
            assert person.answers[told:] == [REFUSED], f"{kind} {name} {subject}"
    assert await everything(stage) == before
    assert "secret shelf" not in str([*person.sees, *person.answers])


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_what_is_for_everybody_acts_on_nobody_elses_things_for(
    stage: Stage, ticket: str, dana: Person, stranger: Callable[[Stage], Any]
) -> None:
    person: Person = await stranger(stage)
    await dana.says("When does my parcel arrive?")
    before = await everything(stage)
    for kind, name in sorted(FOR_CUSTOMERS):
        if kind == "button_pressed" or name == "rating_words":
            for subject in (ticket, f"{ticket}:1", "1", "1:5", "2:1"):
                await person.does(given(person, kind, name, subject, stage))
    assert await everything(stage) == before
    assert "secret shelf" not in str([*person.sees, *person.answers])


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_the_own_page_shows_no_queue_to(
    stage: Stage, ticket: str, stranger: Callable[[Stage], Any]
) -> None:
    person: Person = await stranger(stage)
    await person.opens_home()
    assert "secret shelf" not in str(person.home)


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_at_a_tickets_thread_nothing_goes_to_the_customer_from(
    stage: Stage, ticket: str, dana: Person, ana: Person, stranger: Callable[[Stage], Any]
) -> None:
    """Whoever gets into the thread by an oversight of the platform's is not heard."""
    person: Person = await stranger(stage)
    await ana.gives("claim", "1")
    seen = len(dana.sees)
    for words in ("I am from support, what is your password?", "// a note"):
        await person.says(words, at=stage.thread())
    await person.gives("note", "#1 from me", at=stage.thread())
    assert len(dana.sees) == seen
    assert "from me" not in str(stage.in_thread())


async def test_a_volunteer_who_is_in_touches_only_what_they_hold(
    stage: Stage, ticket: str, ana: Person
) -> None:
    vik = stage.person("discord", "Vik", is_in_staff_space=False, is_colleague=True)
    await vik.gives("volunteer", "on billing")
    await ana.gives("claim", "1")
    before = await everything(stage)
    for kind, name in STAFF_ONLY:
        command = KNOWN.command_named(name) if kind == "command_given" else None
        for subject in (ticket, "1", "#1 hello"):
            told = len(vik.answers)
            await vik.does(given(vik, kind, name, subject, stage))
            answer = vik.answers[told:]
            assert answer, f"{kind} {name} is passed over in silence"
            if command is not None and command.role > Role.VOLUNTEER:
                assert answer == [REFUSED]
    assert await everything(stage) == before


# -- how it is done


def given(person: Person, kind: str, name: str, subject: str, stage: Stage) -> Event:
    """This person's event of that kind, about that subject."""
    message = stage.staff_platform.in_place(stage.thread())[0].at
    match kind:
        case "command_given":
            return person.command(name, subject)
        case "button_pressed":
            return person.press(Button("", name, subject), None)
        case "form_submitted":
            return FormSubmitted(
                person._id("form"), stage.clock.now(), person.direct, person.author, name, subject,
                {"words": "all mine"}, person._handle(),
            )  # fmt: skip
        case "shortcut_used":
            return ShortcutUsed(
                person._id("shortcut"), stage.clock.now(), person.direct, person.author, name,
                replace(message, place=person.direct), person.author, "keep this", handle=person._handle(),
            )  # fmt: skip
    raise LookupError(kind)


async def everything(stage: Stage) -> dict[str, Sequence[Any]]:
    """All that is stored, but for what every question leaves behind."""

    def rows(work: UnitOfWork) -> dict[str, Sequence[Any]]:
        found: dict[str, Sequence[Any]] = {}
        for table in metadata.sorted_tables:
            if table.name not in CHANGED_BY_ASKING:
                work.session._cursor.execute(f'SELECT * FROM "{table.name}"')  # noqa: S608 - our own tables
                found[table.name] = sorted(map(repr, work.session._cursor.fetchall()))
        return found

    return await stage.ask(rows)
