"""What is known again after a restart, where a server does not say it."""

from adapters.telegram import TelegramAdapter, TelegramSettings
from bot.core.conversation import Remembered
from bot.core.events import MessageReceived
from bot.core.places import MessageAt, Place
from sandbox.telegram import TelegramServer
from sandbox.world import World
from tests.integration.adapters.telegram.telegram_stage import Stage, running
from tests.integration.adapters.telegram.telegram_stub import Stub, serving

GROUP = {"id": -1001, "type": "supergroup"}
THREAD = Place("telegram", channel="-1001", thread="card:100")


async def test_answers_to_a_card_of_before_belong_to_its_exchange() -> None:
    stage = Stage(TelegramServer(World()))
    stage.ledger.known = [Remembered(MessageAt(THREAD, "105"), is_origin=False)]
    async with serving(Stub()) as stub:
        for number, answered in enumerate((100, 105, 999), 1):
            message = {
                "message_id": 200 + number,
                "date": 1795331003,
                "chat": GROUP,
                "from": {"id": 5, "first_name": "Tom"},
                "text": f"to {answered}",
                "reply_to_message": {"message_id": answered, "chat": GROUP},
            }
            stub.updates.append({"update_id": number, "message": message})
        context = stage.context(staff_space=Place("telegram", channel="-1001"))
        adapter = TelegramAdapter(context, TelegramSettings("900:x", stub.url))
        async with running(adapter):
            await stage.ledger.next(MessageReceived, 3)
        await adapter.close()
    places = {event.text: event.place.thread for event in stage.ledger.of(MessageReceived)}
    assert places == {"to 100": "card:100", "to 105": "card:100", "to 999": ""}
