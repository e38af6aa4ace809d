"""House rules that no linter can say. The import contracts themselves are in ``pyproject.toml``."""

import ast
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.apps import apps

from config.urls import api as api_urls
from core.api.views import Endpoint
from tests.architecture import APPS, ROOT, height, layers, modules, slice_of, slices_in_settings, syntax

LONGEST_MODULE = 400
LONGEST_FUNCTION = 60


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_foreign_keys_point_downward() -> None:
    upward = []
    for model in apps.get_models(include_auto_created=True):
        source = model.__module__
        if source.split(".")[0] not in APPS:
            continue
        for field in model._meta.get_fields():
            target = field.related_model if field.concrete and field.is_relation else None
            if target is None or isinstance(target, str) or target.__module__.split(".")[0] not in APPS:
                continue
            same = slice_of(source) == slice_of(target.__module__)
            if not same and height(target.__module__) >= height(source) and source.split(".")[0] != "core":
                upward.append(f"{model.__name__}.{field.name} -> {target.__module__}")
    assert not upward


def test_every_slice_is_in_settings_bottom_first() -> None:
    on_disk = {".".join(path.parent.relative_to(ROOT).parts) for app in APPS for path in (ROOT / app).rglob("apps.py")}
    listed = slices_in_settings()
    assert set(listed) == on_disk
    heights = [height(name) for name in listed]
    assert heights == sorted(heights)


def test_every_slice_is_in_both_contracts() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    inside = next(contract["containers"] for contract in contracts if contract["name"] == "Inside a slice")
    ours = [name for name in slices_in_settings() if not name.startswith("core.")]
    assert sorted(ours) == sorted(inside)
    assert all(name in layers() or name.split(".")[0] in layers() for name in ours)


def test_what_lies_under_the_api_is_an_endpoint() -> None:
    """REST is answered above the middlewares of pages, so nothing that those would have to guard may lie there."""
    for pattern in api_urls:
        assert issubclass(pattern.callback.cls, Endpoint)  # type: ignore[union-attr]
        assert pattern.callback.csrf_exempt  # type: ignore[union-attr]


def test_no_module_is_a_drawer_for_everything() -> None:
    assert [relative(path) for path in modules() if path.stem in {"utils", "helpers", "misc", "common"}] == []


def test_modules_read_in_one_go() -> None:
    assert {relative(path): lines for path in modules(tests=True) if (lines := len(path.read_text().splitlines())) > LONGEST_MODULE} == {}


def test_functions_read_at_a_glance() -> None:
    long = {
        f"{relative(path)}:{node.name}": node.end_lineno - node.lineno + 1
        for path in modules()
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    }
    assert long == {}


def test_modules_say_what_they_own() -> None:
    silent = {"apps.py", "models.py", "events.py", "wire.py"}  # their names and their classes say it
    exempt = {"management"}
    assert [
        relative(path)
        for path in modules()
        if path.name not in silent and not exempt & set(path.parts) and path.read_text().strip() and ast.get_docstring(syntax(path)) is None
    ] == []


def test_only_handlers_and_tasks_enqueue() -> None:
    allowed = {"handlers", "tasks"}
    assert [
        f"{relative(path)}:{node.lineno}"
        for path in modules()
        if path.stem not in allowed and path.parent.name not in allowed
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"delay", "apply_async"}
    ] == []


def test_only_handlers_push_to_sockets() -> None:
    assert [
        relative(path)
        for path in modules()
        if path.stem != "handlers" and path.parent.name != "handlers" and not path.is_relative_to(ROOT / "core" / "realtime")
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.ImportFrom) and node.module == "core.realtime.push"
    ] == []


PLANTED = {
    "a lower app imports a higher one": ("accounts/users/policies.py", "from social.posts import models\n"),
    "inside a function": ("social/graph/wording.py", "def later():\n    from chat.messages import models\n    return models\n"),
    "neighbours": ("chat/presence/wording.py", "from chat.conversations import models\n"),
    "core knows an app": ("core/planted.py", "from accounts.users import models\n"),
    "settings from below": ("core/planted.py", "from config import env\n"),
    "somebody calls notifications": ("social/posts/wording.py", "from notifications.inbox import models\n"),
    "a model calls a service": ("social/posts/models.py", "from social.posts import services\n"),
    "a service calls a door": ("social/posts/services.py", "from social.posts import api\n"),
    "the hub knows the gateway": ("core/realtime/hub.py", "from core.realtime import gateway\n"),
    "a part of the socket without a place": ("core/realtime/planted.py", ""),
    "a part of a slice without a place": ("social/posts/planted.py", ""),
    "what a service stands on calls it": ("accounts/sessions/codes.py", "from accounts.sessions import services\n"),
    "what writes calls a door": ("chat/messages/lanes.py", "from chat.messages import api\n"),
    "a selector writes": ("social/graph/selectors.py", "from social.graph import services\n"),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("house")
    for name in (*APPS, "config"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "tests"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def imports_are_kept(house: Path) -> bool:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=house, capture_output=True, check=False).returncode == 0


def test_the_contracts_hold(house: Path) -> None:
    assert imports_are_kept(house)


@pytest.mark.parametrize(("path", "statement"), PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_violation_is_found(house: Path, path: str, statement: str) -> None:
    file = house / path
    before = file.read_text() if file.exists() else None
    file.write_text((before or "") + "\n" + statement)
    try:
        assert not imports_are_kept(house)
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_text(before)
