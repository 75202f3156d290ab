"""Every operation of the dispatcher to the part that performs it."""

from telegram.error import TelegramError

from adapters import Attempt
from adapters.telegram.answers import Answers
from adapters.telegram.changes import Changes
from adapters.telegram.delivery import Delivery
from adapters.telegram.errors import send_error
from adapters.telegram.presses import Presses
from adapters.telegram.threads import Threads
from bot.core.outgoing import (
    Answer,
    Edit,
    Mark,
    OpenForm,
    OpenThread,
    Outgoing,
    Post,
    React,
    Receipt,
    Remove,
    SetThread,
    ShowHome,
)


class Sender:
    def __init__(self, delivery: Delivery, presses: Presses) -> None:
        self._delivery = delivery
        self._changes = Changes(delivery)
        self._threads = Threads(delivery, self._changes)
        self._answers = Answers(delivery, presses)

    async def send(self, outgoing: Outgoing, attempt: Attempt) -> Receipt:
        """Raises SendError."""
        try:
            return await self._perform(outgoing, attempt)
        except TelegramError as error:
            # Asking who we are can fail too, before anything is sent.
            raise send_error(error) from error

    async def _perform(self, outgoing: Outgoing, attempt: Attempt) -> Receipt:  # noqa: C901 - one line for each
        match outgoing:
            case Post():
                return await self._delivery.post(outgoing, attempt)
            case Edit():
                return await self._changes.edit(outgoing, attempt)
            case Remove():
                return await self._changes.remove(outgoing)
            case React():
                return await self._changes.react(outgoing)
            case Mark():
                return await self._changes.mark(outgoing)
            case OpenThread():
                return await self._threads.open(outgoing, attempt)
            case SetThread():
                return await self._threads.set(outgoing)
            case Answer():
                return await self._answers.answer(outgoing, attempt)
            case OpenForm():
                return await self._answers.open_form(outgoing, attempt)
            case ShowHome():
                return Receipt()
