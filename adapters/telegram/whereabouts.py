"""In which topic, or whose exchange, a message is: reactions name only its chat, and nobody can be asked."""

from cachetools import LRUCache

from adapters.telegram.parse import CARD, CARD_THREAD
from bot.core.places import MessageAt, Place

_KEPT = 10_000


class Whereabouts:
    """The latest messages that were heard or sent since the start."""

    def __init__(self) -> None:
        self._places: LRUCache[tuple[str, str], Place] = LRUCache(_KEPT)
        self._words: LRUCache[tuple[str, str], tuple[str, ...]] = LRUCache(_KEPT)

    def remember(self, *messages: MessageAt) -> None:
        for message in messages:
            if message.place.thread or message.place.person:
                self._places[(message.place.channel, message.id)] = message.place

    def note_words(self, message: MessageAt, words: tuple[str, ...]) -> None:
        """What the marker of a message of ours says."""
        self._words[(message.place.channel, message.id)] = words

    def words(self, chat: str, id_: str) -> tuple[str, ...]:
        """The words of a marker, for servers that do not bring it along with an answer to it; () when unknown."""
        if (words := self._words.get((chat, id_))) is not None:
            return words
        place = self._places.get((chat, id_))
        card = card_of(place) if place is not None else None
        return (CARD, card.id) if card is not None else ()

    def exact(self, message: MessageAt) -> MessageAt:
        """The message with its whole place, as far as that is known."""
        place = self._places.get((message.place.channel, message.id))
        return message if place is None else MessageAt(place, message.id)


def card_of(place: Place) -> MessageAt | None:
    """The card that an exchange in a staff group without topics hangs on; None anywhere else."""
    is_under_card = place.thread.startswith(CARD_THREAD)
    return MessageAt(place, place.thread.removeprefix(CARD_THREAD)) if is_under_card else None
