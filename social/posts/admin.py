"""Posts and comments for those who operate and moderate. What is written stays as written; hiding is ``moderation``'s, which audits it."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.decorators import display

from accounts.users.admin import Panel, PanelRow, UserAdmin
from accounts.users.models import User
from core.admin import LookingAdmin, inner_link, whether
from social.posts.models import Comment, Post

HIDDEN = ("hidden_at", whether("moderators", yes="Hidden", no="Not hidden"))
DELETED = ("deleted_at", whether("authors", yes="Deleted", no="Not deleted"))
WRITTEN = ("created_at", "edited_at", "hidden_at", "deleted_at")


class WritingAdmin(LookingAdmin):
    ordering = ("-id",)
    search_fields = ("body", "author__username")

    @display(description="Standing", label={"Hidden": "warning", "Deleted": "danger", "Seen": "success"})
    def standing(self, row: Post | Comment) -> str:
        if row.deleted_at:
            return "Deleted"
        return "Hidden" if row.hidden_at else "Seen"

    @display(description="On the site")
    def place(self, row: Post | Comment) -> str | SafeString:
        """Only where there is something to be seen."""
        if not row.is_live:
            return ""
        return inner_link(row.get_absolute_url(), "Open it")


@admin.register(Post)
class PostAdmin(WritingAdmin):
    icon = "article"
    menu_order = 0
    list_display = ("excerpt", "author", "audience", "standing", "like_count", "comment_count", "created_at")
    list_filter = ("audience", HIDDEN, DELETED, "created_at")
    list_select_related = ("author",)
    fields = ("body", "pictures", "author", "audience", "place", "like_count", "comment_count", *WRITTEN, "hidden_reason")
    readonly_fields = fields

    @display(description="Pictures")
    def pictures(self, post: Post) -> str:
        """How they are described."""
        return "; ".join(image.alt or "not described" for image in post.images.all())


@admin.register(Comment)
class CommentAdmin(WritingAdmin):
    icon = "comment"
    menu_order = 1
    list_display = ("excerpt", "author", "post", "standing", "like_count", "created_at")
    list_filter = (HIDDEN, DELETED, "created_at")
    list_select_related = ("author", "post")
    fields = ("body", "author", "post", "parent", "place", "like_count", "reply_count", *WRITTEN)
    readonly_fields = fields


def writings(request: HttpRequest, person: User) -> Panel | None:
    """On the person's page: how much they wrote, and the lists of it."""
    rows = [
        PanelRow(
            label=label,
            value=str(model._default_manager.filter(author=person).count()),
            url=f"{reverse(f'admin:social_posts_{name}_changelist')}?author__id__exact={person.pk}",
        )
        for label, name, model in (("Posts", "post", Post), ("Comments", "comment", Comment))
        if request.user.has_perm(f"social_posts.view_{name}")
    ]
    return Panel(title="Writings", rows=rows) if rows else None


# People are further down and know no posts, so what staff see of both is added from here.
UserAdmin.panels = [*UserAdmin.panels, writings]
