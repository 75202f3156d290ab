"""A local Slack: Web API, Socket Mode, Events API and the people who use it."""

from sandbox.slack.server import SlackServer

__all__ = ["SlackServer"]
