"""Who may speak with whom."""

from accounts.users.models import User
from social.graph.querysets import lets_in, people_visible_to


def can_start_conversation(actor: User, target: User) -> bool:
    """Whether ``target`` exists for ``actor`` and takes new conversations from people like them."""
    return people_visible_to(actor).filter(lets_in(actor, "messages_from"), pk=target.pk).exists()


def can_add_to_group(actor: User, target: User) -> bool:
    """Whether ``target`` exists for ``actor`` and lets people like them add them to groups."""
    return people_visible_to(actor).filter(lets_in(actor, "groups_from"), pk=target.pk).exists()
