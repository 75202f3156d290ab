"""Direct chats in which the bot speaks first: no list of them exists, so they have to be remembered."""

from cachetools import LRUCache

from adapters import AdapterContext, Cursor
from adapters.discord.rooms import SPOKEN
from adapters.discord.snowflake import is_timed
from bot.core.places import Place


class DirectChats:
    """Stores where the bot spoke, so that an answer given while nobody listens is found by who listens next.

    The cursors are other ones than those that move with what is heard: this process need not be the one that hears,
    so they name the chats and do not tell how far they were read.
    """

    def __init__(self, context: AdapterContext) -> None:
        self._context = context
        self._noted: LRUCache[str, bool] = LRUCache(10_000)

    async def note(self, place: Place, message_id: str) -> None:
        """The bot said this in the place, or was used there; a failure is reported and costs nothing else."""
        if not (place.is_direct and place.channel) or place.channel in self._noted:
            return
        self._noted[place.channel] = True
        position = message_id if is_timed(message_id) else "0"
        try:
            # Where another process spoke first stays: what was said since then may have been heard by nobody.
            if SPOKEN + place.channel not in await self._context.intake.cursors():
                await self._context.intake.accept((), cursor=Cursor(SPOKEN + place.channel, position))
        except Exception as error:  # noqa: BLE001 - what was sent stays sent; the next message there tries again
            self._noted.pop(place.channel, None)
            self._context.report("discord.not_stored", {"error": type(error).__name__})
