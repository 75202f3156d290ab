"""compose.yaml against the settings, the image and the proxy's file, which it must not contradict."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import Settings
from tests.deployment.proxied import CADDYFILE, NAMES

TEXT = Path("compose.yaml").read_text("utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
BOTS = [SERVICES[name] for name in NAMES]


def test_every_process_has_the_same_settings_and_only_such_as_there_are() -> None:
    for bot in (*BOTS, SERVICES["migrate"]):
        assert bot["environment"] == BOTS[0]["environment"]
        assert set(bot["environment"]) <= Settings.names()
        assert bot["env_file"] == ".env"


def test_what_it_sets_works_together() -> None:
    given = {name.lower(): value for name, value in BOTS[0]["environment"].items()}
    given["database_url"] = re.sub(r"\$\{.*?\}", "abc123", given["database_url"])
    settings = Settings.of(given)
    assert settings.http_host == "0.0.0.0"  # noqa: S104 - the container's
    assert f"http://127.0.0.1:{settings.http_port}/readyz" in BOTS[0]["healthcheck"]["test"][-1]
    assert str(settings.knowledge_dir) in {
        one["target"] for one in BOTS[0]["volumes"] if isinstance(one, dict)
    }
    proxied = set(re.findall(r"[\w-]+:\d+", CADDYFILE.read_text("utf-8").partition("(bots)")[2]))
    assert proxied == {f"{name}:{settings.http_port}" for name in NAMES}


def test_whatever_it_asks_of_the_operator_is_explained_where_the_settings_are() -> None:
    example = Path(".env.example").read_text("utf-8")
    asked = set(re.findall(r"\$\{(\w+)", TEXT))
    assert {"POSTGRES_PASSWORD", "PUBLIC_URL"} <= asked
    assert [name for name in sorted(asked) if f"{name}=" not in example] == []


@pytest.mark.parametrize("name", [*NAMES, "migrate", "proxy"])
def test_whoever_meets_other_peoples_bytes_may_do_nothing_else(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service.get("cap_add", [])) <= {"NET_BIND_SERVICE"}


def test_only_the_proxy_is_reached_from_outside_and_it_does_not_reach_the_database() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert SERVICES["database"]["networks"] == ["inside"]
    assert SERVICES["proxy"]["networks"] == ["outside"]


def test_no_log_grows_without_end() -> None:
    for service in SERVICES.values():
        assert service["logging"]["options"]["max-size"]


def test_the_database_is_ready_when_others_reach_it() -> None:
    """Its image sets itself up with a server that listens on its socket alone, and ends that one."""
    assert "--host 127.0.0.1" in SERVICES["database"]["healthcheck"]["test"][-1]
