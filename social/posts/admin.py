"""Posts and comments for those who operate and moderate. What is written stays as written; hiding is ``moderation``'s, which audits it."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from social.posts.models import Comment, Post


class ReadOnlyAdmin(ModelAdmin):
    """Nothing is added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Post)
class PostAdmin(ReadOnlyAdmin):
    icon = "article"
    list_display = ("excerpt", "author", "audience", "like_count", "comment_count", "created_at", "hidden_at", "deleted_at")
    list_filter = ("audience", ("hidden_at", admin.EmptyFieldListFilter), ("deleted_at", admin.EmptyFieldListFilter), "created_at")
    list_select_related = ("author",)
    search_fields = ("body", "author__username")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Comment)
class CommentAdmin(ReadOnlyAdmin):
    icon = "comment"
    list_display = ("excerpt", "author", "post", "like_count", "created_at", "hidden_at", "deleted_at")
    list_filter = (("hidden_at", admin.EmptyFieldListFilter), ("deleted_at", admin.EmptyFieldListFilter), "created_at")
    list_select_related = ("author", "post")
    search_fields = ("body", "author__username")
    ordering = ("-id",)
    show_full_result_count = False
