from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "moderation.actions"
    label = "moderation_actions"
    verbose_name = "Audit trail"

    def ready(self) -> None:
        from core import personal_data
        from moderation.actions.personal import KEEPER

        personal_data.register(KEEPER)
