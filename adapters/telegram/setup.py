"""What only a person can mend, in words that say how."""

from telegram.error import TelegramError

from adapters import SetupError
from adapters.telegram.request import MissingError
from bot.core.texts import mark


def wrong_token() -> SetupError:
    return SetupError(
        mark(
            "Telegram refuses TELEGRAM_TOKEN. Copy the token again from @BotFather (/mybots, your bot, API Token)."
        )
    )


def no_such_bot() -> SetupError:
    return SetupError(
        mark(
            "TELEGRAM_API_URL leads to no bot of TELEGRAM_TOKEN (404). Copy the token again from @BotFather (/mybots, "
            "your bot, API Token), and check the address if you have set one."
        )
    )


def no_polling() -> SetupError:
    return SetupError(
        mark(
            "The server of TELEGRAM_API_URL cannot be polled (it knows no getUpdates): set PUBLIC_URL and "
            "TELEGRAM_WEBHOOK_SECRET, so that it delivers here."
        )
    )


def refused_token(error: TelegramError) -> SetupError:
    """What to do about a first call that was answered with 401 or 404."""
    return no_such_bot() if isinstance(error, MissingError) else wrong_token()


def refused_webhook(reason: str) -> SetupError:
    return SetupError(
        mark(
            "Telegram does not take the webhook ({reason}). PUBLIC_URL must be an https address that Telegram reaches "
            "on port 443, 80, 88 or 8443, with a valid certificate; unset TELEGRAM_WEBHOOK_SECRET to poll instead."
        ),
        reason=reason,
    )


def wrong_secret() -> SetupError:
    return SetupError(
        mark("TELEGRAM_WEBHOOK_SECRET may have 1 to 256 characters, only A-Z, a-z, 0-9, _ and -.")
    )
