"""The settings: read once from the environment and `.env`, checked before anything starts."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints
from urllib.parse import unquote

from dotenv import dotenv_values

from bot.core.places import Place
from bot.core.policies.naming import AgentNames
from bot.runtime.catalogue import SOURCE, operator_texts
from bot.setting_values import (
    NO_SECRET,
    PLATFORMS,
    Read,
    Secret,
    accounts,
    database,
    hours,
    key,
    language,
    number,
    one_of,
    place,
    places,
    prefix,
    switch,
    web_address,
)


class SettingsError(Exception):
    """Settings that cannot work; one line per setting, in words that say what to write instead."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting, by its name in the environment in small letters: its type, what reads it, and what it is unset."""

    slack_bot_token: Secret = NO_SECRET
    slack_app_token: Secret = NO_SECRET
    slack_signing_secret: Secret = NO_SECRET
    slack_api_url: str = "https://slack.com/api/"

    discord_token: Secret = NO_SECRET
    discord_api_url: str = "https://discord.com/api/v10"
    discord_gateway_url: str = "wss://gateway.discord.gg/"
    discord_shards: Annotated[int, number(1, 10_000)] = 1

    telegram_token: Secret = NO_SECRET
    telegram_api_url: str = "https://api.telegram.org"
    telegram_webhook_secret: Secret = NO_SECRET

    staff_space: Annotated[Place | None, place] = None
    support_places: Annotated[tuple[Place, ...], places] = ()
    colleagues: Annotated[tuple[Place, ...], places] = ()
    admins: Annotated[frozenset[tuple[str, str]], accounts] = frozenset()
    editors: Annotated[frozenset[tuple[str, str]], accounts] = frozenset()
    company_name: str = ""
    default_language: Annotated[str, language] = SOURCE
    staff_language: Annotated[str, language] = SOURCE
    agent_names: Annotated[str, one_of("own", "first", "alias", "team")] = "own"
    team_name: str = ""
    seen_marks: Annotated[bool, switch] = True
    show_typing: Annotated[bool, switch] = True
    command_prefix: Annotated[str, prefix] = ""
    wait_limit_minutes: Annotated[int, number(0)] = 30
    check_in_hours: Annotated[int, number(0)] = 24
    quiet_hours: Annotated[tuple[int, int], hours] = (21, 8)

    database_url: Annotated[str, database] = field(default="sqlite:///data/allhands.db", repr=False)
    knowledge_dir: Path = Path("knowledge/samples")
    knowledge_vectors: Annotated[bool, switch] = True
    knowledge_embedder: Annotated[str, one_of("multilingual", "english", "endpoint")] = "multilingual"
    embeddings_url: Annotated[str, web_address] = ""
    embeddings_model: str = ""
    embeddings_key: Annotated[Secret, key] = NO_SECRET
    answers_url: Annotated[str, web_address] = ""
    answers_model: str = ""
    answers_key: Annotated[Secret, key] = NO_SECRET
    answers_seconds: Annotated[int, number(1, 50)] = 6

    http_host: str = "127.0.0.1"
    http_port: Annotated[int, number(0, 65_535)] = 8080
    public_url: str = ""
    metrics_token: Secret = NO_SECRET

    log_format: Annotated[str, one_of("text", "json")] = "text"
    clock_url: str = ""

    @classmethod
    def of(cls, given: Mapping[str, object]) -> "Settings":
        """The settings with these values, written or as they are; raises SettingsError that names every wrong one."""
        values: dict[str, Any] = {}
        problems: list[str] = []
        for name, read in _readers(cls):
            if (value := given.get(name)) is None:
                continue
            try:
                values[name] = read(value) if isinstance(value, str) else value
            except ValueError as error:
                problems.append(f"{name.upper()}: {error}")
        if problems:
            raise SettingsError("\n".join(problems))
        settings = cls(**values)
        if settings.knowledge_embedder == "endpoint" and not (
            settings.embeddings_url and settings.embeddings_model
        ):
            told = operator_texts().label("'endpoint' needs EMBEDDINGS_URL and EMBEDDINGS_MODEL")
            raise SettingsError(f"KNOWLEDGE_EMBEDDER: {told}")
        if settings.answers_url and not settings.answers_model:
            told = operator_texts().label("name the model that writes the answers, ANSWERS_MODEL")
            raise SettingsError(f"ANSWERS_URL: {told}")
        return settings

    @classmethod
    def names(cls) -> frozenset[str]:
        """Of all settings, as they stand in the environment."""
        return frozenset(one.name.upper() for one in fields(cls))

    @property
    def wait_limit(self) -> timedelta | None:
        return timedelta(minutes=self.wait_limit_minutes) if self.wait_limit_minutes else None

    @property
    def commands_off(self) -> frozenset[str]:
        """Commands that would do nothing as things are set."""
        return frozenset() if self.agent_names == AgentNames.ALIAS else frozenset({"alias"})

    @property
    def enabled_platforms(self) -> tuple[str, ...]:
        """The platforms whose token is set."""
        tokens = (self.slack_bot_token, self.discord_token, self.telegram_token)
        return tuple(name for name, token in zip(PLATFORMS, tokens, strict=True) if token)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Everything that must not be shown, as it is written and as it stands in an address."""
        every = (getattr(self, one.name) for one in fields(self))
        values = [value.reveal() for value in every if isinstance(value, Secret)]
        # As it is written: a part of an address that does not parse is secret all the same.
        for pattern in (r"://[^:/@]*:(.+)@", r"[?&]password=([^&]+)"):
            if password := re.search(pattern, self.database_url):
                values += [password[1], unquote(password[1])]
        return tuple(value for value in values if value)


def _readers(cls: type[Settings]) -> Iterator[tuple[str, Read[Any]]]:
    """Each setting with what reads it: what its type is annotated with, or the type itself."""
    hints = get_type_hints(cls, include_extras=True)
    for one in fields(cls):
        hint = hints[one.name]
        yield one.name, get_args(hint)[1] if get_origin(hint) is Annotated else hint


def env_file() -> Path | None:
    """The file with settings, whether or not it is there."""
    # A sandbox hands its bot an empty name: the .env of a real installation must not reach a try-out.
    name = os.environ.get("ALLHANDS_ENV_FILE", ".env")
    return Path(name) if name else None


def load() -> Settings:
    """Read the settings, the environment before `.env`; raises SettingsError that names every wrong one."""
    file = env_file()
    written = (dotenv_values(file) if file else {}, os.environ)
    # An empty one is one that is not set.
    return Settings.of({name.lower(): value for one in written for name, value in one.items() if value})
