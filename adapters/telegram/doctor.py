"""What `allhands doctor` should know of the Telegram side, and what to do about it."""

from collections.abc import Mapping
from typing import Any

from telegram.error import ChatMigrated, TelegramError

from adapters import AdapterContext, Finding
from adapters.fields import mapping, objects, words
from adapters.telegram.api import Api
from adapters.telegram.errors import WRONG_TOKEN
from adapters.telegram.hearing import PLATFORM, ours
from adapters.telegram.request import MissingError
from adapters.telegram.setup import no_such_bot
from adapters.telegram.target import chat_id
from bot.core.places import Place
from bot.core.texts import mark

_PRIVACY = mark(
    "Open @BotFather, /setprivacy, choose the bot, Disable; then remove the bot from its groups and add it again. "
    "Or make it an administrator of each group."
)


class Doctor:
    def __init__(self, context: AdapterContext, api: Api, webhook_url: str) -> None:
        self._context, self._api, self._webhook_url = context, api, webhook_url
        self._texts = context.texts
        self._findings: list[Finding] = []

    async def findings(self) -> list[Finding]:
        try:
            me = await self._api.look_up("getMe")
        except TelegramError as error:
            if not isinstance(error, WRONG_TOKEN):
                what = self._texts("Telegram does not answer: {error}", error=error)
                return [Finding(False, what, self._texts("Check the network and TELEGRAM_API_URL."))]
            if isinstance(error, MissingError):
                what = self._texts("There is no bot of this token: {error}", error=error)
                return [Finding(False, what, self._texts(no_such_bot().message))]
            what = self._texts("Telegram does not accept the token: {error}", error=error)
            advice = self._texts(
                "Copy the token again from @BotFather (/mybots, your bot, API Token) into TELEGRAM_TOKEN."
            )
            return [Finding(False, what, advice)]
        name = me.get("username") or me.get("first_name")
        self._add(True, self._texts("Telegram knows the bot as @{name}", name=name))
        reads_all = bool(me.get("can_read_all_group_messages"))
        await self._check_staff_space(me)
        for place in ours(self._context.support_places):
            await self._check_support_place(place, me, reads_all)
        for place in ours(self._context.colleague_places):
            await self._check_colleague_place(place, me)
        await self._check_webhook()
        return self._findings

    def _add(self, is_ok: bool, what: str, advice: str = "", *, is_fatal: bool = True) -> None:
        self._findings.append(Finding(is_ok, what, "" if is_ok else advice, is_fatal))

    async def _check_staff_space(self, me: Mapping[str, Any]) -> None:
        space = self._context.staff_space
        if space is None or space.platform != PLATFORM:
            return
        chat, member = await self._chat_and_own_membership(space, me, "STAFF_SPACE")
        if chat is None:
            return
        texts, title = self._texts, chat.get("title", space.channel)
        self._add(
            bool(chat.get("is_forum")),
            texts("The staff group {title} has topics", title=title),
            texts(
                "Open the group's settings, switch Topics on. Without them each ticket is one card with replies under "
                "it."
            ),
            is_fatal=False,
        )
        self._add(
            member.get("status") == "administrator",
            texts("The bot is an administrator of {title}", title=title),
            texts(
                "Make the bot an administrator of the group: without that it sees neither all messages nor reactions."
            ),
        )
        if member.get("status") == "administrator":
            self._add(
                bool(member.get("can_manage_topics")),
                texts("The bot may manage topics in {title}", title=title),
                texts("In the group's administrators, choose the bot and allow Manage Topics."),
                is_fatal=False,
            )
        await self._check_anonymous(space, str(title))

    async def _check_anonymous(self, space: Place, title: str) -> None:
        try:
            found = await self._api.call("getChatAdministrators", {"chat_id": chat_id(space.channel)})
        except TelegramError:
            return
        anonymous = (one for one in objects(found) if one.get("is_anonymous"))
        hidden = [words(mapping(one, "user"), "first_name") or "?" for one in anonymous]
        self._add(
            not hidden,
            self._texts("Nobody in {title} writes anonymously", title=title),
            self._texts(
                "Switch Remain Anonymous off for {names}: what they write is passed to nobody.",
                names=", ".join(hidden),
            ),
            is_fatal=False,
        )

    async def _check_support_place(self, place: Place, me: Mapping[str, Any], reads_all: bool) -> None:
        chat, member = await self._chat_and_own_membership(place, me, "SUPPORT_PLACES")
        if chat is None:
            return
        texts, title = self._texts, chat.get("title", place.channel)
        is_admin = member.get("status") == "administrator"
        self._add(
            reads_all or is_admin,
            texts("The bot reads every message in {title}", title=title),
            texts(_PRIVACY),
        )
        self._add(
            is_admin,
            texts("The bot sees reactions in {title}", title=title),
            texts("Make the bot an administrator if reactions there should be passed on."),
            is_fatal=False,
        )

    async def _check_colleague_place(self, place: Place, me: Mapping[str, Any]) -> None:
        chat, member = await self._chat_and_own_membership(place, me, "COLLEAGUES")
        if chat is not None:
            title = chat.get("title", place.channel)
            self._add(
                member.get("status") == "administrator",
                self._texts("The bot can look up who is in {title}", title=title),
                self._texts(
                    "Make the bot an administrator: Telegram answers questions about members only to those."
                ),
                is_fatal=False,
            )

    async def _chat_and_own_membership(
        self, place: Place, me: Mapping[str, Any], setting: str
    ) -> tuple[Mapping[str, Any] | None, Mapping[str, Any]]:
        """(None, {}) when the bot cannot see the chat, which then is a finding."""
        texts = self._texts
        try:
            chat = await self._api.look_up("getChat", {"chat_id": chat_id(place.channel)})
            parameters = {"chat_id": chat_id(place.channel), "user_id": me.get("id")}
            member = await self._api.look_up("getChatMember", parameters)
        except ChatMigrated as error:
            advice = texts(
                "The group became a supergroup: write {place} into {setting}.",
                place=f"{PLATFORM}:{error.new_chat_id}",
                setting=setting,
            )
            self._add(False, texts("The chat {chat} has another id now", chat=place.channel), advice)
            return None, {}
        except TelegramError as error:
            what = texts("Telegram shows the bot no chat {chat}: {error}", chat=place.channel, error=error)
            advice = texts(
                "Add the bot to the group, and write the group's id (it begins with -100) into {setting}.",
                setting=setting,
            )
            # Another server may have no such method; that says nothing about the group.
            is_fatal = not isinstance(error, MissingError)
            self._add(False, what, advice, is_fatal=is_fatal)
            return None, {}
        return chat, member

    async def _check_webhook(self) -> None:
        try:
            info = await self._api.look_up("getWebhookInfo")
        except TelegramError:
            return
        texts, url = self._texts, info.get("url") or ""
        if not self._webhook_url:
            self._add(
                not url,
                texts("No webhook is set, as polling wants it"),
                texts("Nothing to do if no other program uses this bot: the webhook is removed at start."),
                is_fatal=False,
            )
            return
        self._add(
            url in ("", self._webhook_url),
            texts("The webhook points here"),
            texts(
                "Another program set a webhook for this bot; it is replaced at start. Stop the other program."
            ),
            is_fatal=False,
        )
        if failure := info.get("last_error_message"):
            what = texts("Telegram's last delivery failed: {failure}", failure=failure)
            advice = texts("Check that Telegram reaches {url} from outside.", url=self._webhook_url)
            self._add(False, what, advice, is_fatal=False)
