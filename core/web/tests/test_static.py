"""Static files as production serves them."""

import json
import re
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from pytest_django import Settings

IMPORT = re.compile(r'(?:from|import)\s*"(\.[^"]+)"')


def test_every_script_is_collected_under_its_hash_and_imports_what_is_there(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]  # ours alone: compressing those of packages takes long
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "core.web.static.HashedFiles"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    names = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    ours = [path.relative_to(base).as_posix() for base in _sources() for path in (base / "js").rglob("*.js")]
    assert len(ours) > 20
    imports = 0
    for name in ours:
        script = tmp_path / names[name]
        assert names[name] != name
        for address in IMPORT.findall(script.read_text()):
            imports += 1
            assert (script.parent / address).resolve().relative_to(tmp_path.resolve()).as_posix() in names.values(), f"{name} imports {address}"
    assert imports > 50


def _sources() -> list[Path]:
    return [Path(directory) for directory in settings.STATICFILES_DIRS]
