"""Under which name customers see who helps them, whatever happens."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.core.events import Mention, MessageEdited
from bot.core.places import Place
from bot.core.texts import plain
from tests.stage import Person, Stage, open_stage
from tests.stage.platform import CAPABILITIES, StagePlatform

OPEN = Callable[..., AbstractAsyncContextManager[Stage]]


@pytest.fixture
def opened(database_url: str, articles: Path) -> OPEN:
    return lambda **settings: open_stage(database_url, articles, **settings)


def everything_sent_to(stage: Stage, platform: str) -> str:
    """Every version of every message, answer and page that a platform was ever given."""
    return "\n".join(repr(outgoing) for outgoing, _ in stage.platform(platform).scenery.attempts)


async def helped_through(stage: Stage, dana: Person, ana: Person) -> AsyncIterator[str]:
    """All that names whoever helps, step by step."""
    await dana.gives("human")
    await ana.gives("claim", "1")
    yield dana.sees[-1]
    sent = await ana.says("Have you tred it?", at=stage.thread())
    yield dana.sees[-1]
    await ana.edits(sent, "Have you tried it?")
    yield dana.sees[-1]
    await dana.gives("ticket")
    yield dana.was_told
    await dana.opens_home()
    yield dana.home[-1]
    await ana.gives("release", "1")
    yield dana.sees[-1]
    await ana.gives("claim", "1")
    yield dana.sees[-1]
    await ana.gives("resolve", "1")
    yield dana.sees[-1]
    await dana.says("It broke again, please have another look")
    yield dana.sees[-1]


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        pytest.param({}, "Ana Kovač", id="own"),
        pytest.param({"agent_names": "first"}, "Ana", id="first name"),
        pytest.param({"agent_names": "alias"}, "Robin", id="alias"),
        pytest.param({"agent_names": "team"}, "Support", id="team"),
        pytest.param(
            {"agent_names": "team", "team_name": "The Juniper crew"}, "The Juniper crew", id="named team"
        ),
    ],
)
async def test_whatever_names_who_helps_shows_the_name_that_was_chosen(
    opened: OPEN, settings: dict[str, object], name: str
) -> None:
    async with opened(**settings) as stage:
        dana, ana = stage.person("telegram", "Dana"), stage.agent("Ana Kovač")
        if settings.get("agent_names") == "alias":
            await ana.gives("alias", "Robin")
        told = [one async for one in helped_through(stage, dana, ana)]
        assert [one for one in told if name not in one] == []
        assert told[1].startswith(f"{name}: ")
        assert told[2] == f"{name}: Have you tried it?"
        if name != "Ana Kovač":
            assert "Kova" not in everything_sent_to(stage, "telegram")
        assert "Ana Kovač" in stage.state()


async def test_the_name_of_the_team_is_in_the_customers_language(opened: OPEN) -> None:
    async with opened(agent_names="team") as stage:
        dana, ana = stage.person("telegram", "Dana", language="hr"), stage.agent("Ana")
        await dana.gives("human")
        await ana.gives("claim", "1")
        await ana.says("Hello", at=stage.thread())
        assert dana.sees[-1].endswith(": Hello")
        assert "Ana" not in dana.sees[-1]


async def test_who_chose_no_alias_is_the_team(opened: OPEN) -> None:
    async with opened(agent_names="alias") as stage:
        dana, ana = stage.person("telegram", "Dana"), stage.agent("Ana")
        await dana.gives("human")
        await ana.gives("claim", "1")
        await ana.says("Hello", at=stage.thread())
        assert dana.sees[-1] == "Support: Hello"
        await ana.gives("alias")
        assert "Customers see the name of the team" in ana.was_told


async def test_an_alias_that_is_the_customers_own_name_is_not_shown_to_them(opened: OPEN) -> None:
    async with opened(agent_names="alias") as stage:
        dana, ana = stage.person("telegram", "Dána"), stage.agent("Ana")
        await ana.gives("alias", "Dana")
        await dana.gives("human")
        await ana.gives("claim", "1")
        assert "Support is helping you now" in dana.sees[-1].replace("*", "")
        await ana.says("Hello", at=stage.thread())
        assert dana.sees[-1] == "Support: Hello"


async def test_the_name_a_message_was_sent_under_stays_when_the_choice_changes(
    database_url: str, articles: Path
) -> None:
    async with open_stage(database_url, articles, agent_names="alias") as before:
        dana, ana = before.person("telegram", "Dana"), before.agent("Ana")
        await ana.gives("alias", "Robin")
        await dana.gives("human")
        await ana.gives("claim", "1")
        sent = await ana.says("Have you tred it?", at=before.thread())
        await ana.gives("alias", "Sasha")
        await ana.edits(sent, "Have you tried it?")
        assert dana.sees[-1] == "Robin: Have you tried it?"
    async with open_stage(database_url, articles, after=before) as after:
        dana, ana = after.person("telegram", "Dana"), after.agent("Ana")
        await ana.edits(sent, "Have you tried it twice?")
        assert dana.sees[-1] == "Robin: Have you tried it twice?"
        later = await ana.says("And now?", at=after.thread())
        assert dana.sees[-1] == "Ana: And now?"
    async with open_stage(database_url, articles, after=after, agent_names="team") as last:
        dana, ana = last.person("telegram", "Dana"), last.agent("Ana")
        await ana.edits(later, "And now, please?")
        assert dana.sees[-1] == "Ana: And now, please?"
        await ana.says("Good", at=last.thread())
        assert dana.sees[-1] == "Support: Good"


async def test_an_agent_on_another_platform_has_an_alias_of_their_own(opened: OPEN) -> None:
    async with opened(agent_names="alias", admins=frozenset({("discord", "UZoe")})) as stage:
        dana, zoe = stage.person("telegram", "Dana"), stage.person("discord", "Zoe")
        await zoe.gives("alias", "Robin")
        await dana.gives("human")
        await zoe.gives("claim", "1")
        await zoe.says("Hello")
        assert dana.sees[-1] == "Robin: Hello"
        assert "Zoe: Hello" in stage.in_thread()


async def test_the_command_is_there_only_where_aliases_are_wished(opened: OPEN) -> None:
    async with opened(agent_names="alias") as stage:
        ana, dana = stage.agent("Ana"), stage.person("telegram", "Dana")
        await ana.gives("help")
        assert "`/alias`" in ana.was_told
        await dana.gives("help")
        assert "`/alias`" not in dana.was_told
        await dana.gives("alias", "Robin")
        assert "This is for the support team" in dana.was_told


async def test_without_aliases_the_command_is_not_offered_and_changes_nothing(
    stage: Stage, dana: Person, ana: Person
) -> None:
    await ana.gives("help")
    assert "alias" not in ana.was_told
    await ana.gives("alias", "Robin")
    assert "without aliases" in ana.was_told
    await dana.gives("human")
    await ana.gives("claim", "1")
    assert "Ana" in dana.sees[-1]


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("@everyone", id="a call for everybody"),
        pytest.param("everyone", id="one without its sign"),
        pytest.param("<!channel>", id="a call in Slack's form"),
        pytest.param("**Robin**", id="markup"),
        pytest.param("R" * 41, id="too long"),
        pytest.param("R" * 500, id="much too long"),
        pytest.param("\u202enaitsirhC", id="turned round"),
        pytest.param("Ro\u200bbin", id="an invisible sign"),
        pytest.param("✅ Robin", id="a badge"),
        pytest.param("R", id="one letter"),
        pytest.param("...", id="no letter"),
        pytest.param("Allhands", id="the bot"),
        pytest.param("allhands.", id="nearly the bot"),
        pytest.param("Juniper Pine", id="the company"),
        pytest.param("B E N", id="a colleague"),
        pytest.param("Bén", id="a colleague with an accent"),
        pytest.param("Sasha", id="a colleague's alias"),
    ],
)
async def test_what_is_no_alias_is_refused(opened: OPEN, typed: str) -> None:
    async with opened(agent_names="alias") as stage:
        ana, ben = stage.agent("Ana"), stage.agent("Ben")
        await ben.gives("alias", "Sasha")
        await ana.gives("alias", typed)
        assert "Customers see you as" not in ana.was_told
        await ana.gives("alias")
        assert "Customers see the name of the team" in ana.was_told


async def test_an_alias_can_be_changed_and_taken_away(opened: OPEN) -> None:
    async with opened(agent_names="alias") as stage:
        ana = stage.agent("Ana")
        await ana.gives("alias", "  Mary-Jane   O'Hara ")
        await ana.gives("alias")
        assert "Mary-Jane O'Hara" in ana.was_told
        await ana.gives("alias", "off")
        await ana.gives("alias")
        assert "Customers see the name of the team" in ana.was_told


async def test_pictures_go_with_the_own_name_alone(opened: OPEN, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StagePlatform, "capabilities", replace(CAPABILITIES, shows_speakers=True))
    picture = "https://pictures.example/ana.png"
    for policy, expected in (("own", picture), ("first", ""), ("team", "")):
        async with opened(agent_names=policy) as stage:
            dana = stage.person("telegram", "Dana", avatar_url="https://pictures.example/dana.png")
            ana = Person(stage, "slack", "Ana", is_in_staff_space=True, avatar_url=picture)
            await dana.says("I need a person")
            await ana.gives("claim")
            thread: Place = stage.threads()[-1]
            await ana.says("Hello", at=thread)
            seen = stage.platform("telegram").in_place(dana.direct)[-1].content.speaker
            assert seen is not None
            assert seen.avatar_url == expected
            await dana.says("Hello yourself")
            shown = stage.staff_platform.in_place(thread)[-1].content.speaker
            assert shown is not None
            assert shown.avatar_url == "https://pictures.example/dana.png"
            await ana.gives("resolve")


@pytest.mark.parametrize(
    ("policy", "ben", "zoe"),
    [
        pytest.param("own", "Ben Horvat", "Zoe_Bevk", id="own"),
        pytest.param("first", "Ben", "Zoe", id="first"),
        pytest.param("alias", "Sasha", "Support", id="alias"),
        pytest.param("team", "Support", "Support", id="team"),
    ],
)
async def test_a_colleague_who_is_called_in_an_answer_keeps_their_name_to_the_team(
    opened: OPEN, policy: str, ben: str, zoe: str
) -> None:
    async with opened(agent_names=policy) as stage:
        dana, ana, known = stage.person("telegram", "Dana Kos"), stage.agent("Ana"), stage.agent("Ben Horvat")
        await known.gives("alias", "Sasha")
        await known.gives("queue")
        unknown = stage.agent("Zoe_Bevk")
        mentions = tuple(Mention(one.identity, one.name) for one in (known, unknown, dana))
        await dana.gives("human")
        await ana.gives("claim", "1")
        text = "@Ben Horvat and @Zoe\\_Bevk see to it, @Dana Kos (@Ben Horvat too)"
        sent = await ana.says(text, at=stage.thread(), mentions=mentions)
        expected = f"@{ben} and @{zoe} see to it, @Dana Kos (@{ben} too)"
        assert plain(dana.sees[-1]).endswith(f": {expected}")
        edited = MessageEdited(
            "slack:edit:9", stage.clock.now(), sent, ana.author, f"{text}!", mentions=mentions
        )
        await ana.does(edited)
        assert plain(dana.sees[-1]).endswith(f": {expected}!")
        if policy != "own":
            assert "Horvat" not in everything_sent_to(stage, "telegram")
            assert "Bevk" not in everything_sent_to(stage, "telegram")


@pytest.mark.parametrize(
    ("policy", "ben"),
    [
        pytest.param("own", "@Ben_Horvat", id="own"),
        pytest.param("first", "@Ben", id="first"),
        pytest.param("alias", "@Sasha", id="alias"),
        pytest.param("team", "@Support", id="team"),
    ],
)
async def test_a_handle_of_a_colleague_that_is_only_typed_is_kept_back_like_their_name(
    opened: OPEN, policy: str, ben: str
) -> None:
    async with opened(agent_names=policy) as stage:
        dana, ana, colleague = stage.person("telegram", "Dana"), stage.agent("Ana"), stage.agent("Ben Horvat")
        colleague.about["handle"] = "ben_horvat"
        await colleague.gives("alias", "Sasha")
        await colleague.gives("queue")
        await dana.gives("human")
        await ana.gives("claim", "1")
        text = "@Ben_Horvat (or @Ben\\_Horvat.), not @ben_horvats, me@ben_horvat.org or https://x.org/@ben_horvat"
        sent = await ana.says(text, at=stage.thread())
        rest = "not @ben_horvats, me@ben_horvat.org or https://x.org/@ben_horvat"
        assert plain(dana.sees[-1]).endswith(f": {ben} (or {ben}.), {rest}")
        await ana.edits(sent, "Or @BEN_HORVAT!")
        assert plain(dana.sees[-1]).endswith(f": Or {'@BEN_HORVAT' if policy == 'own' else ben}!")


async def test_a_preview_under_an_answer_that_calls_a_colleague_is_no_edit(opened: OPEN) -> None:
    async with opened(agent_names="team") as stage:
        dana, ana, ben = stage.person("telegram", "Dana"), stage.agent("Ana"), stage.agent("Ben")
        await dana.gives("human")
        await ana.gives("claim", "1")
        mentions = (Mention(ben.identity, "Ben"),)
        sent = await ana.says("Ask @Ben", at=stage.thread(), mentions=mentions)
        tried = len(stage.platform("telegram").scenery.attempts)
        await ana.does(
            MessageEdited("slack:edit:9", stage.clock.now(), sent, ana.author, "Ask @Ben", mentions=mentions)
        )
        assert len(stage.platform("telegram").scenery.attempts) == tried


async def test_an_article_that_a_helper_sends_is_under_the_name_that_was_chosen(opened: OPEN) -> None:
    async with opened(agent_names="team") as stage:
        dana, ana = stage.person("telegram", "Dana"), stage.agent("Ana")
        await dana.says("When does my parcel arrive?")
        await dana.gives("human")
        await ana.gives("claim", "1")
        await ana.presses("Suggest an answer", at=stage.thread())
        await ana.presses("Send 1", at=stage.thread())
        assert dana.sees[-1].startswith("Support: **When does my parcel arrive?**")
        assert stage.in_thread()[-1].startswith("Ana: **When does my parcel arrive?**")
        assert "Ana" not in everything_sent_to(stage, "telegram")


@pytest.mark.parametrize(
    ("policy", "caller"), [("own", "Ana Kovač"), ("first", "Ana"), ("alias", "Robin"), ("team", "Support")]
)
async def test_a_call_for_help_names_the_caller_to_an_outsider_as_to_a_customer(
    opened: OPEN, policy: str, caller: str
) -> None:
    async with opened(agent_names=policy) as stage:
        ana, olga = stage.agent("Ana Kovač"), stage.person("telegram", "Olga")
        vera = stage.person("discord", "Vera", is_colleague=True)
        await ana.gives("alias", "Robin")
        await olga.gives("volunteer", "on api")
        await vera.gives("volunteer", "on api")
        await ana.gives("sos")
        assert f"**{caller}** asks for help" in olga.sees[-1]
        assert "**Ana Kovač** asks for help" in vera.sees[-1]
