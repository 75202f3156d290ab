"""What the gateway tells of guilds, and what is known after it."""

from typing import Any

from adapters.discord.guilds import Guilds
from adapters.discord.rooms import RoomKind
from adapters.discord.shards import Shard, shards_of

ONE, OTHER = str(1 << 22), str(2 << 22)
"""In shards 1 and 2 of 3."""


def _guild(guild_id: str = ONE, **changes: Any) -> dict[str, Any]:
    return {
        "id": guild_id,
        "owner_id": "9",
        "premium_tier": 2,
        "roles": [
            {"id": guild_id, "name": "@everyone", "permissions": "1024"},
            {"id": "5", "name": "Allhands", "permissions": "0", "tags": {"bot_id": "77"}},
        ],
        "emojis": [{"id": "6", "name": "party"}],
        "channels": [
            {"id": guild_id + "1", "type": 0, "name": "help", "last_message_id": "100"},
            {"id": guild_id + "2", "type": 15, "name": "desk"},
        ],
        "threads": [
            {"id": guild_id + "3", "type": 11, "name": "Oil", "parent_id": guild_id + "2", "owner_id": "8"}
        ],
        **changes,
    }


def _told(*events: tuple[str, dict[str, Any]]) -> Guilds:
    guilds = Guilds()
    for kind, data in events:
        assert guilds.take(kind, data)
    return guilds


def test_a_guild_comes_with_its_rooms_roles_and_emojis() -> None:
    guilds = _told(("GUILD_CREATE", _guild()))
    room = guilds.room(ONE + "3")
    assert room is not None
    assert (room.kind, room.parent, room.owner, room.guild) == (RoomKind.THREAD, ONE + "2", "8", ONE)
    guild = guilds.guild(ONE)
    assert guild is not None
    assert (guild.owner, guild.upload_bytes) == ("9", 50 * 1024 * 1024)
    assert (guilds.emoji("party"), guilds.emoji("parrot")) == ("party:6", "")
    assert (guilds.bots_roles("77"), guilds.role_name("5")) == (frozenset({"5"}), "Allhands")
    assert [one.id for one in guilds.threads_in(ONE + "2")] == [ONE + "3"]


def test_roles_come_change_and_go() -> None:
    guilds = _told(("GUILD_CREATE", _guild()))
    assert guilds.bots_roles("77") == {"5"}
    made = {"id": "7", "name": "Second", "permissions": "8", "tags": {"bot_id": "77"}}
    assert guilds.take("GUILD_ROLE_CREATE", {"guild_id": ONE, "role": made})
    assert guilds.bots_roles("77") == {"5", "7"}
    assert guilds.take("GUILD_ROLE_DELETE", {"guild_id": ONE, "role_id": "5"})
    assert (guilds.bots_roles("77"), guilds.role_name("5")) == (frozenset({"7"}), "")


def test_an_archived_thread_is_let_go_and_one_that_is_woken_comes_back() -> None:
    thread = {"id": ONE + "3", "type": 11, "parent_id": ONE + "2", "guild_id": ONE}
    guilds = _told(
        ("GUILD_CREATE", _guild()), ("THREAD_UPDATE", thread | {"thread_metadata": {"archived": True}})
    )
    assert guilds.room(ONE + "3") is None
    assert guilds.take("THREAD_UPDATE", thread | {"thread_metadata": {"archived": False}})
    assert guilds.room(ONE + "3") is not None


def test_with_a_channel_go_its_threads() -> None:
    guilds = _told(("GUILD_CREATE", _guild()), ("CHANNEL_DELETE", {"id": ONE + "2", "guild_id": ONE}))
    assert (guilds.room(ONE + "2"), guilds.room(ONE + "3")) == (None, None)
    assert guilds.room(ONE + "1") is not None


def test_an_outage_takes_nothing_away_and_leaving_takes_everything() -> None:
    guilds = _told(("GUILD_CREATE", _guild()), ("GUILD_DELETE", {"id": ONE, "unavailable": True}))
    assert guilds.guild(ONE) is not None
    assert guilds.take("GUILD_DELETE", {"id": ONE})
    assert (guilds.guild(ONE), guilds.room(ONE + "1"), guilds.bots_roles("77")) == (None, None, frozenset())


def test_a_new_session_tells_which_guilds_of_its_shard_were_left() -> None:
    guilds = _told(("GUILD_CREATE", _guild()), ("GUILD_CREATE", _guild(OTHER)))
    assert [one.room.guild for one in guilds.channels_in(Shard(1, 3))] == [ONE] * 3
    guilds.begin(Shard(1, 3), [])
    assert (guilds.guild(ONE), guilds.room(ONE + "1")) == (None, None)
    assert guilds.guild(OTHER) is not None


def test_other_events_are_none_of_its_business() -> None:
    assert not Guilds().take("MESSAGE_CREATE", {"id": "1"})


def test_shards_are_found_by_their_names() -> None:
    assert [one.name for one in shards_of(3)] == ["shard 0", "shard 1", "shard 2"]
    assert shards_of(3, ["shard 2", "shard 0"]) == [Shard(0, 3), Shard(2, 3)]
    assert [one.has_guild(OTHER) for one in shards_of(3)] == [False, False, True]
    assert Shard().has_guild(OTHER)
