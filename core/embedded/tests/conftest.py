import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.embedded.home import Home


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of its own, in a short path like that of most checkouts."""
    path = Path(tempfile.mkdtemp(prefix="hb-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def home(folder: Path) -> Home:
    return Home(folder / ".dev", throwaway=True)


@pytest.fixture
def durable_home(folder: Path) -> Home:
    """Of the kind ``make run`` has, whose writes are on disk when they are acknowledged."""
    return Home(folder / ".dev")
