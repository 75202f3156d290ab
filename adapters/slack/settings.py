"""What a person sets for Slack."""

from msgspec import Struct


class SlackSettings(Struct, frozen=True):
    bot_token: str
    """xoxb-…"""
    app_token: str = ""
    """xapp-… with connections:write: Socket Mode."""
    signing_secret: str = ""
    """For events over HTTP at /slack/events."""
    api_url: str = "https://slack.com/api/"
