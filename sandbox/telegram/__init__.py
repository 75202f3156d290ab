"""A local Telegram Bot API with the people who use it."""

from sandbox.telegram.server import TelegramServer

__all__ = ["TelegramServer"]
