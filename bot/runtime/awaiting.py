"""Who waits for the result of an action, as the event it comes back as will name them."""

from bot.core.actions import Action, EditCopy, RemoveCopy, Search


def missed(action: Action) -> tuple[str, str]:
    """(purpose, subject) when somebody must know that it failed, else two empty texts."""
    if isinstance(action, EditCopy | RemoveCopy) and action.conversation_id is not None:
        return "change", str(action.message_id)
    return awaited(action)


def awaited(action: Action) -> tuple[str, str]:
    """(purpose, subject) when somebody waits for the result, else two empty texts."""
    if action.kind in ("open_desk", "refresh_desk"):
        purpose = "thread" if action.kind == "open_desk" else "card"
        return purpose, str(action.ticket_id)
    if isinstance(action, EditCopy) and action.before is not None:
        # Files that are new in an edit can be lost like any.
        return "change", str(action.message_id)
    if isinstance(action, Search):
        return action.purpose, str(action.message_id)
    purpose = getattr(action, "purpose", "")
    return purpose, getattr(action, "subject", "") if purpose else ""
