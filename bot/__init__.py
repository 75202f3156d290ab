"""Allhands: one support desk inside Slack, Discord and Telegram."""
