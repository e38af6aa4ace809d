from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "chat.conversations"
    label = "chat_conversations"
    verbose_name = "Conversations"
