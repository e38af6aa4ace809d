"""The house as its tests see it: slices, their layers as the import contract names them, and their modules."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).resolve().parents[1]
APPS = ("core", "accounts", "social", "chat", "media_app", "notifications", "moderation")


def layers() -> dict[str, int]:
    """Every slice or app of the contract "Between slices" and how high it is; the bottom is 0."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    between = next(contract["layers"] for contract in contracts if contract["name"] == "Between slices")
    return {name.strip(" ()"): height for height, line in enumerate(reversed(between)) for name in line.split("|")}


def height(module: str) -> int:
    """The layer a module belongs to."""
    heights = layers()
    parts = module.split(".")
    return next(heights[name] for name in (".".join(parts[:2]), parts[0]) if name in heights)


def slice_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def modules(*, tests: bool = False) -> Iterator[Path]:
    """Our Python files, migrations apart."""
    for app in (*APPS, "config"):
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts and (tests or "tests" not in path.parts):
                yield path


def syntax(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def slices_in_settings() -> list[str]:
    return list(settings.SLICES)
