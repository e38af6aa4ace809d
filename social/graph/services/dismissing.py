"""Not being shown somebody again."""

from accounts.users.models import User
from core.errors import Forbidden
from social.graph.models import DismissedSuggestion


def dismiss_suggestion(*, actor: User, person: User) -> None:
    """Suggest ``person`` to ``actor`` no more. Raises Forbidden("dismiss_oneself")."""
    if actor == person:
        raise Forbidden("You are not suggested to yourself.", code="dismiss_oneself")
    DismissedSuggestion.objects.get_or_create(person=actor, dismissed=person)
