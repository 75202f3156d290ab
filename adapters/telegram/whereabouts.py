"""In which topic, or whose exchange, a message is: reactions name only its chat, and nobody can be asked."""

from collections import OrderedDict

from bot.core.places import MessageAt, Place

_KEPT = 10_000


class Whereabouts:
    """The latest messages that were heard or sent since the start."""

    def __init__(self) -> None:
        self._places: OrderedDict[tuple[str, str], Place] = OrderedDict()

    def remember(self, *messages: MessageAt) -> None:
        for message in messages:
            if message.place.thread or message.place.person:
                self._places[(message.place.channel, message.id)] = message.place
        while len(self._places) > _KEPT:
            self._places.popitem(last=False)

    def exact(self, message: MessageAt) -> MessageAt:
        """The message with its whole place, as far as that is known."""
        place = self._places.get((message.place.channel, message.id))
        return message if place is None else MessageAt(place, message.id)
