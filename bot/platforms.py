"""Which adapters there are, and which settings each of them takes. A new platform adds its lines here."""

from collections.abc import Callable, Mapping

from adapters import Adapter, AdapterContext
from bot.settings import Settings

Builder = Callable[[Settings, AdapterContext], Adapter]


def _slack(settings: Settings, context: AdapterContext) -> Adapter:
    # Imported here: a platform that is off costs neither its memory nor its start.
    from adapters.slack import SlackAdapter, SlackSettings

    return SlackAdapter(
        context,
        SlackSettings(
            bot_token=settings.slack_bot_token.reveal(),
            app_token=settings.slack_app_token.reveal(),
            signing_secret=settings.slack_signing_secret.reveal(),
            api_url=settings.slack_api_url,
        ),
    )


def _discord(settings: Settings, context: AdapterContext) -> Adapter:
    from adapters.discord import DiscordAdapter, DiscordSettings

    return DiscordAdapter(
        context,
        DiscordSettings(
            token=settings.discord_token.reveal(),
            api_url=settings.discord_api_url,
            gateway_url=settings.discord_gateway_url,
            shards=settings.discord_shards,
        ),
    )


def _telegram(settings: Settings, context: AdapterContext) -> Adapter:
    from adapters.telegram import TelegramAdapter, TelegramSettings

    return TelegramAdapter(
        context,
        TelegramSettings(
            token=settings.telegram_token.reveal(),
            api_url=settings.telegram_api_url,
            webhook_secret=settings.telegram_webhook_secret.reveal(),
            public_url=settings.public_url,
        ),
    )


BUILDERS: Mapping[str, Builder] = {
    "slack": _slack,
    "discord": _discord,
    "telegram": _telegram,
}
