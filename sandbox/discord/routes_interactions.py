"""Answers to interactions: the first one, and everything done later with the interaction's token."""

from typing import Any

from aiohttp import web

from sandbox.discord.command_form import check_choices
from sandbox.discord.community import Community
from sandbox.discord.components import check_modal, numbered
from sandbox.discord.draft import Draft, read_draft, refuse_empty
from sandbox.discord.errors import UNKNOWN_WEBHOOK, ApiError, FormErrors
from sandbox.discord.forms import Forms
from sandbox.discord.interactions import Answer, Interaction, Interactions
from sandbox.discord.model import NO_FLAGS, Json, Message, MessageFlag
from sandbox.discord.posting import Posting
from sandbox.discord.rest import CREATING, POSTING, Route, answer, no_content, read_message_body
from sandbox.discord.speech import message_json
from sandbox.surface import Upload

_MOST_CHOICES = 25


class InteractionRoutes:
    def __init__(
        self, community: Community, interactions: Interactions, posting: Posting, forms: Forms
    ) -> None:
        self._community = community
        self._interactions = interactions
        self._posting = posting
        self._forms = forms

    def routes(self) -> list[Route]:
        at = "/webhooks/{application_id}/{token}"
        one = f"{at}/messages/{{message_id}}"
        return [
            Route("POST", "/interactions/{interaction_id}/{token}/callback", self.callback),
            Route("POST", at, self.follow_up, CREATING),
            Route("GET", one, self.message),
            Route("PATCH", one, self.edit, POSTING),
            Route("DELETE", one, self.delete),
        ]

    async def callback(self, request: web.Request) -> web.Response:
        """The first answer; raises 10062 after three seconds and 40060 when there was one."""
        match = request.match_info
        body, uploads = await read_message_body(request)
        interaction = self._interactions.find_to_answer(match["interaction_id"], match["token"])
        kind = self._read_type(interaction, body)
        message = self._carry_out(interaction, kind, body.get("data") or {}, uploads)
        self._interactions.acknowledge(interaction, kind)
        if request.query.get("with_response", "").lower() not in ("1", "true"):
            return no_content()
        return answer(self._callback_json(interaction, kind, message))

    def _read_type(self, interaction: Interaction, body: Json) -> Answer:
        errors = FormErrors()
        value: Any = body.get("type")
        errors.choice("type", value, tuple(int(one) for one in Answer))
        errors.raise_if_any()
        kind = Answer(value)
        if not interaction.allows(kind):
            message = "This interaction cannot be answered in this way"
            errors.add("type", "INTERACTION_RESPONSE_INVALID_TYPE", message)
        errors.raise_if_any()
        return kind

    def _carry_out(
        self, interaction: Interaction, kind: Answer, data: Json, uploads: dict[int, Upload]
    ) -> Message | None:
        if kind is Answer.MESSAGE:
            draft = read_draft(data, uploads)
            refuse_empty(draft)
            return self._interactions.answer_with_message(interaction, draft, is_deferred=False)
        if kind is Answer.DEFERRED_MESSAGE:
            is_private = bool(data.get("flags", 0) & MessageFlag.EPHEMERAL)
            draft = Draft(is_ephemeral=is_private)
            return self._interactions.answer_with_message(interaction, draft, is_deferred=True)
        if kind is Answer.UPDATE:
            previous = interaction.source.flags if interaction.source else NO_FLAGS
            draft = read_draft(data, uploads, previous_flags=previous)
            return self._interactions.answer_with_update(interaction, draft)
        if kind is Answer.DEFERRED_UPDATE:
            return self._interactions.answer_with_update(interaction, None)
        if kind is Answer.CHOICES:
            interaction.choices = self._read_choices(data)
        else:
            self._open_form(interaction, data)
        return None

    def _read_choices(self, data: Json) -> list[Json]:
        errors = FormErrors()
        choices: Any = data.get("choices")
        if not isinstance(choices, list):
            errors.required("data.choices")
            choices = []
        if len(choices) > _MOST_CHOICES:
            errors.add("data.choices", "BASE_TYPE_MAX_LENGTH", f"Must be {_MOST_CHOICES} or fewer in length.")
        check_choices(choices, "data.choices", errors)
        errors.raise_if_any()
        return list(choices)

    def _open_form(self, interaction: Interaction, data: Json) -> None:
        errors = FormErrors()
        check_modal(data, errors)
        errors.raise_if_any()
        interaction.modal = data | {"components": numbered(data["components"])}
        self._forms.open(interaction, interaction.modal)

    def _callback_json(self, interaction: Interaction, kind: Answer, message: Message | None) -> Json:
        about: Json = {"id": interaction.id, "type": int(interaction.kind)}
        resource: Json = {"type": int(kind)}
        if message is not None and kind in (Answer.MESSAGE, Answer.DEFERRED_MESSAGE):
            about["response_message_id"] = message.id
            about["response_message_loading"] = kind is Answer.DEFERRED_MESSAGE
            about["response_message_ephemeral"] = bool(message.only_for)
        if message is not None and kind is not Answer.DEFERRED_UPDATE:
            resource["message"] = message_json(self._community, message)
        return {"interaction": about, "resource": resource}

    # With the token, for a quarter of an hour

    def _interaction(self, request: web.Request) -> Interaction:
        if request.match_info["application_id"] != self._community.application_id:
            raise ApiError(UNKNOWN_WEBHOOK)
        interaction = self._interactions.find_by_token(request.match_info["token"])
        if interaction.answer is None:
            raise ApiError(UNKNOWN_WEBHOOK)
        return interaction

    def _found(self, request: web.Request) -> tuple[Interaction, Message]:
        interaction = self._interaction(request)
        message_id = request.match_info["message_id"]
        if message_id == "@original":
            return interaction, self._interactions.original(interaction)
        return interaction, self._interactions.message(interaction, message_id)

    async def follow_up(self, request: web.Request) -> web.Response:
        interaction = self._interaction(request)
        body, uploads = await read_message_body(request)
        draft = read_draft(body, uploads)
        refuse_empty(draft)
        return answer(message_json(self._community, self._interactions.follow_up(interaction, draft)))

    async def message(self, request: web.Request) -> web.Response:
        return answer(message_json(self._community, self._found(request)[1]))

    async def edit(self, request: web.Request) -> web.Response:
        _, message = self._found(request)
        body, uploads = await read_message_body(request)
        draft = read_draft(body, uploads, previous_flags=message.flags)
        return answer(message_json(self._community, self._posting.edit(message, draft)))

    async def delete(self, request: web.Request) -> web.Response:
        _, message = self._found(request)
        self._posting.delete([message])
        return no_content()
