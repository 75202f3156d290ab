"""Telegram, by python-telegram-bot."""

from adapters.telegram.adapter import TelegramAdapter, TelegramSettings

__all__ = ["TelegramAdapter", "TelegramSettings"]
