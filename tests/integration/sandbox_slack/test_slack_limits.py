"""What Slack refuses of blocks and views, limit by limit."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackServer


def plain(length: int) -> dict[str, str]:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int) -> dict[str, str]:
    return {"type": "mrkdwn", "text": "x" * length}


def section(length: int = 1, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn(length), **more}


def button(label: int = 1, **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(label), **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def buttons(count: int) -> dict[str, Any]:
    return actions(*(button(action_id=f"a{number}") for number in range(count)))


def options(count: int, value: int = 1, text: int = 1) -> list[dict[str, Any]]:
    return [{"text": plain(text), "value": f"{number}".rjust(value, "v")} for number in range(count)]


def select(**more: Any) -> dict[str, Any]:
    return actions({"type": "static_select", "options": options(1), **more})


def field(**element: Any) -> dict[str, Any]:
    return {"type": "input", "label": plain(1), "element": {"type": "plain_text_input", **element}}


ALLOWED = [
    pytest.param([section(3000)], id="a section of 3,000 characters"),
    pytest.param([section()] * 50, id="50 blocks"),
    pytest.param([{"type": "header", "text": plain(150)}], id="a header of 150 characters"),
    pytest.param([{"type": "section", "fields": [mrkdwn(1)] * 10}], id="ten fields"),
    pytest.param([buttons(25)], id="25 buttons"),
    pytest.param([actions(button(75, value="v" * 2000, action_id="a" * 255))], id="a button at its limits"),
    pytest.param([section(accessory=button(url="https://example.org"))], id="a button beside a text"),
    pytest.param([{"type": "context", "elements": [mrkdwn(1)] * 10}], id="ten texts in a context"),
    pytest.param([select(options=options(100, 150, 75))], id="a select at its limits"),
    pytest.param(
        [select(options=None, option_groups=[{"label": plain(1), "options": options(2)}])], id="groups"
    ),
    pytest.param([{"type": "divider"}, {"type": "markdown", "text": "x" * 12_000}], id="markdown"),
    pytest.param(
        [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]}], id="rich text"
    ),
    pytest.param([{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}], id="a table"),
    pytest.param(
        [{"type": "image", "image_url": "https://example.org/a.png", "alt_text": "a"}], id="an image"
    ),
]
REFUSED = [
    pytest.param(
        [section(3001)], "must be less than 3001 characters", "/blocks/0/text/text", id="long section"
    ),
    pytest.param([section(0)], "must be more than 0 characters", "/blocks/0/text/text", id="empty section"),
    pytest.param([section()] * 51, "no more than 50 items allowed", "/blocks", id="51 blocks"),
    pytest.param(
        [{"type": "header", "text": plain(151)}], "must be less than 151", "/blocks/0/text", id="header"
    ),
    pytest.param(
        [{"type": "header", "text": mrkdwn(1)}], "unsupported type", "/blocks/0/text", id="mrkdwn header"
    ),
    pytest.param([{"type": "section"}], "must provide either", "/blocks/0", id="a section without text"),
    pytest.param(
        [{"type": "section", "fields": [mrkdwn(1)] * 11}], "no more than 10", "/fields", id="11 fields"
    ),
    pytest.param(
        [{"type": "section", "fields": [mrkdwn(2001)]}], "less than 2001", "/fields/0", id="long field"
    ),
    pytest.param([buttons(26)], "no more than 25 items", "/blocks/0/elements", id="26 buttons"),
    pytest.param([actions()], "no fewer than 1", "/blocks/0/elements", id="no button"),
    pytest.param([actions(button(76))], "less than 76", "/elements/0/text", id="a long label"),
    pytest.param([actions(button(value="v" * 2001))], "less than 2001", "/elements/0/value", id="long value"),
    pytest.param([actions(button(value=""))], "more than 0", "/elements/0/value", id="empty value"),
    pytest.param(
        [actions(button(action_id="a" * 256))], "less than 256", "/action_id", id="a long action id"
    ),
    pytest.param(
        [actions(button(style="green"))], "must be one of danger, primary", "/style", id="a green button"
    ),
    pytest.param([actions(button(url="x" * 3001))], "less than 3001", "/url", id="a long address"),
    pytest.param(
        [actions(button(colour="red"))], "invalid additional property: colour", "", id="unknown key"
    ),
    pytest.param(
        [actions(button(action_id="a"), button(action_id="a"))],
        "already exists",
        "/action_id",
        id="same action id",
    ),
    pytest.param(
        [section(block_id="a"), section(block_id="a")], "already exists", "/block_id", id="same block id"
    ),
    pytest.param(
        [{"type": "context", "elements": [mrkdwn(1)] * 11}], "no more than 10", "/elements", id="context"
    ),
    pytest.param([select(options=options(101))], "no more than 100", "/options", id="101 options"),
    pytest.param(
        [select(options=options(1, text=76))], "less than 76", "/options/0/text", id="a long option"
    ),
    pytest.param(
        [select(options=options(1, value=151))], "less than 151", "/options/0/value", id="long option value"
    ),
    pytest.param(
        [select(option_groups=[])], "either 'options' or 'option_groups'", "", id="options and groups"
    ),
    pytest.param(
        [select(initial_option=options(3)[2])], "one of the provided", "/initial_option", id="initial"
    ),
    pytest.param(
        [actions({"type": "overflow", "options": options(6)})], "no more than 5", "/options", id="overflow"
    ),
    pytest.param(
        [actions(field()["element"])], "unsupported type", "/elements/0/type", id="a field among buttons"
    ),
    pytest.param([{"type": "banner"}], "unsupported type: banner", "/blocks/0/type", id="an unknown block"),
    pytest.param(["hello"], "must be an object", "/blocks/0", id="a text for a block"),
    pytest.param(
        [
            actions(
                button(confirm={"title": plain(101), "text": plain(1), "confirm": plain(1), "deny": plain(1)})
            )
        ],
        "less than 101",
        "/confirm/title",
        id="a long confirmation",
    ),
    pytest.param(
        [{"type": "image", "alt_text": "a"}], "either 'image_url' or 'slack_file'", "", id="no image"
    ),
    pytest.param(
        [{"type": "image", "image_url": "https://a"}], "required field: alt_text", "", id="no alt text"
    ),
]


@pytest.mark.parametrize("blocks", ALLOWED)
async def test_blocks_within_the_limits_are_taken(
    client: AsyncWebClient, blocks: list[dict[str, Any]]
) -> None:
    posted = await client.chat_postMessage(channel="C0HELP", text="t", blocks=blocks)
    assert len(posted["message"]["blocks"]) == len(blocks)
    assert all(block["block_id"] for block in posted["message"]["blocks"])


@pytest.mark.parametrize(("blocks", "reason", "pointer"), REFUSED)
async def test_blocks_beyond_the_limits_are_refused_with_reason_and_place(
    client: AsyncWebClient, blocks: list[Any], reason: str, pointer: str
) -> None:
    with pytest.raises(SlackApiError) as refused:
        await client.api_call("chat.postMessage", json={"channel": "C0HELP", "text": "t", "blocks": blocks})
    response = refused.value.response
    assert response["error"] == "invalid_blocks"
    assert any(reason in line and pointer in line for line in response["response_metadata"]["messages"])


async def test_all_blocks_together_have_a_limit_too(client: AsyncWebClient) -> None:
    await client.chat_postMessage(channel="C0HELP", text="t", blocks=[section(2640)] * 5)
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="C0HELP", text="t", blocks=[section(2641)] * 5)
    assert refused.value.response["error"] == "msg_blocks_too_long"


def modal(**changes: Any) -> dict[str, Any]:
    view = {"type": "modal", "title": plain(24), "submit": plain(24), "blocks": [field()]}
    return {key: value for key, value in {**view, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("view", "reason"),
    [
        pytest.param(modal(title=plain(25)), "less than 25", id="a long title"),
        pytest.param(modal(title=None), "missing required field: title", id="no title"),
        pytest.param(modal(submit=plain(25)), "less than 25", id="a long submit label"),
        pytest.param(modal(submit=None), "`submit` is required", id="fields without a submit button"),
        pytest.param(modal(private_metadata="x" * 3001), "less than 3001", id="long private metadata"),
        pytest.param(modal(callback_id="x" * 256), "less than 256", id="a long callback id"),
        pytest.param(modal(blocks=[section()] * 101), "no more than 100", id="101 blocks"),
        pytest.param(modal(blocks=[{"type": "markdown", "text": "a"}]), "unsupported type", id="markdown"),
        pytest.param(modal(colour="red"), "invalid additional property", id="an unknown key"),
        pytest.param(modal(type="popup"), "unsupported type", id="an unknown type"),
        pytest.param(modal(blocks=[field(max_length=3001)]), "between 1 and 3000", id="a field without end"),
        pytest.param(modal(blocks=[field(placeholder=plain(151))]), "less than 151", id="a long placeholder"),
        pytest.param("hello", "must be a valid view", id="no view at all"),
    ],
)
async def test_a_view_that_cannot_be_is_refused_with_its_reason(
    server: SlackServer, client: AsyncWebClient, view: Any, reason: str
) -> None:
    trigger = server.interactions.views.new_trigger("U0CARLA")
    with pytest.raises(SlackApiError) as refused:
        await client.api_call("views.open", json={"trigger_id": trigger, "view": view})
    response = refused.value.response
    assert response["error"] == "invalid_arguments"
    assert any(reason in line for line in response["response_metadata"]["messages"])
    assert server.form("U0CARLA") is None


async def test_a_huge_view_is_refused(server: SlackServer, client: AsyncWebClient) -> None:
    trigger = server.interactions.views.new_trigger("U0CARLA")
    blocks = [section(3000)] * 90
    with pytest.raises(SlackApiError) as refused:
        await client.views_open(trigger_id=trigger, view=modal(blocks=blocks))
    assert refused.value.response["error"] == "view_too_large"


async def test_a_view_is_updated_by_id_external_id_and_hash(
    server: SlackServer, client: AsyncWebClient
) -> None:
    trigger = server.interactions.views.new_trigger("U0CARLA")
    opened = (await client.views_open(trigger_id=trigger, view=modal(external_id="one")))["view"]
    changed = modal(title=plain(3), external_id="one")
    by_hash = (await client.views_update(view_id=opened["id"], view=changed, hash=opened["hash"]))["view"]
    assert by_hash["title"]["text"] == "xxx"
    with pytest.raises(SlackApiError) as refused:
        await client.views_update(external_id="one", view=changed, hash=opened["hash"])
    assert refused.value.response["error"] == "hash_conflict"
    other = server.interactions.views.new_trigger("U0KURT")
    with pytest.raises(SlackApiError) as refused:
        await client.views_open(trigger_id=other, view=modal(external_id="one"))
    assert refused.value.response["error"] == "duplicate_external_id"


async def test_forms_lie_on_each_other_three_deep(server: SlackServer, client: AsyncWebClient) -> None:
    views = server.interactions.views
    opened = (await client.views_open(trigger_id=views.new_trigger("U0CARLA"), view=modal()))["view"]
    for _ in range(2):
        trigger = views.new_trigger("U0CARLA", view=opened["id"])
        pushed = (await client.views_push(trigger_id=trigger, view=modal()))["view"]
        assert pushed["root_view_id"] == opened["id"]
    with pytest.raises(SlackApiError) as refused:
        await client.views_push(trigger_id=views.new_trigger("U0CARLA", view=opened["id"]), view=modal())
    assert refused.value.response["error"] == "push_limit_reached"
