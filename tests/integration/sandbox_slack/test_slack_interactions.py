"""Commands, buttons, forms, shortcuts and the App Home, with the real Bolt answering."""

import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.slack import SlackServer
from sandbox.surface import SurfaceError
from tests.integration.sandbox_slack.slack_bots import Bots, until
from tests.integration.sandbox_slack.slack_modal import MODAL, plain

MODES = pytest.mark.parametrize("mode", ["socket", "http"])


def button(action_id: str, label: str = "Press", **more: str) -> dict[str, object]:
    return {"type": "button", "action_id": action_id, "text": plain(label), **more}


def actions(*elements: dict[str, object]) -> dict[str, object]:
    return {"type": "actions", "elements": list(elements)}


@MODES
async def test_a_command_is_answered_by_its_acknowledgement_and_by_its_response_url(
    server: SlackServer, bots: Bots, mode: str
) -> None:
    bot = bots.make()

    @bot.app.command("/human")
    async def human(ack, respond, command):
        await ack(f"One moment, {command['user_name']}: {command['text']}")
        await respond(text="Here I am", response_type="in_channel")

    await bots.connect(mode, bot)
    await server.command("U0CARLA", "C0HELP", "human", "  please & thanks ")
    await until(lambda: len(server.messages("U0CARLA", "C0HELP")) == 2)
    # Bolt sends both at once: which comes first is open, as with Slack itself.
    public, private = sorted(server.messages("U0CARLA", "C0HELP"), key=lambda message: message.is_private)
    assert (private.text, private.is_private) == ("One moment, carla: please & thanks", True)
    assert (public.text, public.is_private, public.author.is_bot) == ("Here I am", False, True)
    assert [message.text for message in server.messages("U0KURT", "C0HELP")] == ["Here I am"]


@MODES
async def test_a_button_changes_its_message_and_answers_privately(
    server: SlackServer, bots: Bots, mode: str
) -> None:
    bot = bots.make()
    pressed = []

    @bot.app.action("claim")
    async def claim(ack, body, client, respond):
        await ack()
        pressed.append(body)
        channel, ts = body["channel"]["id"], body["message"]["ts"]
        await client.chat_update(channel=channel, ts=ts, text="Claimed", blocks=[])
        await respond(text="It is yours", replace_original=False)

    await bots.connect(mode, bot)
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Ticket* 1"}},
        actions(button("claim", "Claim", value="1", style="primary")),
    ]
    await bot.client.chat_postMessage(channel="C0SUPPORT", text="Ticket 1", blocks=blocks)
    (card,) = server.messages("U0ANA", "C0SUPPORT")
    assert card.text == "Ticket 1"
    assert [(one.id, one.label, one.style) for one in card.buttons] == [("claim", "Claim", "primary")]
    await server.press("U0ANA", "C0SUPPORT", card.id, "claim")
    await until(lambda: len(server.messages("U0ANA", "C0SUPPORT")) == 2)
    changed, private = server.messages("U0ANA", "C0SUPPORT")
    assert (changed.text, changed.is_edited, changed.buttons) == ("Claimed", True, ())
    assert (private.text, private.is_private) == ("It is yours", True)
    assert len(server.messages("U0BEN", "C0SUPPORT")) == 1
    (body,) = pressed
    assert body["actions"][0]["value"] == "1"
    assert body["user"]["id"] == "U0ANA"
    assert body["channel"] == {"id": "C0SUPPORT", "name": "privategroup"}
    assert body["container"]["message_ts"] == card.id


async def test_the_button_of_an_ephemeral_replaces_and_deletes_it(server: SlackServer, bots: Bots) -> None:
    bot = bots.make()
    bodies = []

    @bot.app.action("again")
    async def again(ack, body, respond):
        await ack()
        bodies.append(body)
        await respond(text="Sure?", blocks=[actions(button("away"))], replace_original=True)

    @bot.app.action("away")
    async def away(ack, respond):
        await ack()
        await respond(delete_original=True)

    await bots.connect("socket", bot)
    blocks = [actions(button("again"))]
    await bot.client.chat_postEphemeral(channel="C0HELP", user="U0CARLA", text="Only you", blocks=blocks)
    (shown,) = server.messages("U0CARLA", "C0HELP")
    await server.press("U0CARLA", "C0HELP", shown.id, "again")
    await until(lambda: [one.id for one in server.messages("U0CARLA", "C0HELP")[0].buttons] == ["away"])
    await server.press("U0CARLA", "C0HELP", shown.id, "away")
    await until(lambda: server.messages("U0CARLA", "C0HELP") == [])
    assert bodies[0]["container"]["is_ephemeral"] is True
    assert "message" not in bodies[0]


async def test_selects_and_menus_are_pressed_by_their_options(server: SlackServer, bots: Bots) -> None:
    bot = bots.make()
    chosen = []

    @bot.app.action("rate")
    async def rate(ack, action):
        await ack()
        chosen.append(action["selected_option"]["value"])

    @bot.app.action("assign")
    async def assign(ack, action):
        await ack()
        chosen.append(action["selected_user"])

    await bots.connect("socket", bot)
    options = [{"text": plain("Good"), "value": "5"}, {"text": plain("Bad"), "value": "1"}]
    blocks = [
        {
            "type": "section",
            "text": plain("How was it?"),
            "accessory": {"type": "overflow", "action_id": "rate", "options": options},
        },
        actions({"type": "users_select", "action_id": "assign"}),
    ]
    await bot.client.chat_postMessage(channel="D0CARLA", text="rate", blocks=blocks)
    (shown,) = server.messages("U0CARLA", "D0CARLA")
    assert [one.label for one in shown.buttons][:2] == ["Good", "Bad"]
    await server.press("U0CARLA", "D0CARLA", shown.id, "rate=1")
    await server.press("U0CARLA", "D0CARLA", shown.id, "assign=U0BEN")
    assert chosen == ["1", "U0BEN"]


async def test_buttons_that_share_an_action_id_are_told_apart_by_their_block(
    server: SlackServer, bots: Bots
) -> None:
    bot = bots.make()
    values = []

    @bot.app.action("take")
    async def take(ack, action):
        await ack()
        values.append(action["value"])

    await bots.connect("socket", bot)
    blocks = [{**actions(button("take", value=str(n))), "block_id": f"row{n}"} for n in (1, 2)]
    await bot.client.chat_postMessage(channel="D0CARLA", text="rows", blocks=blocks)
    (shown,) = server.messages("U0CARLA", "D0CARLA")
    assert [one.id for one in shown.buttons] == ["row1/take", "row2/take"]
    await server.press("U0CARLA", "D0CARLA", shown.id, "row2/take")
    assert values == ["2"]


@MODES
async def test_the_home_tab_shows_what_the_bot_publishes_for_that_person(
    server: SlackServer, bots: Bots, mode: str
) -> None:
    bot = bots.make()
    opened = []

    @bot.app.event("app_home_opened")
    async def home(event, client):
        opened.append(event)
        blocks = [
            {"type": "header", "text": plain("Your tickets")},
            actions(button("new", "New ticket")),
        ]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @bot.app.action("new")
    async def new(ack, body, client):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    await bots.connect(mode, bot)
    shown = await server.open_home("U0CARLA")
    assert shown.text == "Your tickets"
    assert [one.id for one in shown.buttons] == ["new"]
    await server.press("U0CARLA", "home", "home", "new")
    await until(lambda: server.form("U0CARLA"))
    await server.open_home("U0CARLA")
    assert [("view" in event, event["tab"]) for event in opened] == [(False, "home"), (True, "home")]
    assert server.home("U0KURT").native == {}


@MODES
async def test_message_and_global_shortcuts(server: SlackServer, bots: Bots, mode: str) -> None:
    bot = bots.make()
    used = []

    @bot.app.shortcut("open_ticket")
    async def open_ticket(ack, body, client):
        await ack()
        used.append((body["type"], body.get("message", {}).get("text")))
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    await bots.connect(mode, bot)
    ts = await server.say("U0CARLA", "C0HELP", "my chair broke")
    await server.shortcut("U0ANA", "C0HELP", ts, "open_ticket")
    await server.global_shortcut("U0BEN", "open_ticket")
    await until(lambda: server.form("U0ANA") and server.form("U0BEN"))
    assert used == [("message_action", "my chair broke"), ("shortcut", None)]


async def test_a_response_url_takes_five_answers_in_half_an_hour(server: SlackServer, bots: Bots) -> None:
    bot = bots.make()
    urls = []

    @bot.app.command("/human")
    async def human(ack, command):
        await ack()
        urls.append(command["response_url"])

    await bots.connect("socket", bot)
    for _ in range(2):
        await server.command("U0CARLA", "C0RANDOM", "human")
    webhook = AsyncWebhookClient(urls[0])
    answers = [await webhook.send(text=f"answer {number}") for number in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert "used_url" in answers[5].body
    server.world.clock.advance(1801)
    late = await AsyncWebhookClient(urls[1]).send(text="late")
    assert (late.status_code, "expired_url" in late.body) == (404, True)
    assert len(server.messages("U0CARLA", "C0RANDOM")) == 5


async def test_a_command_that_nobody_hears_fails_in_front_of_the_person(
    server: SlackServer, bots: Bots
) -> None:
    with pytest.raises(SurfaceError, match='/human failed with the error: "dispatch_failed"'):
        await server.command("U0CARLA", "C0HELP", "human")
    bot = bots.make()
    server.deliveries.ack_seconds = 0.2
    await bots.connect("socket", bot)
    with pytest.raises(SurfaceError, match="operation_timeout"):
        await server.command("U0CARLA", "C0HELP", "human")


async def test_there_are_no_commands_in_threads(server: SlackServer) -> None:
    ts = await server.say("U0CARLA", "C0HELP", "hello")
    with pytest.raises(SurfaceError, match="not supported in threads"):
        await server.command("U0CARLA", f"C0HELP:{ts}", "human")


async def test_a_menu_is_filled_by_the_app_while_somebody_types(server: SlackServer, bots: Bots) -> None:
    bot = bots.make()

    @bot.app.options("article")
    async def articles(ack, payload):
        await ack(options=[{"text": plain(f"About {payload['value']}"), "value": "a1"}])

    await bots.connect("socket", bot)
    blocks = [actions({"type": "external_select", "action_id": "article"})]
    posted = await bot.client.chat_postMessage(channel="D0CARLA", text="choose", blocks=blocks)
    offered = await server.complete("U0CARLA", "D0CARLA", posted["ts"], "article", "chairs")
    assert offered == [("a1", "About chairs")]
    assert await server.complete("U0CARLA", "D0CARLA", "human", "article", "x") == []
