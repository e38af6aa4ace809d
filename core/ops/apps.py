from django.apps import AppConfig


class OpsConfig(AppConfig):
    name = "core.ops"
    label = "core_ops"
    verbose_name = "Operations"
