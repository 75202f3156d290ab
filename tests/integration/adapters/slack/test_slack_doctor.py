"""What the doctor says of a Slack workspace."""

from msgspec.structs import replace

from adapters.slack import SlackAdapter
from bot.core.places import Place
from sandbox.slack import SlackServer
from sandbox.world import World
from tests.integration.adapters.slack.slack_house import House, manifest


async def test_a_workspace_that_is_set_up_well_has_nothing_to_mend(house: House) -> None:
    adapter = house.adapter(http=True)
    findings = await adapter.check()
    await adapter.close()
    assert [finding.what for finding in findings if not finding.is_ok] == []
    said = " ".join(finding.what for finding in findings)
    assert "#support-desk" in said
    assert "#help" in said
    assert "all there" in said


async def test_a_missing_scope_is_named_with_what_it_is_for() -> None:
    given = manifest()
    given["oauth_config"]["scopes"]["bot"].remove("files:write")  # type: ignore[index]
    server = SlackServer(World(), manifest=given)
    await server.start("127.0.0.1", 0)
    adapter = House(server).adapter()
    findings = await adapter.check()
    await adapter.close()
    await server.stop()
    (missing,) = [finding for finding in findings if not finding.is_ok]
    assert "files:write" in missing.what
    assert "passes on files" in missing.advice
    assert not missing.is_fatal


async def test_channels_the_bot_is_not_in_are_named(house: House, server: SlackServer) -> None:
    house.colleagues = (Place("slack", channel="C0RANDOM"),)
    await server.remove("U0ANA", "C0SUPPORT", "U0ALLHANDS")
    adapter = house.adapter()
    findings = [finding for finding in await adapter.check() if not finding.is_ok]
    await adapter.close()
    assert ["staff space" in findings[0].what, "colleagues" in findings[1].what] == [True, True]
    assert all("/invite" in finding.advice for finding in findings)
    assert [finding.is_fatal for finding in findings] == [True, False]


async def test_wrong_tokens_and_no_way_in_are_told_apart(house: House) -> None:
    for changes, words in (
        ({"bot_token": "xoxb-wrong"}, "bot token: invalid_auth"),
        ({"app_token": "xapp-wrong"}, "Socket Mode: invalid_auth"),
        ({"app_token": ""}, "no way in"),
        ({"api_url": "http://127.0.0.1:9/api/"}, "ClientConnectorError"),
    ):
        adapter = SlackAdapter(house.context(), replace(house.settings(), **changes))
        findings = await adapter.check()
        await adapter.close()
        (wrong,) = [finding for finding in findings if not finding.is_ok]
        assert words in wrong.what
        assert wrong.advice
        assert wrong.is_fatal
