"""What a platform can show, declared by its adapter; nothing ever asks for a platform by name."""

from msgspec import Struct


class Capabilities(Struct, frozen=True):
    max_text_length: int
    """In the platform's own units; longer text is split into parts."""
    max_upload_bytes: int
    max_download_bytes: int
    has_private_answers: bool
    """A command can be answered so that only its giver sees it."""
    has_forms: bool
    has_home: bool
    has_threads: bool
    has_commands_in_threads: bool
    """False on Slack: there a command must name its ticket."""
    reports_deletions: bool
    reports_edits: bool
    can_look_up_sent: bool
    """After a lost reply it can find out whether the message arrived."""
    can_backfill: bool
    """History can be read for the time the bot was away."""
    awaits_answers: bool = False
    """A command that nothing answers looks as if it were still being worked on."""
    shows_speakers: bool = False
    """A message can stand under another name and picture than the bot's own."""
    reactions: frozenset[str] | None = None
    """The only emoji a bot may react with, or None when any."""
    command_names: tuple[tuple[str, str], ...] = ()
    """(our name, name on this platform) where they differ."""

    def command_name(self, name: str) -> str:
        return dict(self.command_names).get(name, name)
