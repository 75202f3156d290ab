"""What the doctor says about Discord."""

from urllib.parse import parse_qs, urlsplit

from adapters import Finding
from adapters.discord import invite_link
from bot.core.places import Place
from sandbox.discord import story
from tests.integration.adapters.discord.house import House, discord_place


def _bad(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if not finding.is_ok]


async def test_a_good_setting_has_nothing_to_mend_and_shows_the_invite_link(idle_house: House) -> None:
    findings = await idle_house.adapter.check()
    assert _bad(findings) == []
    assert any(invite_link(story.APPLICATION) in finding.what for finding in findings)
    assert any("#support-desk: only some can see it" in finding.what for finding in findings)


async def test_missing_permissions_are_named_with_what_they_are_for(idle_house: House) -> None:
    await idle_house.server.set_bot_right(
        "SEND_MESSAGES_IN_THREADS", is_allowed=False, room=story.SUPPORT_DESK
    )
    await idle_house.server.set_bot_right("CREATE_PUBLIC_THREADS", is_allowed=False, room=story.HELP)
    desk, help_ = _bad(await idle_house.adapter.check())
    assert "'Send Messages in Threads' to speak in threads" in desk.advice
    assert "#help" in help_.what
    assert "'Create Public Threads'" in help_.advice


async def test_a_place_the_bot_cannot_see_or_that_is_not_there(idle_house: House) -> None:
    await idle_house.server.set_bot_right("VIEW_CHANNEL", is_allowed=False, room=story.HELP)
    await idle_house.change(support_places=(discord_place(story.HELP), discord_place("123456789012345678")))
    unseen, unknown = _bad(await idle_house.adapter.check())
    assert "View Channels" in unseen.advice
    assert "invite the bot" in unknown.advice


async def test_a_staff_space_that_everyone_can_see_is_a_fault(idle_house: House) -> None:
    await idle_house.change(staff_space=discord_place(story.QUESTIONS))
    [finding] = _bad(await idle_house.adapter.check())
    assert "counts as staff" in finding.advice
    assert finding.is_fatal


async def test_a_refused_message_content_intent_is_a_remark(idle_house: House) -> None:
    idle_house.server.message_content_allowed = False
    [finding] = _bad(await idle_house.adapter.check())
    assert "Message Content Intent" in finding.advice
    assert not finding.is_fatal


async def test_a_platform_that_does_not_answer_is_one_finding(idle_house: House) -> None:
    idle_house.world.faults["discord"].is_down = True
    [finding] = await idle_house.adapter.check()
    assert "DISCORD_API_URL" in finding.advice


async def test_a_staff_space_elsewhere_is_not_looked_for_here(idle_house: House) -> None:
    await idle_house.change(staff_space=Place("slack", channel="C1"))
    findings = await idle_house.adapter.check()
    assert not any("staff space" in finding.what for finding in findings)


def test_the_invite_link_asks_for_the_bot_its_commands_and_eight_permissions() -> None:
    query = parse_qs(urlsplit(invite_link("42")).query)
    assert query["client_id"] == ["42"]
    assert query["scope"] == ["bot applications.commands"]
    assert int(query["permissions"][0]).bit_count() == 8
