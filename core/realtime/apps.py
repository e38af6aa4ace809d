from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "core.realtime"
    label = "core_realtime"
    verbose_name = "Real time"
