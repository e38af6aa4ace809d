"""Taking away what is between people: a friendship, a request, a contact, a mute. Each act asks why, and is audited.

The admins of the graph say how (``removal``); they are floors down, so the action is added from here.
"""

from typing import cast

from django.contrib import admin
from django.http import HttpRequest

from accounts.users.models import User
from moderation.actions import services
from moderation.actions.asking import asks_why
from social.graph.admin import RemovableEdgeAdmin
from social.graph.models import Contact, FriendRequest, Friendship, KeywordMute, Mute


@asks_why("take_away", "Remove", permission="remove")
def take_away(*, moderator: User, row: Friendship | FriendRequest | Contact | Mute | KeywordMute, reason: str) -> None:
    removal = cast(RemovableEdgeAdmin, admin.site.get_model_admin(type(row))).removal
    person, target_id = removal.of_whom(row)
    services.remove_relation(
        moderator=moderator,
        person=person,
        kind=str(row._meta.model_name),
        target_id=target_id,
        reason=reason,
        remove=lambda: removal.take_away(row) is not False,
    )


def may_remove(self: RemovableEdgeAdmin, request: HttpRequest) -> bool:
    return bool(request.user.has_perm(f"{self.opts.app_label}.delete_{self.opts.model_name}"))


RemovableEdgeAdmin.has_remove_permission = may_remove
RemovableEdgeAdmin.actions = (*(RemovableEdgeAdmin.actions or ()), take_away)
