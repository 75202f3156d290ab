"""assistant.threads.*: what the app shows while it works, and what it suggests to say."""

from sandbox.slack.methods.registry import Call, method
from sandbox.slack.model import ApiError, Channel, Json

MOST_PROMPTS = 4


def _thread(call: Call) -> tuple[Channel, str]:
    channel = call.workspace.channel_for_bot(call.text("channel_id"))
    thread_ts = call.text("thread_ts")
    if thread_ts and thread_ts not in channel.posts:
        raise ApiError("invalid_thread_ts")
    return channel, thread_ts


@method(
    "assistant.threads.setStatus",
    required=("channel_id", "thread_ts"),
    scopes=("chat:write", "assistant:write"),
    tier=0,
)
def set_status(call: Call) -> Json:
    """An empty status clears it; so does the next message in the thread."""
    channel, thread_ts = _thread(call)
    status = call.text("status")
    if status:
        call.workspace.statuses[channel.id, thread_ts] = status
    else:
        call.workspace.statuses.pop((channel.id, thread_ts), None)
    room = f"{channel.id}:{thread_ts}"
    call.happenings.world.journal.add("slack", "status", room, text=status)
    return {}


@method(
    "assistant.threads.setTitle", required=("channel_id", "thread_ts", "title"), scopes=("assistant:write",)
)
def set_title(call: Call) -> Json:
    channel, thread_ts = _thread(call)
    call.happenings.world.journal.add("slack", "thread", channel.id, ts=thread_ts, title=call.text("title"))
    return {}


@method(
    "assistant.threads.setSuggestedPrompts", required=("channel_id",), scopes=("assistant:write",), tier=4
)
def set_suggested_prompts(call: Call) -> Json:
    channel, thread_ts = _thread(call)
    prompts = call.json("prompts")
    if not isinstance(prompts, list) or not 1 <= len(prompts) <= MOST_PROMPTS:
        message = f"[ERROR] must have between 1 and {MOST_PROMPTS} items [json-pointer:/prompts]"
        raise ApiError("invalid_arguments", messages=[message])
    for number, prompt in enumerate(prompts):
        if not isinstance(prompt, dict) or not prompt.get("title") or not prompt.get("message"):
            message = f"[ERROR] missing required field: title or message [json-pointer:/prompts/{number}]"
            raise ApiError("invalid_arguments", messages=[message])
    room = f"{channel.id}:{thread_ts}" if thread_ts else channel.id
    call.workspace.prompts[room] = [
        {"title": str(one["title"]), "message": str(one["message"])} for one in prompts
    ]
    call.happenings.world.journal.add("slack", "status", room, prompts=len(prompts))
    return {}
