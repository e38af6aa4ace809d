"""Who may speak with whom."""

from accounts.users.models import Circle, User
from social.graph.policies import follows
from social.graph.querysets import people_visible_to


def can_start_conversation(actor: User, target: User) -> bool:
    """Whether ``target`` exists for ``actor`` and takes new conversations from people like them."""
    if not people_visible_to(actor).filter(pk=target.pk).exists():
        return False
    if target.messages_from == Circle.FOLLOWED:
        return follows(target, actor)
    return target.messages_from == Circle.EVERYONE
