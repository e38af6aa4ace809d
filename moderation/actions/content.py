"""Hiding posts and comments that nobody reported, from their lists. Each act asks why, and is audited.

What can be hidden says so in ``core.reportable``; its admins are floors down, so the actions are added from here.
"""

from typing import Any

from django.http import HttpRequest
from unfold.admin import ModelAdmin

from accounts.users.models import User
from moderation.actions import services
from moderation.actions.asking import asks_why
from social.posts.admin import CommentAdmin, PostAdmin


@asks_why("hide", "Hide from everybody", permission="hide")
def hide(*, moderator: User, row: Any, reason: str) -> None:
    services.hide_thing(moderator=moderator, kind=row._meta.model_name, thing=row, reason=reason)


@asks_why("unhide", "Show again", permission="hide")
def unhide(*, moderator: User, row: Any, reason: str) -> None:
    services.unhide_thing(moderator=moderator, kind=row._meta.model_name, thing=row, reason=reason)


def may_hide(self: ModelAdmin, request: HttpRequest) -> bool:
    """Whoever may change what people wrote may hide it, which is all that can be changed of it."""
    return bool(request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}"))


for shown in (PostAdmin, CommentAdmin):
    shown.has_hide_permission = may_hide
    shown.actions = (*(shown.actions or ()), hide, unhide)
