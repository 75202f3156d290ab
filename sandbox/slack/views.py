"""Modals and the App Home: who may open one, what lies on top of what, and when it goes."""

import secrets
import time
from dataclasses import dataclass, replace
from typing import Any

from sandbox.slack.contents import fill_in
from sandbox.slack.model import ApiError, Json, Trigger, View
from sandbox.slack.view_rules import read_view
from sandbox.slack.workspace import Workspace
from sandbox.world import World

TRIGGER_SECONDS = 3.0
REMEMBERED_SECONDS = 600.0
"""So long Slack's error still says that a trigger was used or is too old."""
MOST_VIEWS = 3


@dataclass(slots=True)
class Views:
    world: World
    workspace: Workspace

    # -- triggers

    def new_trigger(self, person: str, *, channel: str = "", view: str = "") -> str:
        """What lets the app open a modal in front of this person, once, within three seconds."""
        trigger_id = f"{int(time.time() * 1000)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        now, triggers = self.workspace.now(), self.workspace.triggers
        triggers[trigger_id] = Trigger(trigger_id, person, now, view, channel)
        while (oldest := next(iter(triggers.values()))).made_at < now - REMEMBERED_SECONDS:
            del triggers[oldest.id]
        return trigger_id

    def use_trigger(self, trigger_id: str) -> Trigger:
        """Raises ApiError invalid_trigger_id, exchanged_trigger_id or expired_trigger_id."""
        if (trigger := self.workspace.triggers.get(trigger_id)) is None:
            raise ApiError("invalid_trigger_id")
        if trigger.is_used:
            raise ApiError("exchanged_trigger_id")
        if self.workspace.now() - trigger.made_at > TRIGGER_SECONDS:
            raise ApiError("expired_trigger_id")
        trigger.is_used = True
        return trigger

    # -- what the app does

    def open(self, trigger_id: str, asked: Any) -> View:
        payload = self._read(asked, "modal")
        trigger = self.use_trigger(trigger_id)
        view = self._new(trigger.person, payload, channel=trigger.channel)
        self._close_all(trigger.person)
        return self._show(view)

    def push(self, trigger_id: str, asked: Any) -> View:
        """Raises ApiError not_found when no modal is open there and push_limit_reached beyond three."""
        payload = self._read(asked, "modal")
        trigger = self.use_trigger(trigger_id)
        stack = self.workspace.open_views.get(trigger.person, [])
        if not stack or not trigger.view:
            raise ApiError("not_found")
        if len(stack) >= MOST_VIEWS:
            raise ApiError("push_limit_reached")
        return self.push_on(self.workspace.views[stack[-1]], payload)

    def push_on(self, below: View, payload: Json) -> View:
        view = self._new(below.person, payload, channel=below.channel)
        return self._show(replace(view, root_id=below.root_id, previous_id=below.id))

    def update(self, view_id: str, external_id: str, asked: Any, known_hash: str) -> View:
        """Raises ApiError not_found or hash_conflict."""
        view = self._find(view_id, external_id)
        payload = self._read(asked, "modal", "home", besides=view.id)
        if known_hash and known_hash != view.hash:
            raise ApiError("hash_conflict")
        return self.replace(view, payload)

    def replace(self, view: View, payload: Json) -> View:
        view.payload, view.hash, view.errors = self._filled(payload), self._new_hash(), {}
        self._journal(view)
        return view

    def publish(self, person: str, asked: Any, known_hash: str) -> View:
        payload = self._read(asked, "home")
        home = self.workspace.homes.get(person)
        if home is None:
            home = self._new(person, payload)
            self.workspace.homes[person] = home
            self.workspace.views[home.id] = home
        elif known_hash and known_hash != home.hash:
            raise ApiError("hash_conflict")
        home.payload, home.hash = self._filled(payload), self._new_hash()
        self.world.journal.add("slack", "home", self.workspace.dm(person).id, person=person)
        return home

    # -- what the person does, and what an answer to it makes happen

    def top(self, person: str) -> View | None:
        stack = self.workspace.open_views.get(person, [])
        return self.workspace.views[stack[-1]] if stack else None

    def close(self, view: View) -> None:
        """Take the view away; what lay below comes back."""
        stack = self.workspace.open_views.get(view.person, [])
        if view.id in stack:
            stack.remove(view.id)
        self.workspace.views.pop(view.id, None)
        self.world.journal.add("slack", "form", view.channel, person=view.person, closed=view.id)

    def _close_all(self, person: str) -> None:
        for view_id in list(self.workspace.open_views.get(person, [])):
            self.close(self.workspace.views[view_id])

    def clear(self, view: View) -> None:
        self._close_all(view.person)

    def apply(self, view: View, answer: Json) -> None:
        """Do what the app answered to a submission; raises ApiError for an answer Slack would not take."""
        match answer.get("response_action"):
            case None:
                self.close(view)
            case "clear":
                self.clear(view)
            case "errors":
                self._show_errors(view, answer.get("errors"))
            case "update":
                self.replace(view, self._read(answer.get("view"), "modal", besides=view.id))
            case "push":
                if len(self.workspace.open_views[view.person]) >= MOST_VIEWS:
                    raise ApiError("push_limit_reached")
                self.push_on(view, self._read(answer.get("view"), "modal"))
            case _:
                raise ApiError("invalid_arguments")

    def _show_errors(self, view: View, errors: Any) -> None:
        block_ids = {block["block_id"] for block in view.payload["blocks"] if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not set(errors) <= block_ids:
            raise ApiError("invalid_arguments")
        view.errors = {str(block_id): str(text) for block_id, text in errors.items()}
        self._journal(view)

    # -- inside

    def _read(self, asked: Any, *types: str, besides: str = "") -> Json:
        payload = read_view(asked, *types)
        external_id = payload.get("external_id")
        taken = (view for view in self.workspace.views.values() if view.id != besides)
        if external_id and any(view.external_id == external_id for view in taken):
            raise ApiError("duplicate_external_id")
        return payload

    def _find(self, view_id: str, external_id: str) -> View:
        for view in self.workspace.views.values():
            if view.id == view_id or (external_id and view.external_id == external_id):
                return view
        raise ApiError("not_found")

    def _new(self, person: str, payload: Json, *, channel: str = "") -> View:
        view_id = self.workspace.new_id("V")
        return View(view_id, person, self._filled(payload), self._new_hash(), view_id, channel=channel)

    def _show(self, view: View) -> View:
        self.workspace.views[view.id] = view
        self.workspace.open_views.setdefault(view.person, []).append(view.id)
        self._journal(view)
        return view

    def _journal(self, view: View) -> None:
        kind = "home" if view.payload["type"] == "home" else "form"
        self.world.journal.add("slack", kind, view.channel, person=view.person, view=view.id)

    def _filled(self, payload: Json) -> Json:
        return {**payload, "blocks": [fill_in(block) for block in payload["blocks"]]}

    def _new_hash(self) -> str:
        return f"{int(time.time())}.{secrets.token_hex(4)}"
