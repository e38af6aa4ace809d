from django.apps import AppConfig


class OpsConfig(AppConfig):
    name = "core.ops"
    label = "core_ops"
    verbose_name = "Operations"

    def ready(self) -> None:
        from core.ops import errors, failures  # noqa: F401  models must be loaded first; importing connects the signal

        errors.start_reporting()
