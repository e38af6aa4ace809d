"""The slices of the project, as settings list them, and the one way to load what they register."""

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from django.conf import settings
from django.utils.module_loading import module_has_submodule


def load(submodule: str) -> Iterator[ModuleType]:
    """Import ``<slice>.<submodule>`` of every slice that has one, bottom first."""
    for name in settings.SLICES:
        if module_has_submodule(import_module(name), submodule):
            yield import_module(f"{name}.{submodule}")
