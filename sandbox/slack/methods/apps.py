"""api.test, auth.test, apps.connections.open, team.info, bots.info and emoji.list."""

from sandbox.slack.methods.registry import Call, method
from sandbox.slack.model import ApiError, Json
from sandbox.slack.objects import bot_profile


@method("api.test", tier=4, needs_token=False)
def api_test(call: Call) -> Json:
    arguments = {key: value for key, value in call.arguments.items() if key != "token"}
    if error := call.text("error"):
        raise ApiError(error, args=arguments)
    return {"args": arguments}


@method("auth.test", tier=0)
def auth_test(call: Call) -> Json:
    workspace = call.workspace
    return {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.name,
        "user": workspace.bot.handle,
        "team_id": workspace.team_id,
        "user_id": workspace.bot.id,
        "bot_id": workspace.bot.bot_id,
        "is_enterprise_install": False,
    }


@method("apps.connections.open", tier=3, takes_app_token=True)
def connections_open(call: Call) -> Json:
    address = call.platform.address.replace("http", "ws", 1)
    ticket = call.platform.sockets.issue_ticket()
    return {"url": f"{address}/link/?ticket={ticket}&app_id={call.workspace.app_id}"}


@method("team.info", scopes=("team:read",))
def team_info(call: Call) -> Json:
    workspace = call.workspace
    if (asked := call.text("team")) and asked != workspace.team_id:
        raise ApiError("team_not_found")
    icon = {"image_default": True}
    team = {"id": workspace.team_id, "name": workspace.name, "domain": workspace.domain, "icon": icon}
    return {"team": {**team, "url": f"https://{workspace.domain}.slack.com/", "email_domain": ""}}


@method("bots.info", scopes=("users:read",), accepts_json=False)
def bots_info(call: Call) -> Json:
    if (asked := call.text("bot")) and asked != call.workspace.bot.bot_id:
        raise ApiError("bot_not_found")
    return {"bot": bot_profile(call.workspace)}


@method("emoji.list", scopes=("emoji:read",), tier=2, accepts_json=False)
def emoji_list(_call: Call) -> Json:
    return {"emoji": {}, "cache_ts": "1700000000.000000"}
