"""Makes ``.venv`` as ``requirements/dev.txt`` says, with uv inside it; does nothing when it already is so.

Runs before anything is installed, so: a script of the standard library alone.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
VENV = CHECKOUT / ".venv"
LOCK = CHECKOUT / "requirements" / "dev.txt"
MARK = VENV / "installed"  # fingerprint of what was installed last, to the end


def main() -> None:
    if sys.version_info < (3, 11):
        sys.exit(f"Hubbub needs Python 3.11 or later; this is {sys.version.split()[0]}. Try: make PYTHON=python3.12")
    wanted = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    if MARK.exists() and MARK.read_text() == wanted:
        return
    print("Installing what requirements/dev.txt names into .venv …", flush=True)
    python = VENV / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--requirement", _uv_alone()], check=True)
    environment = {**os.environ, "VIRTUAL_ENV": str(VENV)}
    subprocess.run([uv, "pip", "sync", "--quiet", "--compile-bytecode", "--require-hashes", str(LOCK)], check=True, env=environment)
    MARK.write_text(wanted)


def _uv_alone() -> Path:
    """A requirements file with uv's own pin and hashes, cut from the lock."""
    lines = LOCK.read_text().splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("uv=="))
    last = next((number for number, line in enumerate(lines[first + 1 :], first + 1) if not line.startswith(" ")), len(lines))
    alone = VENV / "uv.txt"
    alone.write_text("\n".join(lines[first:last]) + "\n")
    return alone


if __name__ == "__main__":
    main()
