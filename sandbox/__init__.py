"""Local Slack, Discord and Telegram servers with one web page, for trying out, tests and benchmarks.

Nothing here knows the bot: it speaks the platforms' own protocols on loopback, and the bot runs its real
SDKs against it. `surface.py` is what a person can do on a platform, the same three times over.
"""
