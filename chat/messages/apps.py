from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "chat.messages"
    label = "chat_messages"
    verbose_name = "Messages"

    def ready(self) -> None:
        from chat.messages.personal import KEEPER
        from chat.messages.selectors import unread_conversation_count
        from core import personal_data
        from core.web import navigation

        personal_data.register(KEEPER)
        navigation.register(
            navigation.Entry(key="chats", label="Chats", icon="chat-bubble-left-right", path="/chats/", order=30, count=unread_conversation_count)
        )
