"""What customers try: staff commands, forged buttons, other people's things. Nothing acts, leaks or breaks."""

import pytest
from msgspec.structs import replace

from bot.core.content import Button
from bot.core.places import Place
from tests.stage import Person, Stage

FOR_EDITORS = "Only an editor can do that: one of those whom EDITORS names, or an administrator."
REFUSED = "This is for the support team. Write what you need, and I will help."
STAFF_COMMANDS = ("queue", "claim", "release", "resolve", "reopen", "note", "sos")
STAFF_BUTTONS = (
    "claim",
    "release",
    "hand_back",
    "resolve",
    "reopen",
    "let_in",
    "keep_out",
    "event_retry",
    "event_drop",
)
SUBJECTS = [
    "",
    "0",
    "-1",
    "1",
    "abc",
    "1.5",
    "²",
    "١٢٣",
    "1:1",
    ":",
    "::5",
    "9" * 19,
    "9" * 64,
    "9" * 5000,
    "9223372036854775807",
    "9223372036854775808",
    "1; DROP TABLE tickets",
    "\x00",
    "None",
]


@pytest.fixture
async def ticket(stage: Stage, dana: Person, ana: Person) -> str:
    """The id of a ticket of Dana's that waits, as it stands on its buttons."""
    await dana.gives("ticket", "my secret shelf")
    found = await stage.ask(lambda work: work.tickets.numbered(1))
    assert found is not None
    return str(found.id)


@pytest.mark.parametrize("command", STAFF_COMMANDS)
async def test_a_customer_gets_the_same_refusal_whether_or_not_there_is_such_a_ticket(
    stage: Stage, ticket: str, command: str
) -> None:
    eve = stage.person("telegram", "Eve")
    for arguments in ("", "1", "999", "#1 hello", "end", "x" * 5000):
        await eve.gives(command, arguments)
        assert eve.was_told == REFUSED
    assert stage.state() == "waiting"
    assert "hello" not in str(stage.in_thread())
    assert await stage.ask(lambda work: work.sos.active()) is None


@pytest.mark.parametrize("action", STAFF_BUTTONS)
async def test_a_forged_staff_button_is_refused_whatever_is_on_it(
    stage: Stage, ticket: str, action: str
) -> None:
    eve = stage.person("telegram", "Eve")
    for subject in (ticket, "77", "nonsense"):
        await eve.forges(action, subject)
        assert eve.was_told == REFUSED
    assert stage.state() == "waiting"


async def test_no_forged_subject_breaks_or_moves_anything(
    stage: Stage, ticket: str, dana: Person, ana: Person
) -> None:
    eve = stage.person("telegram", "Eve")
    await eve.says("hello")
    actions = {name for kind, name in stage.house.handlers._by_purpose if kind == "button_pressed"}
    assert len(actions) >= 15
    for action in sorted(actions):
        for subject in SUBJECTS:
            for person in (eve, dana, ana):
                await stage.accept(person.platform, person.press(Button("", action, subject), None))
    await stage.settle()
    assert stage.metric("event_failures_total", kind="button_pressed") == 0
    assert stage.state() == "waiting"
    assert len(stage.threads()) == 1


async def test_no_forged_form_breaks_or_moves_anything(
    stage: Stage, ticket: str, dana: Person, ana: Person
) -> None:
    await ana.gives("resolve", "1")
    await dana.presses("5 ★")
    await dana.presses("Add a few words")
    form = stage.platform("telegram").scenery.forms[-1]
    eve = stage.person("telegram", "Eve")
    await eve.submits(of=dana, words="I am not Dana")
    assert eve.was_told == "Only the person who was helped can rate this."
    for subject in SUBJECTS:
        stage.platform("telegram").scenery.forms.append(
            replace(form, identity=eve.identity, form=replace(form.form, subject=subject))
        )
        await eve.submits(words="I am not Dana")
    assert stage.metric("event_failures_total", kind="form_submitted") == 0
    assert "not Dana" not in str(stage.card())


async def test_other_peoples_offers_surveys_and_tickets_stay_theirs(
    stage: Stage, dana: Person, ana: Person
) -> None:
    eve = stage.person("telegram", "Eve")
    await eve.says("hello")
    await dana.says("Where is my parcel?")
    shown = stage.platform("telegram").in_place(dana.direct)[-1].content.buttons
    for button in shown:
        await eve.forges(button.action, button.subject)
        assert eve.was_told == "Only the person who asked can answer this."
    assert stage.threads() == []
    await dana.presses("Talk to a person")
    await dana.gives("ticket")
    _, close = stage.button("telegram", dana.direct, "Close it")
    await eve.forges(close.action, close.subject)
    assert eve.was_told == "Only the person who opened a ticket can close it."
    await eve.forges(close.action, "12345")
    assert eve.was_told == "Only the person who opened a ticket can close it."
    assert stage.state() == "waiting"


async def test_somebody_else_in_a_thread_does_not_speak_for_the_customer(stage: Stage, ana: Person) -> None:
    dan, eve = stage.person("discord", "Dan"), stage.person("discord", "Eve")
    thread = Place("discord", channel="HELP", thread="77")
    await dan.says("human please", at=thread, is_to_bot=True, is_opening=True)
    await eve.gives("ticket", at=thread)
    assert "#1" not in str(eve.answers)
    await eve.gives("ticket", "my own matter", at=thread)
    assert len(stage.threads()) == 2
    assert "Customer: Eve" in stage.in_thread(2)[0]
    assert "my own matter" not in str(stage.in_thread(1))


@pytest.mark.parametrize("where", ["direct", "staff", "thread"])
async def test_what_a_bot_says_is_never_answered(
    stage: Stage, ticket: str, dana: Person, ana: Person, where: str
) -> None:
    await ana.gives("claim", "1")
    robot = stage.person("slack", "Robot", is_bot=True, is_in_staff_space=True)
    place = {"direct": robot.direct, "staff": stage.staff_space, "thread": stage.thread()}[where]
    before = _traffic(stage)
    await robot.says("Where is my parcel?", at=place, is_to_bot=True)
    await robot.gives("human", at=place)
    assert _traffic(stage) == before
    await dana.says("a line")
    shown = _traffic(stage)
    await robot.reacts(stage.staff_platform.in_place(stage.thread())[-1].at, "👀")
    assert _traffic(stage) == shown


async def test_a_bot_that_greets_the_bot_makes_no_loop(stage: Stage) -> None:
    robot = stage.person("telegram", "Robot", is_bot=True)
    for _ in range(10):
        await robot.says("Hello!")
    assert robot.sees == []


async def test_a_customer_in_the_staff_space_by_name_only_is_no_agent(stage: Stage, ticket: str) -> None:
    """An account on another platform with the same id is somebody else."""
    ana = stage.agent("Ana")
    await ana.gives("queue")
    double = stage.person("telegram", "Ana")
    assert double.identity.external_id == ana.identity.external_id
    await double.gives("queue")
    assert double.was_told == REFUSED


async def test_text_with_null_bytes_and_broken_halves_of_characters_is_carried(
    stage: Stage, ticket: str, dana: Person, ana: Person
) -> None:
    await ana.gives("claim", "1")
    await dana.says("zero \x00 and half \ud83d done")
    assert "zero" in stage.in_thread()[-1]
    assert "done" in stage.in_thread()[-1]
    sent = await ana.says("back \x00 \udc00", at=stage.thread())
    assert stage.marks(sent) == ["sent"]


async def test_completion_tells_tickets_to_nobody_outside(stage: Stage, ticket: str, ana: Person) -> None:
    intake = stage.platform("slack").context.intake
    eve = stage.person("slack", "Eve")
    await eve.gives("queue")
    assert await intake.complete("waiting_tickets", eve.identity, "") == []
    await ana.gives("queue")
    assert await intake.complete("waiting_tickets", ana.identity, "") == [("1", "#1 my secret shelf")]
    assert await intake.complete("waiting_tickets", ana.identity, "SHELF") == [("1", "#1 my secret shelf")]
    assert await intake.complete("waiting_tickets", ana.identity, "chair") == []
    assert await intake.complete("my_tickets", ana.identity, "") == []
    await ana.gives("claim", "1")
    assert await intake.complete("my_tickets", ana.identity, "#1") == [("1", "#1 my secret shelf")]
    assert await intake.complete("nonsense", ana.identity, "") == []


def _traffic(stage: Stage) -> int:
    return sum(len(stage.platform(name).scenery.attempts) for name in ("slack", "discord", "telegram"))
