"""Who follows, befriends, keeps, mutes and blocks whom: who and when, not in what words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse

from accounts.users.admin import Panel, PanelRow, UserAdmin
from accounts.users.models import User
from core.admin import LookingAdmin, whether
from social.graph import services
from social.graph.models import Block, Contact, Follow, FollowRequest, FriendRequest, Friendship, KeywordMute, Mute


class EdgeAdmin(LookingAdmin):
    """Edges are people's own: they are looked at, never made or taken away here."""

    ordering = ("-id",)
    list_filter: tuple[Any, ...] = ("created_at",)


@admin.register(Follow)
class FollowAdmin(EdgeAdmin):
    icon = "person_add"
    list_display = ("follower", "followed", "created_at")
    list_select_related = ("follower", "followed")
    search_fields = ("follower__username", "followed__username")
    fields = ("follower", "followed", "created_at")


@admin.register(Block)
class BlockAdmin(EdgeAdmin):
    icon = "block"
    list_display = ("blocker", "blocked", "created_at")
    list_select_related = ("blocker", "blocked")
    search_fields = ("blocker__username", "blocked__username")
    fields = ("blocker", "blocked", "created_at")


@admin.register(FollowRequest)
class FollowRequestAdmin(EdgeAdmin):
    icon = "person_add_disabled"
    list_display = ("requester", "requested", "created_at")
    list_select_related = ("requester", "requested")
    search_fields = ("requester__username", "requested__username")
    fields = ("requester", "requested", "created_at")


@dataclass(frozen=True, slots=True)
class Removal:
    """How a row is taken away, and what the audit trail says of it."""

    take_away: Callable[[Any], object]  # by the service that knows how, so that counts and devices follow; False, or an error, where there was none
    of_whom: Callable[[Any], tuple[User, UUID]]  # whose it is, and the key of the other person; that of the row where there is none


class RemovableEdgeAdmin(EdgeAdmin):
    """What staff may take away. Each of these says how; who does it to whom and why is ``moderation``'s."""

    removal: ClassVar[Removal]


@admin.register(Friendship)
class FriendshipAdmin(RemovableEdgeAdmin):
    """Each friendship has two rows; removing either removes both."""

    icon = "diversity_1"
    list_display = ("person", "friend", "created_at")
    list_select_related = ("person", "friend")
    search_fields = ("person__username", "friend__username")
    fields = ("person", "friend", "created_at")
    removal = Removal(
        take_away=lambda row: services.remove_friend(actor=row.person, friend=row.friend),
        of_whom=lambda row: (row.person, row.friend_id),
    )


@admin.register(FriendRequest)
class FriendRequestAdmin(RemovableEdgeAdmin):
    icon = "person_raised_hand"
    list_display = ("sender", "receiver", "created_at", "declined_at")
    list_select_related = ("sender", "receiver")
    list_filter = (("declined_at", whether("answer", yes="Declined", no="Waiting")), "created_at")
    search_fields = ("sender__username", "receiver__username")
    fields = ("sender", "receiver", "created_at", "declined_at", "withdrawn_at")
    removal = Removal(
        take_away=lambda row: services.discard_request(request=row),
        of_whom=lambda row: (row.sender, row.receiver_id),
    )


@admin.register(Contact)
class ContactAdmin(RemovableEdgeAdmin):
    icon = "contacts"
    list_display = ("owner", "person", "created_at")
    list_select_related = ("owner", "person")
    search_fields = ("owner__username", "person__username")
    fields = ("owner", "person", "created_at")
    removal = Removal(
        take_away=lambda row: services.remove_contact(owner=row.owner, contact_id=row.pk),
        of_whom=lambda row: (row.owner, row.person_id),
    )


@admin.register(Mute)
class MuteAdmin(RemovableEdgeAdmin):
    icon = "volume_off"
    list_display = ("muter", "muted", "until", "created_at")
    list_select_related = ("muter", "muted")
    search_fields = ("muter__username", "muted__username")
    fields = ("muter", "muted", "until", "created_at")
    removal = Removal(
        take_away=lambda row: services.unmute(actor=row.muter, target=row.muted),
        of_whom=lambda row: (row.muter, row.muted_id),
    )


@admin.register(KeywordMute)
class KeywordMuteAdmin(RemovableEdgeAdmin):
    """Who mutes words, and until when; which words is theirs."""

    icon = "voice_over_off"
    list_display = ("muter", "until", "created_at")
    list_select_related = ("muter",)
    search_fields = ("muter__username",)
    fields = ("muter", "until", "created_at")
    removal = Removal(
        take_away=lambda row: services.unmute_keyword(actor=row.muter, mute_id=row.pk),
        of_whom=lambda row: (row.muter, row.pk),
    )


RELATIONS: list[tuple[str, type[Model], str]] = [
    ("Followers", Follow, "followed"),
    ("Following", Follow, "follower"),
    ("Asked to follow by", FollowRequest, "requested"),
    ("Asks to follow", FollowRequest, "requester"),
    ("Friends", Friendship, "person"),
    ("Friend requests received", FriendRequest, "receiver"),
    ("Friend requests sent", FriendRequest, "sender"),
    ("Contacts", Contact, "owner"),
    ("Muted people", Mute, "muter"),
    ("Blocked people", Block, "blocker"),
    ("Blocked by", Block, "blocked"),
]


def relations(request: HttpRequest, person: User) -> Panel | None:
    """On the person's page: how many there are of each relation, and the list of them."""
    rows = [
        PanelRow(
            label=label,
            value=str(model._default_manager.filter(**{end: person}).count()),
            url=f"{reverse(f'admin:{model._meta.app_label}_{model._meta.model_name}_changelist')}?{end}__id__exact={person.pk}",
        )
        for label, model, end in RELATIONS
        if request.user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")
    ]
    return Panel(title="Relations", rows=rows) if rows else None


# People are further down and know no relations, so what staff see of both is added from here.
UserAdmin.panels = [*UserAdmin.panels, relations]
