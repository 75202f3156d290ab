"""Forms that a person fills in, with the real Bolt behind them."""

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackServer
from sandbox.surface import SurfaceError
from tests.integration.sandbox_slack.slack_bots import Bots, until
from tests.integration.sandbox_slack.slack_modal import MODAL, plain

MODES = pytest.mark.parametrize("mode", ["socket", "http"])


@MODES
async def test_a_form_comes_back_with_errors_until_it_is_right(
    server: SlackServer, bots: Bots, mode: str
) -> None:
    bot = bots.make()
    submitted = []

    @bot.app.command("/ticket")
    async def ticket(ack, client, command):
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=MODAL)

    @bot.app.view("ticket")
    async def submit(ack, view):
        title = view["state"]["values"]["title"]["text"]["value"]
        if len(title) < 5:
            await ack(response_action="errors", errors={"title": "Too short"})
        else:
            await ack()
            submitted.append(view)

    await bots.connect(mode, bot)
    await server.command("U0CARLA", "C0HELP", "ticket")
    await until(lambda: server.form("U0CARLA"))
    form = server.form("U0CARLA")
    for given, error in (
        ("", "Please complete this required field."),
        ("x" * 21, "Please shorten this to 20 characters or fewer."),
        ("abc", "Too short"),
    ):
        await server.submit("U0CARLA", form.id, {"title": given})
        assert server.form("U0CARLA").fields[0].error == error
    await server.submit("U0CARLA", form.id, {"title": "My chair", "urgency": "high"})
    assert server.form("U0CARLA") is None
    (view,) = submitted
    assert view["private_metadata"] == "kept"
    assert view["state"]["values"]["urgency"]["pick"]["selected_option"]["value"] == "high"


async def bot_with_three_forms(bots: Bots) -> list[str]:
    """The first form becomes the second, on which the third lies; returns where closed forms are noted."""
    bot = bots.make()
    second = {**MODAL, "callback_id": "second", "title": plain("Second")}
    third = {**MODAL, "callback_id": "third", "title": plain("Third"), "notify_on_close": True}
    closed: list[str] = []

    @bot.app.shortcut("begin")
    async def begin(ack, body, client):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @bot.app.view("ticket")
    async def update(ack):
        await ack(response_action="update", view=second)

    @bot.app.view("second")
    async def push(ack):
        await ack(response_action="push", view=third)

    @bot.app.view("third")
    async def clear(ack):
        await ack(response_action="clear")

    @bot.app.view_closed("third")
    async def on_close(ack, view):
        await ack()
        closed.append(view["id"])

    await bots.connect("socket", bot)
    return closed


async def submit_top(server: SlackServer) -> str:
    """Send the form on top and return its title."""
    await until(lambda: server.form("U0CARLA"))
    form = server.form("U0CARLA")
    await server.submit("U0CARLA", form.id, {"title": "hello"})
    return form.title


async def test_forms_can_be_updated_pushed_and_cleared(server: SlackServer, bots: Bots) -> None:
    await bot_with_three_forms(bots)
    await server.global_shortcut("U0CARLA", "begin")
    assert [await submit_top(server) for _ in range(3)] == ["New ticket", "Second", "Third"]
    assert server.form("U0CARLA") is None


async def test_closing_the_form_on_top_is_told_and_shows_the_one_below(
    server: SlackServer, bots: Bots
) -> None:
    closed = await bot_with_three_forms(bots)
    await server.global_shortcut("U0CARLA", "begin")
    for _ in range(2):
        await submit_top(server)
    top = server.form("U0CARLA")
    await server.close_form("U0CARLA", top.id)
    assert closed == [top.id]
    assert server.form("U0CARLA").title == "Second"


async def test_errors_for_a_field_that_does_not_exist_are_trouble(server: SlackServer, bots: Bots) -> None:
    bot = bots.make()

    @bot.app.shortcut("begin")
    async def begin(ack, body, client):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @bot.app.view("ticket")
    async def wrong(ack):
        await ack(response_action="errors", errors={"nothing": "wrong"})

    await bots.connect("socket", bot)
    await server.global_shortcut("U0CARLA", "begin")
    await until(lambda: server.form("U0CARLA"))
    with pytest.raises(SurfaceError, match="trouble"):
        await server.submit("U0CARLA", server.form("U0CARLA").id, {"title": "hello"})
    assert server.form("U0CARLA") is not None


async def test_a_trigger_opens_one_form_within_three_seconds(server: SlackServer, bots: Bots) -> None:
    bot = bots.make()
    triggers = []

    @bot.app.shortcut("keep")
    async def keep(ack, body):
        await ack()
        triggers.append(body["trigger_id"])

    await bots.connect("socket", bot)
    for _ in range(2):
        await server.global_shortcut("U0CARLA", "keep")
    await bot.client.views_open(trigger_id=triggers[0], view=MODAL)
    server.world.clock.advance(4)
    for trigger, error in (
        (triggers[0], "exchanged_trigger_id"),
        (triggers[1], "expired_trigger_id"),
        ("1.2.abc", "invalid_trigger_id"),
    ):
        with pytest.raises(SlackApiError) as refused:
            await bot.client.views_open(trigger_id=trigger, view=MODAL)
        assert refused.value.response["error"] == error


async def test_a_form_shows_its_title_its_fields_and_their_choices(
    server: SlackServer, client: AsyncWebClient
) -> None:
    trigger = server.interactions.views.new_trigger("U0CARLA")
    await client.views_open(trigger_id=trigger, view=MODAL)
    form = server.form("U0CARLA")
    assert (form.title, form.submit_label) == ("New ticket", "Send")
    assert [(one.id, one.kind, one.is_required) for one in form.fields] == [
        ("title", "text", True),
        ("urgency", "select", False),
    ]
    assert form.fields[1].options == (("high", "High"), ("low", "Low"))
