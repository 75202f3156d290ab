"""Discord, through discord.py."""

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.permissions import invite_link
from adapters.discord.settings import DiscordSettings

__all__ = ["DiscordAdapter", "DiscordSettings", "invite_link"]
