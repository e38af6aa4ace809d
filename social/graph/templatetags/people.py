"""What templates of any page may ask of the graph."""

from typing import Any

from django import template

from accounts.users.models import User
from social.graph import selectors

register = template.Library()


@register.simple_tag(takes_context=True)
def suggested_people(context: dict[str, Any]) -> list[User]:
    """Some people the signed-in person might follow. One query; none for anonymous readers."""
    user = context.get("user")
    return selectors.suggestions(user, limit=5) if isinstance(user, User) else []
