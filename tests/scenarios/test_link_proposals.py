"""Staff believe that two customers are one person: both accounts are asked, and neither learns of the other before."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.texts import plain
from tests.stage import Person, Stage, open_stage


@pytest.fixture
async def dana(stage: Stage) -> Person:
    """A customer on Telegram with ticket #1."""
    dana = stage.person("telegram", "Dana")
    await dana.gives("ticket", "My shelf wobbles")
    return dana


@pytest.fixture
async def mia(stage: Stage, dana: Person) -> Person:
    """The same person on Discord, with ticket #2."""
    mia = stage.person("discord", "Mia")
    await mia.gives("ticket", "The screw is missing")
    return mia


@pytest.fixture
async def asked(stage: Stage, dana: Person, mia: Person, ana: Person) -> None:
    await ana.gives("link", "1 2")
    assert "Both are asked" in ana.was_told


@pytest.mark.usefixtures("dana")
async def test_in_the_staff_space_no_code_is_given_for_all_to_read(stage: Stage, ana: Person) -> None:
    await ana.gives("unlink", at=stage.staff_space)
    assert "Which ticket's customer?" in ana.was_told
    await ana.gives("link", "1 99")
    assert "There is no ticket #99." in ana.was_told
    await ana.gives("link", at=stage.thread())
    assert "Which two tickets belong to one person?" in ana.was_told
    await ana.gives("link")
    assert "Your code is" in ana.was_told


@pytest.mark.usefixtures("asked")
async def test_both_are_asked_without_a_word_about_the_other(dana: Person, mia: Person) -> None:
    for one, other in ((dana, mia), (mia, dana)):
        assert "you also write to us from another account" in one.sees[-1]
        for secret in (other.name, other.platform.capitalize(), "#1", "#2", "screw", "shelf"):
            assert secret not in one.sees[-1]


@pytest.mark.usefixtures("asked")
async def test_one_yes_links_nobody(stage: Stage, dana: Person, mia: Person) -> None:
    await dana.presses("Yes, that is me")
    assert "say yes in your other account, too" in dana.was_told
    assert (stage.state(1), stage.state(2)) == ("waiting", "waiting")
    await dana.says("Hello?")
    assert stage.in_thread(1)[-1] == "Dana: Hello?"
    assert "Dana" not in str(stage.card(2))


@pytest.mark.usefixtures("asked")
async def test_two_times_yes_makes_them_one(stage: Stage, dana: Person, mia: Person, ana: Person) -> None:
    await dana.presses("Yes, that is me")
    await mia.presses("Yes, that is me")
    assert stage.state(2) == "goes on in #1"
    await mia.says("Thank you!")
    assert stage.in_thread(1)[-1] == "Mia: Thank you!"
    await dana.presses("Undo")
    assert stage.state(2) == "waiting"


@pytest.mark.usefixtures("asked")
async def test_yes_twice_from_one_account_is_one_yes(stage: Stage, dana: Person, mia: Person) -> None:
    _, button = stage.button("telegram", dana.direct, "Yes, that is me")
    await dana.presses_this(button)
    await dana.presses_this(button)
    assert stage.state(2) == "waiting"


@pytest.mark.usefixtures("asked")
async def test_a_no_ends_it_and_staff_are_told(stage: Stage, dana: Person, mia: Person) -> None:
    _, yes = stage.button("telegram", dana.direct, "Yes, that is me")
    await mia.presses("No")
    assert "everything stays as it is" in mia.was_told
    assert "They say that they are not one person" in stage.in_thread(1)[-1]
    await dana.presses_this(yes)
    assert "That button is no longer in use" in dana.was_told
    assert stage.state(2) == "waiting"


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("action", ["link_yes", "link_no"])
async def test_nobody_else_can_answer_it(
    stage: Stage, dana: Person, mia: Person, ana: Person, action: str
) -> None:
    _, button = stage.button("telegram", dana.direct, "Yes, that is me")
    for stranger in (stage.person("discord", "Mallory"), ana):
        await stranger.forges(action, button.subject)
        assert "Only the person who was asked can answer this" in stranger.was_told
    await dana.presses("Yes, that is me")
    await mia.presses("Yes, that is me")
    assert stage.state(2) == "goes on in #1"


@pytest.mark.parametrize("subject", ["", "x", "1", "9" * 30, "-1", "1:2"])
async def test_forged_proposals_are_refused(stage: Stage, dana: Person, subject: str) -> None:
    await dana.forges("link_yes", subject)
    assert "Only the person who was asked can answer this" in dana.was_told


@pytest.mark.usefixtures("asked")
async def test_after_a_day_it_is_too_late(stage: Stage, dana: Person, mia: Person, ana: Person) -> None:
    await dana.presses("Yes, that is me")
    stage.clock.advance(timedelta(days=1))
    await mia.presses("Yes, that is me")
    assert "That button is no longer in use" in mia.was_told
    assert stage.state(2) == "waiting"
    await ana.gives("link", "1 2")
    assert "Both are asked" in ana.was_told, "it can be proposed anew"


@pytest.mark.usefixtures("asked")
async def test_they_are_not_asked_twice_at_once(ana: Person, mia: Person) -> None:
    before = len(mia.sees)
    await ana.gives("link", "2 1")
    assert "They are being asked already" in ana.was_told
    assert len(mia.sees) == before


async def test_in_a_thread_the_other_number_is_enough(
    stage: Stage, dana: Person, mia: Person, ana: Person
) -> None:
    await ana.gives("link", "2", at=stage.thread(1))
    assert "Both are asked" in ana.was_told


@pytest.mark.parametrize("numbers", ["1", "99", "1 99", "#1"])
async def test_without_two_tickets_nobody_is_asked(
    stage: Stage, dana: Person, mia: Person, ana: Person, numbers: str
) -> None:
    await ana.gives("link", numbers)
    expected = "There is no ticket #99." if "99" in numbers else "Which two tickets belong to one person?"
    assert expected in ana.was_told
    assert not any("another account" in one for one in dana.sees)


async def test_one_persons_tickets_need_no_link(stage: Stage, dana: Person, ana: Person) -> None:
    await ana.gives("link", "1 1")
    assert "belong to one person already" in ana.was_told


async def test_a_customer_cannot_propose(stage: Stage, dana: Person, mia: Person) -> None:
    await dana.gives("link", "1 2")
    assert "That code is not valid" in dana.was_told
    assert not any("another account" in one for one in mia.sees)


async def test_a_volunteer_cannot_propose(stage: Stage, dana: Person, mia: Person) -> None:
    vera = stage.person("discord", "Vera", is_colleague=True)
    await vera.gives("volunteer", "on shelves")
    await vera.gives("link", "1 2")
    assert not any("another account" in one for one in mia.sees)


async def test_who_cannot_be_asked_is_not_linked(
    stage: Stage, dana: Person, mia: Person, ana: Person
) -> None:
    await mia.blocks(is_reported=False)
    await ana.gives("link", "1 2")
    assert "could not be asked" in stage.in_thread(1)[-1]
    await dana.presses("Yes, that is me")
    assert "That button is no longer in use" in dana.was_told


async def test_the_command_for_a_code_is_named_as_it_is_given(database_url: str, articles: Path) -> None:
    async with open_stage(database_url, articles, command_prefix="ah-") as stage:
        dana, mia, ana = stage.person("telegram", "Dana"), stage.person("discord", "Mia"), stage.agent("Ana")
        await dana.gives("ticket", "My shelf wobbles")
        await mia.gives("ticket", "The screw is missing")
        await mia.blocks(is_reported=False)
        await ana.gives("link", "1 2")
        assert "the customer gets one with /ah-link." in plain(stage.in_thread(1)[-1])
