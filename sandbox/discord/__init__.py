"""A local Discord: what the bot's real client talks to, and what people do there."""

from sandbox.discord.server import DiscordServer

__all__ = ["DiscordServer"]
