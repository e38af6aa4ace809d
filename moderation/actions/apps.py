from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "moderation.actions"
    label = "moderation_actions"
    verbose_name = "Decisions"
