"""What a notification says."""

from notifications.inbox.models import Kind, Notification

WHAT = {
    (Kind.FOLLOW.value, ""): "followed you",
    (Kind.FOLLOW_REQUEST.value, ""): "asked to follow you",
    (Kind.FOLLOW_APPROVED.value, ""): "let you follow them",
    (Kind.FRIEND_REQUEST.value, ""): "would like to be your friend",
    (Kind.FRIEND_ACCEPT.value, ""): "accepted your friend request",
    (Kind.LIKE.value, "post"): "liked your post",
    (Kind.LIKE.value, "comment"): "liked your comment",
    (Kind.COMMENT.value, "post"): "commented on your post",
    (Kind.REPLY.value, "comment"): "replied to your comment",
    (Kind.MESSAGE.value, "conversation"): "sent you a message",
}


def who(notification: Notification) -> str:
    """ "Ana", "Ana and 1 other", "Ana and 12 others"; nothing where nobody did it."""
    if notification.actor is None:
        return ""
    others = notification.actor_count - 1
    name = notification.actor.name
    return f"{name} and {others} other{'s' if others > 1 else ''}" if others > 0 else name


def what(notification: Notification) -> str:
    """What they did, or the notification's own words."""
    return notification.text or WHAT[notification.kind, notification.target_kind]


def sentence(notification: Notification) -> str:
    return f"{who(notification)} {what(notification)}".strip()
