"""What it takes to reach Discord, or a server that speaks like it."""

from msgspec import Struct

PLATFORM = "discord"
API_URL = "https://discord.com/api/v10"
GATEWAY_URL = "wss://gateway.discord.gg/"


class DiscordSettings(Struct, frozen=True):
    token: str
    api_url: str = API_URL
    gateway_url: str = GATEWAY_URL
    shards: int = 1
    """Into how many parts the gateway is divided; the same for every process."""
