"""Answering the one who acted: privately where they are, else in their direct chat; forms and the App Home."""

from collections.abc import Sequence

import aiohttp
from msgspec.structs import replace
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters import AdapterContext, Attempt
from adapters.addresses import whole
from adapters.slack import forms
from adapters.slack.api import SDK_LOGGER, SLACK_ERRORS, Api, error_code
from adapters.slack.interactions import reply_of
from adapters.slack.payloads import Json
from adapters.slack.positions import Positions
from adapters.slack.posts import Poster, drawn
from adapters.slack.refusals import refusal_of
from adapters.slack.render import Part, home_blocks, shortened
from bot.core.content import Content
from bot.core.events import Handle
from bot.core.outgoing import Answer, OpenForm, Receipt, Refusal, SendError, ShowHome
from bot.core.places import Identity, Place, direct_to

_TOO_LATE = frozenset({"expired_trigger_id", "trigger_expired", "invalid_trigger_id", "exchanged_trigger_id"})


class Answers:
    """Raises SendError. An ephemeral message cannot be found again, so one whose reply was lost may appear twice."""

    def __init__(self, api: Api, poster: Poster, positions: Positions, context: AdapterContext) -> None:
        self._api = api
        self._poster = poster
        self._positions = positions
        self._context = context

    async def perform(self, outgoing: Answer | OpenForm | ShowHome, attempt: Attempt) -> Receipt:
        match outgoing:
            case Answer():
                return await self.answer(outgoing, attempt)
            case OpenForm():
                return await self.open_form(outgoing, attempt)
            case ShowHome():
                return await self.show_home(outgoing)

    async def answer(self, answer: Answer, attempt: Attempt) -> Receipt:
        if answer.place.is_direct:
            # Nobody else is there, and what is not ephemeral stays when the page is loaded again.
            return await self._in_direct_chat(answer, attempt)
        if not answer.is_private:
            return await self._in_public(answer, attempt)
        if answer.content.files:
            return await self._poster.post(direct_to(answer.identity), answer.content, attempt)
        return await self._in_private(answer, await drawn(answer.content), attempt)

    async def _in_direct_chat(self, answer: Answer, attempt: Attempt) -> Receipt:
        place = answer.place if answer.place.channel else direct_to(answer.identity)
        try:
            return await self._poster.post(place, answer.content, attempt)
        except SendError as error:
            if error.refusal not in {Refusal.PLACE_GONE, Refusal.NOT_ALLOWED}:
                raise
            # A command can be given in a chat between two people, where the bot is not.
            return await self._poster.post(direct_to(answer.identity), answer.content, attempt)

    async def _in_public(self, answer: Answer, attempt: Attempt) -> Receipt:
        try:
            return await self._poster.post(answer.place, answer.content, attempt)
        except SendError as error:
            if error.refusal not in {Refusal.PLACE_GONE, Refusal.NOT_ALLOWED}:
                raise
            return await self._in_private(answer, await drawn(answer.content), attempt)

    async def _in_private(self, answer: Answer, shown: Sequence[Part], attempt: Attempt) -> Receipt:
        # How many parts of it were shown in an earlier try is not known: they have no names.
        is_repeat_possible = attempt.is_uncertain
        for part in shown:
            if await self._respond(answer.handle, part):
                continue
            if await self._show_to(answer.identity, answer.place, part):
                continue
            receipt = await self._poster.post(direct_to(answer.identity), answer.content, attempt)
            return replace(receipt, is_repeat_possible=receipt.is_repeat_possible or part is not shown[0])
        return Receipt(is_repeat_possible=is_repeat_possible)

    async def _respond(self, handle: Handle | None, part: Part) -> bool:
        """Answer at the response_url; False when there is none or Slack takes no more there."""
        reply = reply_of(handle)
        if not reply.url or handle is None or (handle.expires_at and handle.expires_at < self._context.now()):
            return False
        client = AsyncWebhookClient(
            whole(reply.url, self._api.address),
            session=self._api.session,
            logger=SDK_LOGGER,
            retry_handlers=[],
        )
        body: Json = {
            "response_type": "ephemeral",
            "replace_original": False,
            "text": part.text,
            "blocks": [*part.blocks],
        }
        if reply.thread:
            body["thread_ts"] = reply.thread
        try:
            answer = await client.send_dict(body)
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL):
            # Nothing was said; the Web API is another server, and can show the same.
            return False
        except SLACK_ERRORS as error:
            raise self._poster.failure(error) from error
        if answer.status_code == 429:
            raise SendError("slack: ratelimited", retry_after_seconds=1.0)
        if answer.status_code >= 500:
            raise SendError(f"slack: status {answer.status_code}", is_uncertain=True)
        return answer.status_code == 200

    async def _show_to(self, identity: Identity, place: Place, part: Part) -> bool:
        """Post it for one person only; False where they or the bot are not."""
        if not place.channel:
            return False
        # In a thread without replies nobody would see it.
        is_threaded = place.thread and self._positions.at(place.key)
        message: Json = {
            "channel": place.channel,
            "user": identity.external_id,
            "text": part.text,
            "blocks": part.blocks,
        }
        if is_threaded:
            message["thread_ts"] = place.thread
        try:
            await self._api.say("chat.postEphemeral", message)
        except SlackApiError as error:
            made = self._poster.failure(error)
            if made.is_permanent:
                return False
            raise made from error
        except SLACK_ERRORS as error:
            raise self._poster.failure(error) from error
        return True

    # -- forms

    async def open_form(self, opening: OpenForm, attempt: Attempt) -> Receipt:
        """Open the modal while Slack lets us (three seconds); later offer a button that opens it."""
        reply = reply_of(opening.handle)
        view = forms.view(
            opening.form, opening.place, self._context.words_for(opening.form.language)("Cancel")
        )
        if reply.trigger and self._context.now().timestamp() < reply.trigger_expires_at:
            try:
                if await self.open_view(reply.trigger, view):
                    return Receipt()
            except SLACK_ERRORS as error:
                raise self._poster.failure(error, is_harmless=True) from error
        return await self._offer_form(opening, attempt)

    async def open_view(self, trigger: str, view: Json) -> bool:
        """Open a modal; False when it is too late. Raises what the Web API raises."""
        try:
            await self._api.say("views.open", {"trigger_id": trigger, "view": view})
        except SlackApiError as error:
            if error_code(error) in _TOO_LATE:
                return False
            raise
        return True

    async def _offer_form(self, opening: OpenForm, attempt: Attempt) -> Receipt:
        """Ask again: with a button that carries the form, or with the first question when it is too long for one."""
        texts, form = self._context.words_for(opening.form.language), opening.form
        content = Content(text=f"**{form.title}**")
        value = forms.to_value(form, opening.place)
        if value is None:
            question = form.fields[0].label if form.fields else form.title
            shown = await drawn(Content(text=f"{content.text}\n\n{question}"))
        else:
            button: Json = {
                "type": "button",
                "action_id": forms.OPEN_FORM,
                "style": "primary",
                "value": value,
                "text": {"type": "plain_text", "text": shortened(texts("Open the form"), 75)},
            }
            first = (await drawn(content))[0]
            shown = [replace(first, blocks=(*first.blocks, {"type": "actions", "elements": [button]}))]
        answer = Answer(opening.place, opening.identity, content, opening.handle)
        if opening.place.is_direct:
            place = opening.place if opening.place.channel else direct_to(opening.identity)
            return await self._poster.post_parts(place, shown, (), attempt)
        return await self._in_private(answer, shown, attempt)

    # -- the App Home

    async def show_home(self, showing: ShowHome) -> Receipt:
        view = {"type": "home", "blocks": home_blocks(showing.sections)}
        try:
            shown = {"user_id": showing.identity.external_id, "view": view}
            await self._api.say("views.publish", shown)
        except SlackApiError as error:
            if refusal_of(error_code(error)) is Refusal.NOT_ALLOWED:
                # The Home tab is switched off: there is nothing to draw on.
                return Receipt()
            raise self._poster.failure(error, is_harmless=True) from error
        except SLACK_ERRORS as error:
            raise self._poster.failure(error, is_harmless=True) from error
        return Receipt()
