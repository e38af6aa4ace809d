"""Who follows and who blocks whom, to look at."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from social.graph.models import Block, Follow, FollowRequest


class EdgeAdmin(ModelAdmin):
    """Edges are people's own: they are looked at, never made or taken away here."""

    ordering = ("-id",)
    list_filter = ("created_at",)
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
