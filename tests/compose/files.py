"""The compose file, the example of .env and the image's recipe, read as data."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "images"
DOCKERFILE = IMAGES / "roadbook" / "Dockerfile"
VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)(?:(:\?)[^}]*)?\}")

Service = dict[str, Any]


@cache
def compose_text() -> str:
    """docker-compose.yml as it stands."""
    return (ROOT / "docker-compose.yml").read_text(encoding="utf-8")


@cache
def compose() -> dict[str, Any]:
    """docker-compose.yml with anchors resolved."""
    found: dict[str, Any] = yaml.safe_load(compose_text())
    return found


def services(profile: str | None = None) -> dict[str, Service]:
    """Every service by name; with a profile, those that run in it."""
    found: dict[str, Service] = compose()["services"]
    return {
        name: service
        for name, service in found.items()
        if profile is None or profile in service.get("profiles", [profile])
    }


def example() -> dict[str, str]:
    """.env.example's variables, in the order of the file."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def interpolated(value: str, variables: dict[str, str]) -> str:
    """The value as Compose would pass it on."""
    return VARIABLE.sub(lambda match: variables[match.group(1)], value)


def copied() -> list[str]:
    """What the Dockerfile copies from this repository."""
    lines = DOCKERFILE.read_text(encoding="utf-8").splitlines()
    copies = [line.split()[1:-1] for line in lines if line.startswith("COPY ") and "--from=" not in line]
    return [source for sources in copies for source in sources]
