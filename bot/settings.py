"""The settings: read once from the environment and `.env`, checked before anything starts."""

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.core.places import Place
from bot.core.texts import mark
from bot.runtime.catalogue import operator_texts
from storage.session import is_usable

PLATFORMS = ("slack", "discord", "telegram")
_PYDANTIC = {
    "int_parsing": mark("Input should be a valid integer, unable to parse string as an integer"),
    "bool_parsing": mark("Input should be a valid boolean, unable to interpret input"),
    "greater_than_equal": mark("Input should be greater than or equal to {ge}"),
    "less_than_equal": mark("Input should be less than or equal to {le}"),
    "string_pattern_mismatch": mark("String should match pattern '{pattern}'"),
}
"""What Pydantic says about the kinds of settings there are: type of error to its English words."""


class SettingsError(Exception):
    """Settings that cannot work; one line per setting, in words that say what to write instead."""


def place_from(text: str) -> Place:
    """'slack:C123', 'discord:123', 'telegram:-100123' as a place; raises ValueError."""
    platform, _, channel = text.strip().partition(":")
    if platform not in PLATFORMS or not channel:
        texts = operator_texts().label
        raise ValueError(
            texts("'{value}' is not a place: write slack:C…, discord:… or telegram:-100…", value=text)
        )
    return Place(platform=platform, channel=channel)


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", populate_by_name=True, env_ignore_empty=True
    )

    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_api_url: str = "https://slack.com/api/"

    discord_token: SecretStr = SecretStr("")
    discord_api_url: str = "https://discord.com/api/v10"
    discord_gateway_url: str = "wss://gateway.discord.gg/"
    discord_shards: int = Field(default=1, ge=1, le=10_000)

    telegram_token: SecretStr = SecretStr("")
    telegram_api_url: str = "https://api.telegram.org"
    telegram_webhook_secret: SecretStr = SecretStr("")

    staff_space: Place | None = None
    support_places: Annotated[tuple[Place, ...], NoDecode] = ()
    colleagues: Annotated[tuple[Place, ...], NoDecode] = ()
    admins: Annotated[frozenset[tuple[str, str]], NoDecode] = frozenset()
    company_name: str = "us"
    command_prefix: str = Field(default="", pattern=r"^[a-z0-9_-]{0,10}$")
    wait_limit_minutes: int = Field(default=30, ge=0)
    check_in_hours: int = Field(default=24, ge=0)
    quiet_hours: Annotated[tuple[int, int], NoDecode] = (21, 8)

    database_url: str = Field(default="sqlite:///data/allhands.db", repr=False)
    knowledge_dir: Path = Path("knowledge/samples")
    knowledge_vectors: bool = True

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = ""
    metrics_token: SecretStr = SecretStr("")

    log_format: str = Field(default="text", pattern="^(text|json)$")
    clock_url: str = ""

    @field_validator("staff_space", mode="before")
    @classmethod
    def _place(cls, value: object) -> object:
        return place_from(value) if isinstance(value, str) else value

    @field_validator("support_places", "colleagues", mode="before")
    @classmethod
    def _places(cls, value: object) -> object:
        return tuple(place_from(one) for one in _parts(value)) if isinstance(value, str) else value

    @field_validator("admins", mode="before")
    @classmethod
    def _accounts(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        accounts = set()
        for one in _parts(value):
            platform, _, person = one.partition(":")
            if platform not in PLATFORMS or not person:
                texts = operator_texts().label
                raise ValueError(
                    texts("'{value}' is not an account: write slack:U…, discord:… or telegram:…", value=one)
                )
            accounts.add((platform, person))
        return frozenset(accounts)

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if not is_usable(value):
            texts = operator_texts().label
            # It is not repeated: it may hold a password.
            raise ValueError(
                texts(
                    "not the address of a database: write sqlite:///file.db or postgresql://user:password@host/name"
                )
            )
        return value

    @field_validator("quiet_hours", mode="before")
    @classmethod
    def _hours(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        first, _, last = value.partition("-")
        if not (first.strip().isdigit() and last.strip().isdigit() and int(first) < 24 and int(last) < 24):
            texts = operator_texts().label
            raise ValueError(
                texts("'{value}' is not a span of hours: write 21-8, or 0-0 for none", value=value)
            )
        return int(first), int(last)

    @property
    def wait_limit(self) -> timedelta | None:
        return timedelta(minutes=self.wait_limit_minutes) if self.wait_limit_minutes else None

    @property
    def enabled_platforms(self) -> tuple[str, ...]:
        """The platforms whose token is set."""
        tokens = (self.slack_bot_token, self.discord_token, self.telegram_token)
        return tuple(name for name, token in zip(PLATFORMS, tokens, strict=True) if token.get_secret_value())

    @property
    def secrets(self) -> tuple[str, ...]:
        """Everything that must not be shown, as it is written and as it stands in an address."""
        values = [value.get_secret_value() for _, value in self if isinstance(value, SecretStr)]
        # As it is written: a part of an address that does not parse is secret all the same.
        for pattern in (r"://[^:/@]*:(.+)@", r"[?&]password=([^&]+)"):
            if password := re.search(pattern, self.database_url):
                values += [password[1], unquote(password[1])]
        return tuple(value for value in values if value)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _told(problem: ErrorDetails) -> str:
    """What is wrong with a setting: in our own words, or in those of Pydantic."""
    if (message := _PYDANTIC.get(problem["type"])) is not None:
        return operator_texts().label(message, **problem.get("ctx", {}))
    return problem["msg"].removeprefix("Value error, ")


def env_file() -> Path | None:
    """The file with settings, whether or not it is there."""
    # A sandbox hands its bot an empty name: the .env of a real installation must not reach a try-out.
    name = os.environ.get("ALLHANDS_ENV_FILE", ".env")
    return Path(name) if name else None


def load(**given: object) -> Settings:
    """Read the settings; raises SettingsError that names every wrong one."""
    try:
        return Settings(_env_file=env_file(), **given)  # type: ignore[arg-type,call-arg] # pydantic's own arguments
    except ValidationError as error:
        lines = [
            f"{str(problem['loc'][0]).upper()}: {_told(problem)}"
            for problem in error.errors(include_input=False, include_url=False)
        ]
        raise SettingsError("\n".join(lines)) from None
