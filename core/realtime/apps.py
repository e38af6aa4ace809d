from django.apps import AppConfig

from core import slices


class RealtimeConfig(AppConfig):
    name = "core.realtime"
    label = "core_realtime"
    verbose_name = "Real time"

    def ready(self) -> None:
        list(slices.load("wire"))
        list(slices.load("sockets"))
