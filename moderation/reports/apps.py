from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "moderation.reports"
    label = "moderation_reports"
    verbose_name = "Reports"
