"""Token, menus, settings and what the doctor says of them."""

from typing import Any

import pytest
from msgspec.structs import replace

from adapters import SetupError
from adapters import again as again_module
from adapters.telegram import TelegramAdapter, TelegramSettings
from bot.core.events import (
    CommandGiven,
    MessageReceived,
)
from bot.core.places import Place
from tests.integration.adapters.telegram.telegram_stage import (
    DANA,
    DESK,
    FANS,
    LEA,
    TOM,
    UMA,
    Stage,
    running,
    until,
)
from tests.integration.adapters.telegram.telegram_stub import RefusalError, Stub, serving


@pytest.mark.parametrize("token", ["nonsense", "1:wrong"])
async def test_a_wrong_token_says_what_to_do(stage: Stage, token: str) -> None:
    with pytest.raises(SetupError, match="BotFather"):
        async with running(stage.adapter(settings={"token": token})):
            pass


async def test_menus_show_each_one_the_commands_they_may_give(stage: Stage, adapter: TelegramAdapter) -> None:
    def names(person: str, room: str) -> list[str]:
        return [command.name for command in stage.server.commands(person, room)]

    await until(lambda: "sos" in names(TOM, DESK) and "sos" in names(TOM, TOM))
    assert names(DANA, DANA) == ["human", "help"]
    assert names(UMA, DESK) == ["human", "help", "claim", "volunteer"]
    assert names(TOM, TOM) == ["human", "help", "claim", "volunteer", "sos"]


async def test_menus_that_are_right_already_are_left_alone(stage: Stage) -> None:
    async with running(stage.adapter()):
        await until(lambda: "sos" in [command.name for command in stage.server.commands(TOM, DESK)])
    number = stage.server.world.journal.last_number
    async with running(stage.adapter()):
        await stage.server.say(DANA, DANA, "hi")
        await stage.ledger.next(MessageReceived)
        await until(
            lambda: (
                sum(
                    entry.data.get("method") == "getMyCommands"
                    for entry in stage.server.world.journal.after(number)
                )
                == 4
            )
        )
    assert not [entry for entry in stage.server.world.journal.after(number) if entry.kind == "commands"]


async def test_a_menu_that_cannot_be_set_stops_nothing(stage: Stage) -> None:
    adapter = stage.adapter(admins=frozenset({("telegram", "99"), ("telegram", TOM)}))
    async with running(adapter):
        await until(lambda: bool(stage.reported("telegram.menu_not_set")))
        await stage.server.say(DANA, DANA, "hi")
        assert (await stage.ledger.next(MessageReceived)).text == "hi"


async def test_a_menu_is_set_as_soon_as_telegram_takes_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(again_module, "FIRST_PAUSE_SECONDS", 0)
    failures = iter([RefusalError(502, "Bad Gateway"), RefusalError(429, "Too Many Requests", retry_after=1)])
    taken: list[object] = []

    def set_menu(fields: dict[str, Any]) -> bool:
        if (failure := next(failures, None)) is not None:
            raise failure
        taken.append(fields["commands"])
        return True

    async with serving(Stub({"setMyCommands": set_menu})) as stub:
        context = stage.context(staff_space=None, support_places=(), admins=frozenset())
        async with running(TelegramAdapter(context, TelegramSettings("900:x", stub.url))):
            await until(lambda: bool(taken))
    assert len(stage.reported("telegram.menu_not_set")) == 2


async def test_a_colleague_is_known_by_the_colleagues_group(stage: Stage) -> None:
    adapter = stage.adapter(colleague_places=(Place("telegram", channel=FANS),), support_places=())
    async with running(adapter):
        await stage.server.command(LEA, LEA, "volunteer", "on billing")
        assert (await stage.ledger.next(CommandGiven)).author.is_colleague


async def test_the_doctor_finds_what_is_missing(stage: Stage) -> None:
    stage.server.has_privacy_mode = True
    await stage.server.set_bot_status(TOM, DESK, "member")
    adapter = stage.adapter(
        support_places=(Place("telegram", channel=FANS), Place("telegram", channel="-100999"))
    )
    findings = await adapter.check()
    await adapter.close()
    bad = [finding for finding in findings if not finding.is_ok]
    assert all(finding.advice for finding in bad)
    whole = " ".join(finding.what for finding in bad)
    assert "administrator of Support desk" in whole
    assert "reads every message in Juniper fans" in whole
    assert "-100999" in whole


async def test_the_doctor_finds_a_wrong_token(stage: Stage) -> None:
    adapter = stage.adapter(settings={"token": "1:wrong"})
    (finding,) = await adapter.check()
    await adapter.close()
    assert not finding.is_ok
    assert "BotFather" in finding.advice


async def test_the_doctor_tells_a_telegram_that_is_away_from_a_wrong_token(stage: Stage) -> None:
    adapter = stage.adapter()
    await stage.server.stop()
    (finding,) = await adapter.check()
    await adapter.close()
    assert not finding.is_ok
    assert "does not answer" in finding.what
    assert "TELEGRAM_API_URL" in finding.advice


async def test_the_doctor_is_content_with_a_good_setup(stage: Stage) -> None:
    adapter = stage.adapter(support_places=())
    findings = await adapter.check()
    await adapter.close()
    assert [finding.what for finding in findings if not finding.is_ok] == []


def test_settings_choose_the_webhook_only_with_secret_and_address() -> None:
    polling = TelegramSettings("1:a")
    assert not polling.uses_webhook
    assert not replace(polling, webhook_secret="x").uses_webhook
    assert not replace(polling, public_url="https://x.example").uses_webhook
    assert replace(polling, webhook_secret="x", public_url="https://x.example").uses_webhook


async def test_the_doctor_knows_what_a_server_cannot_tell(stage: Stage) -> None:
    async with serving(Stub()) as stub:
        context = stage.context(staff_space=Place("telegram", channel="-1001"), support_places=())
        adapter = TelegramAdapter(context, TelegramSettings("900:x", stub.url))
        findings = await adapter.check()
        await adapter.close()
    assert any("shows the bot no chat -1001" in one.what for one in findings)
    assert [one.what for one in findings if one.is_fatal and not one.is_ok] == []
