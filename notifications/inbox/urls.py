"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /."""

from django.urls import URLPattern, path

from notifications.inbox import api as doors
from notifications.inbox import pages as views

api: list[URLPattern] = [
    path("notifications", doors.NotificationsEndpoint.as_view(), name="api_notifications"),
    path("notifications/unread", doors.UnreadEndpoint.as_view(), name="api_notifications_unread"),
    path("notifications/read-all", doors.ReadAllEndpoint.as_view(), name="api_notifications_read_all"),
    path("notifications/<uuid:notification_id>", doors.NotificationEndpoint.as_view(), name="api_notification"),
    path("notifications/<uuid:notification_id>/read", doors.ReadEndpoint.as_view(), name="api_notification_read"),
]
pages: list[URLPattern] = [
    path("notifications/", views.inbox, name="notifications"),
    path("notifications/read-all/", views.read_all, name="notifications_read_all"),
    path("notifications/<uuid:notification_id>/open/", views.open_notification, name="notification_open"),
    path("notifications/<uuid:notification_id>/delete/", views.delete_notification, name="notification_delete"),
]
