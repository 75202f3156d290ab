"""What only a person can mend, in words that say how."""

from adapters import SetupError
from bot.core.texts import mark


def wrong_token() -> SetupError:
    return SetupError(
        mark(
            "Telegram refuses TELEGRAM_TOKEN. Copy the token again from @BotFather (/mybots, your bot, API Token)."
        )
    )


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
