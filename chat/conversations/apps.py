from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "chat.conversations"
    label = "chat_conversations"
    verbose_name = "Conversations"

    def ready(self) -> None:
        from chat.conversations.personal import KEEPER
        from core import personal_data

        personal_data.register(KEEPER)
