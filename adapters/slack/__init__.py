"""Slack, by slack-bolt and slack_sdk: Socket Mode and HTTP events, Block Kit, App Home."""

from adapters.slack.adapter import SlackAdapter, SlackSettings
from adapters.slack.manifest import build_manifest

__all__ = ["SlackAdapter", "SlackSettings", "build_manifest"]
