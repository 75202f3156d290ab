"""One saying for each kind of text, as a person writes it on each platform; `lamp` and `sofa` are the words to find."""

from dataclasses import dataclass
from typing import Any

from sandbox.telegram import utf16
from sandbox.telegram.model import Entity
from tests.acceptance.dwellers import Dweller

SECONDS = 1782896400
TABLE = (("lamp", "price"), ("sofa", "€ 300"))


@dataclass(frozen=True, slots=True)
class Saying:
    text: str
    shown: str = ""
    """The words by which readers elsewhere know what cannot be shown as it is."""
    entities: tuple[Entity, ...] = ()
    blocks: tuple[dict[str, Any], ...] = ()

    async def by(self, writer: Dweller) -> str:
        more: dict[str, Any] = {"entities": self.entities} if self.entities else {}
        return await writer.says(self.text, **more, **({"blocks": self.blocks} if self.blocks else {}))


def saying(kind: str, writer: Dweller) -> Saying:
    """What this person writes for this kind."""
    makers = {"slack": _slack, "discord": _discord, "telegram": _telegram}
    return {**_everywhere(), **makers[writer.platform](writer)}[kind]


def _everywhere() -> dict[str, Saying]:
    signs = r"5 * 3 a_b_c ~5 [lamp] <sofa> #3 1) 2+2 |x| \o/ {y} (z) `"
    return {
        "address": Saying("lamp https://example.org/docs"),
        "right_to_left": Saying("lamp שלום עולם, مرحبا 123 sofa"),
        "combining": Saying("lamp Z\u0301a\u0308\u0323 नमस्ते 각 👩🏽\u200d🚒 🇭🇷 sofa"),
        "signs": Saying(signs, signs),
        "empty_lines": Saying("lamp\n\n\n\nsofa"),
        "long_text": Saying(" ".join(f"lamp{number:04d}" for number in range(199))),
    }


def _slack(writer: Dweller) -> dict[str, Saying]:
    def section(*words: dict[str, Any]) -> dict[str, Any]:
        return {"type": "rich_text_section", "elements": list(words)}

    def text(words: str, **style: bool) -> dict[str, Any]:
        return {"type": "text", "text": words, **({"style": style} if style else {})}

    def rich(*elements: dict[str, Any]) -> tuple[dict[str, Any], ...]:
        return ({"type": "rich_text", "elements": list(elements)},)

    def items(style: str, *words: str, indent: int = 0, offset: int = 0) -> dict[str, Any]:
        inner = [section(text(one)) for one in words]
        made = {"type": "rich_text_list", "style": style, "indent": indent, "elements": inner}
        return {**made, "offset": offset} if offset else made

    code = {"type": "rich_text_preformatted", "elements": [text("lamp = 1")], "language": "python"}
    rows = [[{"type": "raw_text", "text": cell} for cell in row] for row in TABLE]
    return {
        "bold": Saying("a *lamp* b"),
        "italic": Saying("a _lamp_ b"),
        "underline": Saying(
            "a lamp b", blocks=rich(section(text("a "), text("lamp", underline=True), text(" b")))
        ),
        "strike": Saying("a ~lamp~ b"),
        "code": Saying("a `lamp` b"),
        "code_block": Saying("```lamp = 1\n\n  sofa```"),
        "code_language": Saying("lamp = 1", blocks=rich(code)),
        "quote": Saying("> lamp one\n> sofa two"),
        "bullets": Saying("- lamp\n- sofa"),
        "nested_list": Saying(
            "lamp",
            blocks=rich(items("bullet", "lamp"), items("bullet", "sofa", indent=1), items("bullet", "end")),
        ),
        "numbers": Saying("lamp", blocks=rich(items("ordered", "lamp", "sofa", offset=2))),
        "table": Saying("lamp", blocks=({"type": "table", "rows": rows},)),
        "link": Saying("a <https://example.org/a_b|lamp> b"),
        "emoji": Saying("lamp :tada: :wave::skin-tone-4:"),
        "own_emoji": Saying("lamp :party_parrot:", ":party_parrot:"),
        "person": Saying("lamp @Priya", "@Priya"),
        "group": Saying(
            "lamp",
            "@support-team",
            blocks=rich(section(text("lamp "), {"type": "usergroup", "usergroup_id": "S0SUPPORT"})),
        ),
        "channel": Saying("lamp #help", "#help"),
        "everyone": Saying("lamp @channel @here", "@channel @here"),
    }


def _discord(writer: Dweller) -> dict[str, Saying]:
    other = next(one for one in writer.server.people() if one.name.startswith("Noah"))
    community = writer.town.servers["discord"]._community  # type: ignore[attr-defined] # its roles have no other door
    role = next(one for one in community.roles.values() if one.name == "Support")
    channel = next(one for one in community.channels.values() if one.name == "help")
    return {
        "bold": Saying("a **lamp** b"),
        "italic": Saying("a *lamp* b"),
        "underline": Saying("a __lamp__ b"),
        "strike": Saying("a ~~lamp~~ b"),
        "spoiler": Saying("a ||lamp|| b", "||lamp||"),
        "code": Saying("a `lamp` b"),
        "code_block": Saying("```\nlamp = 1\n\n  sofa\n```"),
        "code_language": Saying("```python\nlamp = 1\n```"),
        "quote": Saying("> lamp one\n> sofa two"),
        "bullets": Saying("- lamp\n- sofa"),
        "nested_list": Saying("- lamp\n  - sofa\n- end"),
        "numbers": Saying("3. lamp\n4. sofa"),
        "tasks": Saying("- [ ] lamp\n- [x] sofa"),
        "heading": Saying("## lamp\nsofa"),
        "small_print": Saying("-# lamp", "lamp"),
        "link": Saying("a [lamp](https://example.org/a_b) b"),
        "emoji": Saying("lamp 🎉 👋🏽"),
        "own_emoji": Saying("lamp <:party_parrot:1234>", ":party_parrot:"),
        "person": Saying(f"lamp <@{other.id}>", f"@{other.name}"),
        "group": Saying(f"lamp <@&{role.id}>", "@Support"),
        "channel": Saying(f"lamp <#{channel.id}>", "#help"),
        "everyone": Saying("lamp @everyone @here", "@everyone @here"),
        "command": Saying("lamp </ticket:1234>", "/ticket"),
        "moment": Saying(f"lamp <t:{SECONDS}:f>"),
    }


def _telegram(writer: Dweller) -> dict[str, Saying]:
    def marked(before: str, words: str, kind: str, **more: Any) -> Saying:
        entity = Entity(kind, utf16.length(before), utf16.length(words), **more)
        return Saying(f"{before}{words}", entities=(entity,))

    other = next(one for one in writer.server.people() if one.name.startswith("Emil"))
    party = marked("lamp ", "🎉", "custom_emoji", custom_emoji_id="5368324170671202286")
    person = marked("lamp ", other.name, "text_mention", user_id=int(other.id))
    return {
        "bold": Saying("a **lamp** b"),
        "italic": Saying("a __lamp__ b"),
        "underline": marked("a ", "lamp", "underline"),
        "strike": Saying("a ~~lamp~~ b"),
        "spoiler": Saying("a ||lamp|| b", "||lamp||"),
        "code": Saying("a `lamp` b"),
        "code_block": Saying("```\nlamp = 1\n\n  sofa```"),
        "code_language": Saying("```python\nlamp = 1```"),
        "quote": marked("", "lamp one\nsofa two", "blockquote"),
        "long_quote": marked("", "lamp one\nsofa two", "expandable_blockquote"),
        "link": Saying("a [lamp](https://example.org/a_b) b"),
        "emoji": Saying("lamp 🎉 👋🏽"),
        "own_emoji": Saying(party.text, "🎉", party.entities),
        "person": Saying(person.text, f"@{other.name}", person.entities),
        "command": Saying("lamp /ticket", "/ticket"),
        "moment": marked("lamp ", "then", "date_time", unix_time=SECONDS, date_time_format="Dt"),
    }
