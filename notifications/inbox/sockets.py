"""The inbox over the socket."""

from accounts.users.models import User
from core.realtime.connection import Connection
from core.realtime.registry import command
from notifications.inbox import services
from notifications.inbox.wire import NotificationReadCommand


@command("notification:read", NotificationReadCommand, limits=["60/m"])
def notification_read(connection: Connection, data: NotificationReadCommand) -> None:
    """Mark a line as read. The person's other sockets hear ``notification:read``."""
    services.mark_read(viewer=User.objects.get(pk=connection.user_id), notification_id=data.id)
