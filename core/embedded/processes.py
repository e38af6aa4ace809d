"""Starting and ending child processes so that none outlives its parent."""

import functools
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

CHECKOUT = Path(__file__).resolve().parents[2]
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
    pass_descriptors: tuple[int, ...] = (),
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that Ctrl-C reaches it only through us. Call from the main thread: the tie is to the thread."""
    return subprocess.Popen(
        [*before, *dies_with_parent(stop_signal), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=True,
        env=environment,
        cwd=CHECKOUT,
        pass_fds=pass_descriptors,
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


def end_orphan(pid_file: Path, mark: str, stop_signals: Sequence[signal.Signals]) -> None:
    """End a server whose parent was killed before it could. The number in a pid file may by now be somebody else's, so the process has to
    name ``mark`` in its command line. A file whose number belongs to a stranger is removed; one whose process is gone is left as it is."""
    try:
        pid = int((pid_file.read_text().split() or ["0"])[0])
    except (FileNotFoundError, ValueError):
        return
    if (line := command_line(pid)) and mark not in line:
        pid_file.unlink()
        return
    for stop_signal in stop_signals:
        deadline = time.monotonic() + 10
        while mark in command_line(pid):
            if time.monotonic() > deadline:
                break
            os.kill(pid, stop_signal)
            time.sleep(0.1)


def command_line(pid: int) -> str:
    """How a process was started; empty when there is none."""
    proc = Path("/proc")
    if (proc / "self").exists():
        try:
            return (proc / str(pid) / "cmdline").read_text(errors="replace").replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
