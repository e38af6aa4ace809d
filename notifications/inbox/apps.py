from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "notifications.inbox"
    label = "notifications_inbox"
    verbose_name = "Notifications"

    def ready(self) -> None:
        from core import personal_data
        from core.web import navigation
        from notifications.inbox.personal import KEEPER
        from notifications.inbox.selectors import unread_count

        personal_data.register(KEEPER)
        navigation.register(
            navigation.Entry(key="notifications", label="Notifications", icon="bell", path="/notifications/", order=40, count=unread_count)
        )
