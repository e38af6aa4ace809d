"""The inbox over REST."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import Endpoint
from notifications.inbox import selectors, services
from notifications.inbox.serializers import InboxQuery, NotificationSerializer, UnreadNotificationsSerializer


class NotificationsEndpoint(Endpoint):
    """What one was told."""

    @extend_schema(operation_id="notifications_list", parameters=[InboxQuery], responses=NotificationSerializer(many=True))
    def get(self, request: Request) -> Response:
        """One's notifications, the latest first."""
        unread = self.validated_query(InboxQuery)["unread"]
        return self.page(selectors.inbox(self.viewer, unread=unread, **self.page_arguments()), NotificationSerializer)


class UnreadEndpoint(Endpoint):
    """How much is new."""

    @extend_schema(operation_id="notifications_unread", responses=UnreadNotificationsSerializer)
    def get(self, request: Request) -> Response:
        """How many notifications are unread."""
        return self.answer(UnreadNotificationsSerializer, {"unread": selectors.unread_count(self.viewer)})


class ReadEndpoint(Endpoint):
    """One notification, read."""

    @extend_schema(operation_id="notifications_read", request=None, responses=NotificationSerializer)
    def post(self, request: Request, notification_id: UUID) -> Response:
        """Mark it as read."""
        return self.answer(NotificationSerializer, services.mark_read(viewer=self.viewer, notification_id=notification_id))


class ReadAllEndpoint(Endpoint):
    """All of them, read."""

    @extend_schema(operation_id="notifications_read_all", request=None, responses=UnreadNotificationsSerializer)
    def post(self, request: Request) -> Response:
        """Mark everything as read."""
        services.mark_all_read(viewer=self.viewer)
        return self.answer(UnreadNotificationsSerializer, {"unread": selectors.unread_count(self.viewer)})


class NotificationEndpoint(Endpoint):
    """One notification."""

    @extend_schema(operation_id="notifications_destroy", responses={204: None})
    def delete(self, request: Request, notification_id: UUID) -> Response:
        """Remove it for good."""
        services.delete_notification(viewer=self.viewer, notification_id=notification_id)
        return Response(status=204)
