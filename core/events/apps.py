from django.apps import AppConfig

from core import slices


class EventsConfig(AppConfig):
    name = "core.events"
    label = "core_events"
    verbose_name = "Events"

    def ready(self) -> None:
        list(slices.load("handlers"))
