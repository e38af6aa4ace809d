"""Starting and ending child processes so that none outlives its parent."""

import functools
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO

NOBODY = 65534
AS_NOBODY_IN_A_NAMESPACE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")


@functools.cache
def unprivileged() -> tuple[str, ...]:
    """What to put before a program that refuses to run as root.

    In a user namespace root merely looks like nobody and the files stay root's; where namespaces are forbidden the program really becomes
    nobody, and its files have to be given to nobody.
    """
    if os.geteuid() != 0:
        return ()
    if shutil.which("unshare") and subprocess.run([*AS_NOBODY_IN_A_NAMESPACE, "true"], capture_output=True, check=False).returncode == 0:
        return AS_NOBODY_IN_A_NAMESPACE
    if shutil.which("setpriv"):
        return AS_NOBODY
    raise RuntimeError("PostgreSQL refuses to run as root, and neither unshare nor setpriv is here. Run as an ordinary user.")


def dies_with_parent(stop_signal: signal.Signals) -> tuple[str, ...]:
    """What to put before a program (after ``unprivileged``) so that the kernel sends it ``stop_signal`` when its parent is gone."""
    return ("setpriv", f"--pdeathsig={stop_signal.name.removeprefix('SIG')}", "--") if shutil.which("setpriv") else ()


def spawn(
    arguments: Sequence[str | Path],
    *,
    stop_signal: signal.Signals = signal.SIGTERM,
    before: Sequence[str] = (),
    output: IO[bytes] | int | None = None,
    environment: dict[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that Ctrl-C reaches it only through us. Call from the main thread: the tie is to the thread."""
    return subprocess.Popen(
        [*before, *dies_with_parent(stop_signal), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=True,
        env=environment,
    )


def end(process: subprocess.Popen[bytes], stop_signal: signal.Signals, *, seconds: float) -> None:
    """Ask the process to stop, wait, then kill whatever is left of its group."""
    if process.poll() is None:
        process.send_signal(stop_signal)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    kill_group(process.pid)


def kill_group(leader: int) -> None:
    """Kill what a dead child left in its group."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # nobody left; macOS says EPERM for a group of zombies
        return
