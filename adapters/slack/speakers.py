"""Under whose name and picture a message stands: Slack lets an app with chat:write.customize choose both.

Where it may not, the name is in the words. Slack may refuse the wish or pass over it in silence, so each answer is
looked at; and an edit keeps what the message stands under (docs.slack.dev/reference/methods/chat.postMessage).
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from cachetools import LRUCache
from slack_sdk.errors import SlackApiError

from adapters.slack.api import SLACK_ERRORS, Api, error_code
from adapters.slack.payloads import Json
from adapters.slack.render import Part, visible_name
from adapters.slack.sent import look_up
from bot.core.content import Speaker
from bot.core.places import MessageAt

SCOPE = "chat:write.customize"
_REMEMBERED = 20_000
_LONGEST_ADDRESS = 2000


class Speakers:
    """What this app may choose, and which messages stand under somebody's name."""

    def __init__(self, api: Api, report: Callable[[str, dict[str, object]], None]) -> None:
        self._api = api
        self._report = report
        self._is_refused = False
        self._named: LRUCache[tuple[str, str], bool] = LRUCache(_REMEMBERED)

    @property
    def may_choose(self) -> bool:
        """Until Slack shows otherwise; who runs it is told once."""
        scopes = self._api.known_me.scopes if self._api.known_me else None
        if scopes is not None and SCOPE not in scopes:
            self.refused()
        return not self._is_refused

    def refused(self) -> None:
        if not self._is_refused:
            self._is_refused = True
            self._report("slack.names_in_words", {"missing": SCOPE})

    def is_refusal(self, error: SlackApiError) -> bool:
        return error_code(error) == "missing_scope" and SCOPE in str(error.response.get("needed"))

    def is_shown(self, answer: Json) -> bool:
        """Whether the message that Slack made stands under the name that was asked for."""
        message = answer.get("message")
        if isinstance(message, dict):
            return bool(message.get("username"))
        return self._api.known_me is not None and SCOPE in (self._api.known_me.scopes or ())

    def note(self, channel: str, ts: str, *, is_named: bool) -> None:
        self._named[channel, ts] = is_named

    async def stands_over(self, message: MessageAt) -> bool:
        """Whether a name stands over a message that the bot sent; asks Slack about one of an earlier process."""
        known = self._named.get((message.place.channel, message.id))
        if known is not None:
            return known
        try:
            found = await look_up(self._api.reading, message)
        except SLACK_ERRORS:
            # A name that stands there twice is better than none.
            return False
        is_named = bool(found.get("username"))
        self.note(message.place.channel, message.id, is_named=is_named)
        return is_named


def naming(part: Part) -> Json:
    """The arguments that put a part under its speaker's name."""
    if part.speaker is None:
        return {}
    named: Json = {"username": visible_name(part.speaker.name)}
    if (picture := _picture(part.speaker)) is not None:
        named["icon_url"] = picture
    return named


def _picture(speaker: Speaker) -> str | None:
    address = speaker.avatar_url
    is_address = len(address) <= _LONGEST_ADDRESS and address.isascii() and address.isprintable()
    return address if is_address and urlsplit(address).scheme == "https" else None
