import os
import shutil
from pathlib import Path

import pytest

from core.embedded.home import LONGEST_SOCKET, Home

DEEP = Path("/srv") / "/".join(["a-rather-long-folder-name"] * 6) / ".dev"


def test_sockets_are_inside_the_home_where_the_path_is_short() -> None:
    assert Home(Path("/srv/hubbub/.dev")).sockets == Path("/srv/hubbub/.dev/run")


@pytest.mark.parametrize("path", [DEEP, Path("/srv/with space/.dev"), Path("/srv/ünï/.dev")])
def test_sockets_move_to_a_short_plain_path_when_they_must(path: Path) -> None:
    sockets = Home(path).sockets
    assert len(os.fsencode(sockets / ".s.PGSQL.5432")) <= LONGEST_SOCKET
    assert sockets == Home(path).sockets
    assert sockets != Home(path / "other").sockets


def test_directories_are_private(home: Home) -> None:
    home.prepare()
    assert home.path.stat().st_mode & 0o077 == 0
    assert home.sockets.stat().st_mode & 0o077 == 0


def test_a_socket_directory_others_can_enter_is_refused() -> None:
    home = Home(Path(f"/tmp/{'x' * 90}-{os.getpid()}/.dev"))  # noqa: S108 - the case tested
    home.sockets.mkdir(mode=0o755)
    home.sockets.chmod(0o755)
    try:
        with pytest.raises(PermissionError):
            home.prepare()
    finally:
        home.sockets.rmdir()
        shutil.rmtree(home.path.parent)
