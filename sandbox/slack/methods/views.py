"""views.*"""

from sandbox.slack.methods.registry import Call, method
from sandbox.slack.model import ApiError, Json
from sandbox.slack.objects import view_json


def _view(call: Call) -> object:
    asked = call.json("view")
    if asked is None:
        raise ApiError("invalid_arguments", messages=["[ERROR] missing required field: view"])
    return asked


def _trigger(call: Call) -> str:
    return call.text("trigger_id") or call.text("interactivity_pointer")


@method("views.open", tier=4)
def views_open(call: Call) -> Json:
    if not _trigger(call):
        raise ApiError("invalid_arguments", messages=["[ERROR] missing required field: trigger_id"])
    return {"view": view_json(call.workspace, call.platform.views.open(_trigger(call), _view(call)))}


@method("views.push", tier=4)
def views_push(call: Call) -> Json:
    if not _trigger(call):
        raise ApiError("invalid_arguments", messages=["[ERROR] missing required field: trigger_id"])
    return {"view": view_json(call.workspace, call.platform.views.push(_trigger(call), _view(call)))}


@method("views.update", tier=4)
def views_update(call: Call) -> Json:
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if not view_id and not external_id:
        raise ApiError("invalid_arguments", messages=["[ERROR] missing required field: view_id"])
    view = call.platform.views.update(view_id, external_id, _view(call), call.text("hash"))
    return {"view": view_json(call.workspace, view)}


@method("views.publish", required=("user_id",), tier=4)
def views_publish(call: Call) -> Json:
    if not call.platform.manifest.has_home:
        raise ApiError("not_enabled")
    if (person := call.text("user_id")) not in call.workspace.users:
        raise ApiError("invalid_arguments", messages=["invalid `user_id`"])
    view = call.platform.views.publish(person, _view(call), call.text("hash"))
    return {"view": view_json(call.workspace, view)}
