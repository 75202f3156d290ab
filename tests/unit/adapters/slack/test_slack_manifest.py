"""The app manifest and the names of commands on Slack."""

import json
import os
from pathlib import Path

import jsonschema
import pytest

from adapters.slack import build_manifest
from adapters.slack.commands import RESERVED_NAMES, CommandNames, slack_name
from bot.core.commands import Argument, Command, Role

COMMANDS = (
    Command("human", "Ask for a person", Role.CUSTOMER, (Argument("reason", "Why"),)),
    Command("help", "What I can do", Role.CUSTOMER),
    Command("note", "Add a note", Role.VOLUNTEER, (Argument("words", "What", is_required=True),)),
    Command("volunteer", "On or off", Role.CUSTOMER, (Argument("state", "Which", choices=("on", "off")),)),
)


@pytest.mark.parametrize("socket_mode", [True, False])
def test_the_manifest_is_valid_by_slacks_own_schema(socket_mode: bool) -> None:
    specs = Path(os.environ.get("ALLHANDS_SPECS", Path(__file__).parents[4] / ".." / "shared" / "specs"))
    schema = specs / "slack" / "manifest.schema.2.0.0.json"
    if not schema.is_file():
        pytest.skip(f"Slack's manifest schema is not at {schema}; ALLHANDS_SPECS names another folder")
    manifest = build_manifest(COMMANDS, "", "https://desk.example/", socket_mode)
    jsonschema.validate(manifest, json.loads(schema.read_text()))


def test_with_socket_mode_the_manifest_names_no_address() -> None:
    manifest = build_manifest(COMMANDS, "", "https://desk.example", socket_mode=True)
    assert "https://" not in json.dumps(manifest)
    assert manifest["settings"]["socket_mode_enabled"] is True


def test_over_http_everything_goes_to_one_address() -> None:
    manifest = build_manifest(COMMANDS, "", "https://desk.example/", socket_mode=False)
    url = "https://desk.example/slack/events"
    assert manifest["settings"]["event_subscriptions"]["request_url"] == url
    assert manifest["settings"]["interactivity"]["request_url"] == url
    assert {command["url"] for command in manifest["features"]["slash_commands"]} == {url}


def test_without_an_address_there_is_nothing_to_send_requests_to() -> None:
    with pytest.raises(ValueError, match="PUBLIC_URL"):
        build_manifest(COMMANDS, "", "", socket_mode=False)


def test_the_manifest_lists_every_command_once_with_a_hint_of_its_arguments() -> None:
    commands = build_manifest(COMMANDS, "", "", socket_mode=True)["features"]["slash_commands"]
    assert [(one["command"], one.get("usage_hint")) for one in commands] == [
        ("/human", "[reason]"),
        ("/support-help", None),
        ("/note", "words"),
        ("/volunteer", "[on|off]"),
    ]


@pytest.mark.parametrize(
    ("name", "prefix", "expected"),
    [
        pytest.param("claim", "", "claim", id="a free name stays"),
        pytest.param("help", "", "support-help", id="Slack's own name is avoided"),
        pytest.param("help", "desk-", "desk-help", id="with a prefix it is free"),
        pytest.param("end", "fe", "feend", id="the prefix stands before it as it is"),
        pytest.param("ed", "fe", "feed"[:0] + "support-feed", id="a prefix may make one of Slack's names"),
    ],
)
def test_a_command_gets_a_name_that_slack_allows(name: str, prefix: str, expected: str) -> None:
    assert slack_name(name, prefix) == expected
    assert slack_name(name, prefix) not in RESERVED_NAMES


def test_a_command_is_understood_by_its_name_on_slack_and_by_its_own() -> None:
    names = CommandNames.of(COMMANDS, "")
    assert names.renamed == (("help", "support-help"),)
    for typed in ("/support-help", "support-help", "/help", "/HELP"):
        assert names.find(typed) is COMMANDS[1]
    assert names.find("/nothing") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("/human", ("human", ""), id="alone"),
        pytest.param(" /human  my sofa\nis broken ", ("human", "my sofa\nis broken"), id="with arguments"),
        pytest.param("/nothing here", None, id="an unknown name"),
        pytest.param("see /human", None, id="in the middle of a sentence"),
        pytest.param("/human/path", None, id="a path"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_message_that_is_only_a_command_is_one(text: str, found: tuple[str, str] | None) -> None:
    typed = CommandNames.of(COMMANDS, "").typed(text)
    assert (typed and (typed[0].name, typed[1])) == found
