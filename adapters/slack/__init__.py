"""Slack, by slack-bolt and slack_sdk: Socket Mode and HTTP events, Block Kit, App Home."""

from adapters.slack.adapter import SlackAdapter
from adapters.slack.manifest import build_manifest
from adapters.slack.settings import SlackSettings

__all__ = ["SlackAdapter", "SlackSettings", "build_manifest"]
