from pathlib import Path

import pytest
from pytest_django import Settings

from tests.leaving.world import World, make_world


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture(autouse=True)
def _own_store(settings: Settings, tmp_path: Path) -> None:
    """Every test has an empty store of its own."""
    settings.MEDIA_ROOT = tmp_path
    settings.S3_BUCKET = ""
