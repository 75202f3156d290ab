"""usergroups.*"""

from sandbox.slack.methods.registry import Call, method
from sandbox.slack.model import Json


@method("usergroups.list", scopes=("usergroups:read",), tier=2, accepts_json=False)
def usergroups_list(call: Call) -> Json:
    workspace = call.workspace
    return {"usergroups": [_shown(workspace.team_id, *group) for group in workspace.groups.items()]}


def _shown(team_id: str, group_id: str, handle: str) -> Json:
    return {
        "id": group_id,
        "team_id": team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": handle.replace("-", " ").capitalize(),
        "description": "",
        "handle": handle,
        "is_external": False,
        "date_create": 1_700_000_000,
        "date_update": 1_700_000_000,
        "date_delete": 0,
        "auto_provision": False,
        "enterprise_subteam_id": "",
        "created_by": "USLACKBOT",
        "updated_by": "USLACKBOT",
        "prefs": {"channels": [], "groups": []},
        "channel_count": 0,
    }
