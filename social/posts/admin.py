"""Posts and comments for those who operate and moderate. What is written stays as written; hiding goes through the services."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from social.posts import services
from social.posts.models import Comment, Post


class ReadOnlyAdmin(ModelAdmin):
    """Nothing is added, changed or deleted here; actions say what can be done."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_hide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")


@admin.register(Post)
class PostAdmin(ReadOnlyAdmin):
    icon = "article"
    list_display = ("excerpt", "author", "audience", "like_count", "comment_count", "created_at", "hidden_at", "deleted_at")
    list_filter = ("audience", ("hidden_at", admin.EmptyFieldListFilter), ("deleted_at", admin.EmptyFieldListFilter), "created_at")
    list_select_related = ("author",)
    search_fields = ("body", "author__username")
    ordering = ("-id",)
    show_full_result_count = False
    actions = ("hide", "unhide")

    @admin.action(description="Hide from everybody", permissions=["hide"])
    def hide(self, request: HttpRequest, posts: QuerySet[Post]) -> None:
        self.message_user(request, f"{sum(services.hide_post(post=post) for post in posts)} hidden.")

    @admin.action(description="Show again", permissions=["hide"])
    def unhide(self, request: HttpRequest, posts: QuerySet[Post]) -> None:
        self.message_user(request, f"{sum(services.unhide_post(post=post) for post in posts)} shown again.")


@admin.register(Comment)
class CommentAdmin(ReadOnlyAdmin):
    icon = "comment"
    list_display = ("excerpt", "author", "post", "like_count", "created_at", "hidden_at", "deleted_at")
    list_filter = (("hidden_at", admin.EmptyFieldListFilter), ("deleted_at", admin.EmptyFieldListFilter), "created_at")
    list_select_related = ("author", "post")
    search_fields = ("body", "author__username")
    ordering = ("-id",)
    show_full_result_count = False
    actions = ("hide", "unhide")

    @admin.action(description="Hide from everybody", permissions=["hide"])
    def hide(self, request: HttpRequest, comments: QuerySet[Comment]) -> None:
        self.message_user(request, f"{sum(services.hide_comment(comment=comment) for comment in comments)} hidden.")

    @admin.action(description="Show again", permissions=["hide"])
    def unhide(self, request: HttpRequest, comments: QuerySet[Comment]) -> None:
        self.message_user(request, f"{sum(services.unhide_comment(comment=comment) for comment in comments)} shown again.")
