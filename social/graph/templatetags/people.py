"""What templates of any page may ask of the graph."""

from typing import Any

from django import template

from accounts.users.models import User
from social.graph.suggestions import Suggestion, suggestions_for

register = template.Library()


@register.simple_tag(takes_context=True)
def suggested_people(context: dict[str, Any]) -> list[Suggestion]:
    """Some people the signed-in person might know or follow, and why. Four queries at most; none for anonymous readers."""
    user = context.get("user")
    return suggestions_for(user, limit=5) if isinstance(user, User) else []
