"""The app's event subscriptions: each happening is wrapped in an `event_callback` and handed to the deliveries."""

import base64
from dataclasses import dataclass

from sandbox.slack.deliveries import Deliveries
from sandbox.slack.manifest import Manifest
from sandbox.slack.model import Channel, Json
from sandbox.slack.parcels import Parcel
from sandbox.slack.workspace import Workspace
from sandbox.world import World

CHANNEL_TYPES = {"channel": "channel", "group": "group", "im": "im"}
MESSAGE_EVENTS = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


@dataclass(slots=True)
class Feed:
    world: World
    workspace: Workspace
    manifest: Manifest
    deliveries: Deliveries
    verification_token: str
    _duplicates: int = 0

    def message(self, channel: Channel, event: Json) -> None:
        """A message event in this channel, if the app is in it."""
        if self.workspace.is_bot_in(channel):
            full = {**event, "channel": channel.id, "channel_type": CHANNEL_TYPES[channel.kind]}
            self.publish(
                MESSAGE_EVENTS[channel.kind], {**full, "event_ts": event.get("event_ts", event["ts"])}
            )

    def publish(self, subscription: str, event: Json) -> None:
        """Deliver the event if the app subscribes to it."""
        if subscription not in self.manifest.events:
            return
        payload = self._wrap(event)
        self.deliveries.send(self._parcel(payload))
        if self.world.faults["slack"].take("duplicate_deliveries"):
            self.deliveries.send(self._duplicate(payload))

    def _duplicate(self, payload: Json) -> Parcel:
        """The event once more: as a retry, or (every second time, for messages) as if it were another event."""
        self._duplicates += 1
        if self._duplicates % 2 == 0 and payload["event"]["type"] == "message":
            # github.com/slackapi/node-slack-sdk/issues/2141: one message, several event ids, no retry header.
            return self._parcel({**payload, "event_id": self.workspace.new_id("Ev")})
        parcel = self._parcel(payload)
        parcel.attempt, parcel.reason = 1, "timeout"
        return parcel

    def _parcel(self, payload: Json) -> Parcel:
        return Parcel("events_api", payload, self.workspace.now())

    def _wrap(self, event: Json) -> Json:
        workspace = self.workspace
        context = f"4-{event['type']}-{workspace.team_id}-{workspace.app_id}".encode()
        return {
            "token": self.verification_token,
            "team_id": workspace.team_id,
            "context_team_id": workspace.team_id,
            "context_enterprise_id": None,
            "api_app_id": workspace.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": workspace.new_id("Ev"),
            "event_time": int(workspace.now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": workspace.team_id,
                    "user_id": workspace.bot.id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
            "event_context": base64.b64encode(context).decode(),
        }
