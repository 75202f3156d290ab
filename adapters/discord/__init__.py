"""Discord, through discord.py (which is `discord`; this package is `adapters.discord`)."""

import warnings

with warnings.catch_warnings():
    # The SDK imports the standard library's audioop for voice, which is on its way out and of no use here.
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord as _sdk  # noqa: F401 - imported for its one-time warning

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.permissions import invite_link
from adapters.discord.settings import DiscordSettings

__all__ = ["DiscordAdapter", "DiscordSettings", "invite_link"]
