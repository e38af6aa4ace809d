from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "moderation.reports"
    label = "moderation_reports"
    verbose_name = "Reports desk"

    def ready(self) -> None:
        from core import personal_data
        from moderation.reports.personal import KEEPER

        personal_data.register(KEEPER)
