"""A form for trying out."""

from typing import Any


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "ticket",
    "title": plain("New ticket"),
    "submit": plain("Send"),
    "private_metadata": "kept",
    "blocks": [
        {
            "type": "input",
            "block_id": "title",
            "label": plain("Title"),
            "element": {"type": "plain_text_input", "action_id": "text", "max_length": 20},
        },
        {
            "type": "input",
            "block_id": "urgency",
            "optional": True,
            "label": plain("Urgency"),
            "element": {
                "type": "static_select",
                "action_id": "pick",
                "options": [{"text": plain("High"), "value": "high"}, {"text": plain("Low"), "value": "low"}],
            },
        },
    ],
}
