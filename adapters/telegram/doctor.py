"""What `allhands doctor` should know of the Telegram side, and what to do about it."""

from collections.abc import Mapping
from typing import Any

from telegram.error import ChatMigrated, TelegramError

from adapters import AdapterContext, Finding
from adapters.telegram.api import Api
from adapters.telegram.hearing import PLATFORM, ours
from adapters.telegram.target import chat_id
from bot.core.places import Place

_PRIVACY = (
    "Open @BotFather, /setprivacy, choose the bot, Disable; then remove the bot from its groups and add it again. "
    "Or make it an administrator of each group."
)


class Doctor:
    def __init__(self, context: AdapterContext, api: Api, webhook_url: str) -> None:
        self._context, self._api, self._webhook_url = context, api, webhook_url
        self._findings: list[Finding] = []

    async def findings(self) -> list[Finding]:
        try:
            me: Mapping[str, Any] = await self._api.call("getMe")
        except TelegramError as error:
            advice = (
                "Copy the token again from @BotFather (/mybots, your bot, API Token) into TELEGRAM_TOKEN."
            )
            return [Finding(False, f"Telegram does not accept the token: {error}", advice)]
        self._add(True, f"Telegram knows the bot as @{me.get('username') or me.get('first_name')}")
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
        title = chat.get("title", space.channel)
        self._add(
            bool(chat.get("is_forum")),
            f"The staff group {title} has topics",
            "Open the group's settings, switch Topics on. Without them each ticket is one card with replies under it.",
            is_fatal=False,
        )
        self._add(
            member.get("status") == "administrator",
            f"The bot is an administrator of {title}",
            "Make the bot an administrator of the group: without that it sees neither all messages nor reactions.",
        )
        if member.get("status") == "administrator":
            self._add(
                bool(member.get("can_manage_topics")),
                f"The bot may manage topics in {title}",
                "In the group's administrators, choose the bot and allow Manage Topics.",
                is_fatal=False,
            )
        await self._check_anonymous(space, str(title))

    async def _check_anonymous(self, space: Place, title: str) -> None:
        try:
            admins = await self._api.call("getChatAdministrators", {"chat_id": chat_id(space.channel)})
        except TelegramError:
            return
        hidden = [admin["user"].get("first_name", "?") for admin in admins if admin.get("is_anonymous")]
        self._add(
            not hidden,
            f"Nobody in {title} writes anonymously",
            f"Switch Remain Anonymous off for {', '.join(hidden)}: what they write is passed to nobody.",
            is_fatal=False,
        )

    async def _check_support_place(self, place: Place, me: Mapping[str, Any], reads_all: bool) -> None:
        chat, member = await self._chat_and_own_membership(place, me, "SUPPORT_PLACES")
        if chat is None:
            return
        title = chat.get("title", place.channel)
        is_admin = member.get("status") == "administrator"
        self._add(reads_all or is_admin, f"The bot reads every message in {title}", _PRIVACY)
        self._add(
            is_admin,
            f"The bot sees reactions in {title}",
            "Make the bot an administrator if reactions there should be passed on.",
            is_fatal=False,
        )

    async def _check_colleague_place(self, place: Place, me: Mapping[str, Any]) -> None:
        chat, member = await self._chat_and_own_membership(place, me, "COLLEAGUES")
        if chat is not None:
            self._add(
                member.get("status") == "administrator",
                f"The bot can look up who is in {chat.get('title', place.channel)}",
                "Make the bot an administrator: Telegram answers questions about members only to those.",
                is_fatal=False,
            )

    async def _chat_and_own_membership(
        self, place: Place, me: Mapping[str, Any], setting: str
    ) -> tuple[Mapping[str, Any] | None, Mapping[str, Any]]:
        """(None, {}) when the bot cannot see the chat, which then is a finding."""
        try:
            chat = await self._api.call("getChat", {"chat_id": chat_id(place.channel)})
            parameters = {"chat_id": chat_id(place.channel), "user_id": me["id"]}
            member = await self._api.call("getChatMember", parameters)
        except ChatMigrated as error:
            advice = f"The group became a supergroup: write telegram:{error.new_chat_id} into {setting}."
            self._add(False, f"The chat {place.channel} has another id now", advice)
            return None, {}
        except TelegramError as error:
            advice = (
                f"Add the bot to the group, and write the group's id (it begins with -100) into {setting}."
            )
            self._add(False, f"Telegram shows the bot no chat {place.channel}: {error}", advice)
            return None, {}
        return chat, member

    async def _check_webhook(self) -> None:
        try:
            info = await self._api.call("getWebhookInfo")
        except TelegramError:
            return
        url = info.get("url") or ""
        if not self._webhook_url:
            self._add(
                not url,
                "No webhook is set, as polling wants it",
                "Nothing to do if no other program uses this bot: the webhook is removed at start.",
                is_fatal=False,
            )
            return
        self._add(
            url in ("", self._webhook_url),
            "The webhook points here",
            "Another program set a webhook for this bot; it is replaced at start. Stop the other program.",
            is_fatal=False,
        )
        if failure := info.get("last_error_message"):
            advice = f"Check that Telegram reaches {self._webhook_url} from outside."
            self._add(False, f"Telegram's last delivery failed: {failure}", advice, is_fatal=False)
