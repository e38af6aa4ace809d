"""Codes are part of the API: each that the code can raise stands in the catalogue that clients read."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from core.errors import catalogue

PACKAGES = ("core", "accounts", "social", "chat", "media_app", "notifications", "moderation")


def raised_codes(tree: ast.AST) -> Iterator[str]:
    """Text given as ``code=…``, and as the ``default_code`` of a class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from (keyword.value.value for keyword in node.keywords if keyword.arg == "code" and is_text(keyword.value))  # type: ignore[attr-defined]
        elif (
            isinstance(node, ast.Assign)
            and is_text(node.value)
            and any(isinstance(name, ast.Name) and name.id == "default_code" for name in node.targets)
        ):
            yield node.value.value  # type: ignore[attr-defined]


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_every_code_is_in_the_catalogue() -> None:
    known = catalogue()
    modules = [
        path for package in PACKAGES for path in (Path(settings.BASE_DIR) / package).rglob("*.py") if not {"tests", "migrations"} & set(path.parts)
    ]
    missing = {(code, path.parent.name) for path in modules for code in raised_codes(ast.parse(path.read_text())) if code not in known}
    assert not missing


def test_meanings_are_sentences() -> None:
    assert all(meaning.endswith(".") for meaning in catalogue().values())
