"""Who follows, befriends, keeps, mutes and blocks whom: who and when, not in what words."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from social.graph import services
from social.graph.models import Block, Contact, Follow, FollowRequest, FriendRequest, Friendship, KeywordMute, Mute


class EdgeAdmin(ModelAdmin):
    """Edges are people's own: they are looked at, never made or taken away here."""

    ordering = ("-id",)
    list_filter: tuple[Any, ...] = ("created_at",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Follow)
class FollowAdmin(EdgeAdmin):
    icon = "person_add"
    list_display = ("follower", "followed", "created_at")
    list_select_related = ("follower", "followed")
    search_fields = ("follower__username", "followed__username")


@admin.register(Block)
class BlockAdmin(EdgeAdmin):
    icon = "block"
    list_display = ("blocker", "blocked", "created_at")
    list_select_related = ("blocker", "blocked")
    search_fields = ("blocker__username", "blocked__username")


@admin.register(FollowRequest)
class FollowRequestAdmin(EdgeAdmin):
    icon = "person_add_disabled"
    list_display = ("requester", "requested", "created_at")
    list_select_related = ("requester", "requested")
    search_fields = ("requester__username", "requested__username")


class RemovableEdgeAdmin(EdgeAdmin):
    """Whoever may delete does so by the service ``delete_model`` names, so that counts and devices follow; Django's log keeps who did it."""

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return bool(ModelAdmin.has_delete_permission(self, request, obj))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.delete_model(request, row)


@admin.register(Friendship)
class FriendshipAdmin(RemovableEdgeAdmin):
    """Each friendship has two rows; removing either removes both."""

    icon = "diversity_1"
    list_display = ("person", "friend", "created_at")
    list_select_related = ("person", "friend")
    search_fields = ("person__username", "friend__username")

    def delete_model(self, request: HttpRequest, obj: Friendship) -> None:
        services.remove_friend(actor=obj.person, friend=obj.friend)


@admin.register(FriendRequest)
class FriendRequestAdmin(RemovableEdgeAdmin):
    icon = "person_raised_hand"
    list_display = ("sender", "receiver", "created_at", "declined_at")
    list_select_related = ("sender", "receiver")
    list_filter = (("declined_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("sender__username", "receiver__username")
    fields = ("sender", "receiver", "created_at", "declined_at", "withdrawn_at")

    def delete_model(self, request: HttpRequest, obj: FriendRequest) -> None:
        services.discard_request(request=obj)


@admin.register(Contact)
class ContactAdmin(RemovableEdgeAdmin):
    icon = "contacts"
    list_display = ("owner", "person", "created_at")
    list_select_related = ("owner", "person")
    search_fields = ("owner__username", "person__username")
    fields = ("owner", "person", "created_at")

    def delete_model(self, request: HttpRequest, obj: Contact) -> None:
        services.remove_contact(owner=obj.owner, contact_id=obj.pk)


@admin.register(Mute)
class MuteAdmin(RemovableEdgeAdmin):
    icon = "volume_off"
    list_display = ("muter", "muted", "until", "created_at")
    list_select_related = ("muter", "muted")
    search_fields = ("muter__username", "muted__username")

    def delete_model(self, request: HttpRequest, obj: Mute) -> None:
        services.unmute(actor=obj.muter, target=obj.muted)


@admin.register(KeywordMute)
class KeywordMuteAdmin(RemovableEdgeAdmin):
    """Who mutes words, and until when; which words is theirs."""

    icon = "voice_over_off"
    list_display = ("muter", "until", "created_at")
    list_select_related = ("muter",)
    search_fields = ("muter__username",)
    fields = ("muter", "until", "created_at")

    def delete_model(self, request: HttpRequest, obj: KeywordMute) -> None:
        services.unmute_keyword(actor=obj.muter, mute_id=obj.pk)
