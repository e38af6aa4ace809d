"""Are the locks what the requirements ask for, with hashes, and at or above every floor? Needs no network."""

import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

FOLDER = Path(__file__).resolve().parents[1] / "requirements"


def asked(path: Path) -> list[Requirement]:
    """What a requirements file names, those it includes with it."""
    found = []
    for line in path.read_text().splitlines():
        text = line.split("#")[0].strip()
        if text.startswith("-r "):
            found += asked(path.parent / text.removeprefix("-r ").strip())
        elif text and not text.startswith("-"):
            found.append(Requirement(text))
    return found


def locked(path: Path) -> tuple[dict[str, Version], list[str]]:
    """Name to pinned version, and the names that have no hash."""
    pins: dict[str, Version] = {}
    hashed = set()
    name = ""
    for line in path.read_text().splitlines():
        if "==" in line and not line.startswith((" ", "#")):
            pin = Requirement(line.rstrip("\\ "))
            name = canonicalize_name(pin.name)
            pins[name] = Version(next(iter(pin.specifier)).version)
        elif "--hash=" in line:
            hashed.add(name)
    return pins, sorted(set(pins) - hashed)


def problems() -> list[str]:
    found = []
    floors = asked(FOLDER / "floors.txt")
    for source in sorted(FOLDER.glob("*.in")):
        lock = source.with_suffix(".txt")
        if not lock.exists():
            found.append(f"{source.name} has no lock")
            continue
        pins, bare = locked(lock)
        found += [f"{lock.name}: {name} has no hash" for name in bare]
        for requirement in [*asked(source), *(floor for floor in floors if canonicalize_name(floor.name) in pins)]:
            name = canonicalize_name(requirement.name)
            if name not in pins:
                found.append(f"{lock.name}: {name} is not locked")
            elif not requirement.specifier.contains(pins[name], prereleases=True):
                found.append(f"{lock.name}: {name} {pins[name]} is not {requirement.specifier}")
    base, production = locked(FOLDER / "base.txt")[0], locked(FOLDER / "prod.txt")[0]
    development = locked(FOLDER / "dev.txt")[0]
    for other, pins in (("prod.txt", production), ("dev.txt", development)):
        found += [f"{other}: {name} {pins.get(name)} where base.txt has {version}" for name, version in base.items() if pins.get(name) != version]
    return found


if __name__ == "__main__":
    sys.exit("\n".join(problems()) or 0)
