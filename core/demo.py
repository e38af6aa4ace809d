"""The demo world: what each slice adds to it, and in which order.

A slice describes its part in ``demo.py``::

    @demo_step(order=20)
    def follow_each_other(world: DemoWorld) -> None: ...

``manage.py demo`` imports those modules and runs the steps, lowest order first, in one transaction. Chance comes from ``world.random``
alone, so every demo world is the same.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from core import slices

SEED = 2026


@dataclass
class DemoWorld:
    """What steps hand on to later ones: ``people`` by username, and anything else by name in ``things``."""

    people: dict[str, Any] = field(default_factory=dict)
    things: dict[str, list[Any]] = field(default_factory=dict)
    random: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311 - the same each time is the point


Step = Callable[[DemoWorld], None]
_steps: list[tuple[int, Step]] = []


def demo_step(order: int) -> Callable[[Step], Step]:
    """Register the decorated function as a step of the demo world."""

    def register(step: Step) -> Step:
        _steps.append((order, step))
        return step

    return register


def steps() -> list[Step]:
    """Every slice's steps in order."""
    list(slices.load("demo"))
    return [step for _, step in sorted(_steps, key=lambda entry: entry[0])]
