"""Messages that say nothing in words of their own: what can be read of them, and at least that there is one."""

from typing import Any

import pytest

from bot.core.events import MessageReceived
from tests.unit.adapters.slack.test_slack_payloads import event, message

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "my *sofa*"}}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        pytest.param({"blocks": [SECTION]}, "my **sofa**", id="a section"),
        pytest.param(
            {"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "Sofa"}},
                        {"type": "context", "elements": [{"type": "mrkdwn", "text": "of oak"}]}]},
            "Sofa\n\nof oak", id="a heading and what is below it",
        ),
        pytest.param({"blocks": [{"type": "markdown", "text": "sofa"}]}, "sofa", id="a block of Markdown"),
        pytest.param({"blocks": [{"type": "image", "image_url": "https://x", "alt_text": "a sofa"}]}, "a sofa",
                     id="a picture with its caption"),
        pytest.param({"attachments": [{"title": "Sofa", "text": "of oak", "fallback": "f"}]}, "Sofa\n\nof oak",
                     id="an attachment"),
        pytest.param({"attachments": [{"blocks": [SECTION]}]}, "my **sofa**", id="an attachment of blocks"),
        pytest.param({"attachments": [{"fallback": "a sofa"}]}, "a sofa", id="an attachment that can only be named"),
        pytest.param({"blocks": [{"type": "section", "text": {"text": "<!channel> half \ud83d"}}]}, "@channel half ?",
                     id="nobody is called by it"),
    ],
)  # fmt: skip
def test_what_stands_in_other_blocks_and_attachments_is_told(fields: dict[str, Any], told: str) -> None:
    (said,) = event(message(text="", **fields))
    assert isinstance(said, MessageReceived)
    assert said.text == told


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"text": None},
        {"blocks": [{"type": "tomorrow"}]},
        {"attachments": [{"id": 1, "image_url": "https://x"}]},
    ],
    ids=repr,
)
def test_of_what_cannot_be_read_it_is_told_that_it_is_there(fields: dict[str, Any]) -> None:
    (said,) = event(message(**{"text": "", **fields}))
    assert isinstance(said, MessageReceived)
    assert "cannot be shown here" in said.text


def test_who_only_calls_the_bot_or_sends_a_file_has_said_all_there_is() -> None:
    (called,) = event(message(text="<@U0BOT>"))
    (sent,) = event(message(text="", files=[{"id": "F1", "name": "a.txt"}]))
    assert isinstance(called, MessageReceived)
    assert isinstance(sent, MessageReceived)
    assert (called.text, sent.text, len(sent.files)) == ("", "", 1)
