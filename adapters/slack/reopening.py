"""Forms that came too late: pressing their button opens them, whatever process offered them."""

import asyncio

from adapters import AdapterContext
from adapters.slack import forms
from adapters.slack.answers import Answers
from adapters.slack.api import SLACK_ERRORS, error_code
from adapters.slack.payloads import Json


class Reopener:
    """Opens the form that a button carries; the desk asked for it already, so nothing is stored."""

    def __init__(self, answers: Answers, context: AdapterContext) -> None:
        self._answers = answers
        self._context = context
        self.under_way: set[asyncio.Task[None]] = set()

    def take(self, payload: Json) -> bool:
        """True when the payload was the press of such a button; the form opens in the background."""
        if payload.get("type") != "block_actions":
            return False
        action: Json = next(iter(payload.get("actions") or ()), {})
        if action.get("action_id") != forms.OPEN_FORM:
            return False
        carried = forms.from_value(str(action.get("value") or ""))
        if carried is not None:
            form, place = carried
            view = forms.view(form, place, self._context.words_for(form.language)("Cancel"))
            task = asyncio.create_task(self._open(str(payload.get("trigger_id") or ""), view))
            self.under_way.add(task)
            task.add_done_callback(self.under_way.discard)
        return True

    async def _open(self, trigger: str, view: Json) -> None:
        try:
            await self._answers.open_view(trigger, view)
        except SLACK_ERRORS as error:
            self._context.report("slack.form_not_opened", {"error": error_code(error)})
