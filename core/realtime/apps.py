import sys

from django.apps import AppConfig
from django.conf import settings

from core import slices


class RealtimeConfig(AppConfig):
    name = "core.realtime"
    label = "core_realtime"
    verbose_name = "Real time"

    def ready(self) -> None:
        list(slices.load("wire"))
        list(slices.load("sockets"))
        from core.realtime.registry import commands

        if not settings.REALTIME_LIMITS.keys() <= commands.keys():
            known = ", ".join(sorted(name for name, command in commands.items() if command.limits))
            sys.exit(f"Hubbub cannot start, the configuration has problems:\n  REALTIME_LIMITS: names a command there is not. There are: {known}")
