from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "notifications.inbox"
    label = "notifications_inbox"
    verbose_name = "Notifications"
