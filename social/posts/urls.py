"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /."""

from django.urls import URLPattern, path

from social.posts import api as endpoints
from social.posts import pages as views

api: list[URLPattern] = [
    path("posts", endpoints.PostsEndpoint.as_view(), name="api-posts"),
    path("posts/<uuid:post_id>", endpoints.PostEndpoint.as_view(), name="api-post"),
    path("posts/<uuid:post_id>/like", endpoints.PostLikeEndpoint.as_view(), name="api-post-like"),
    path("posts/<uuid:post_id>/likes", endpoints.PostLikesEndpoint.as_view(), name="api-post-likes"),
    path("posts/<uuid:post_id>/comments", endpoints.CommentsEndpoint.as_view(), name="api-comments"),
    path("comments/<uuid:comment_id>", endpoints.CommentEndpoint.as_view(), name="api-comment"),
    path("comments/<uuid:comment_id>/replies", endpoints.RepliesEndpoint.as_view(), name="api-replies"),
    path("comments/<uuid:comment_id>/like", endpoints.CommentLikeEndpoint.as_view(), name="api-comment-like"),
]
pages: list[URLPattern] = [
    path("posts/new/", views.compose, name="compose"),
    path("posts/<uuid:post_id>/", views.post_page, name="post"),
    path("posts/<uuid:post_id>/comments/<uuid:comment_id>/", views.thread_page, name="thread"),
    path("posts/<uuid:post_id>/edit/", views.edit_post, name="post_edit"),
    path("posts/<uuid:post_id>/delete/", views.delete_post, name="post_delete"),
    path("posts/<uuid:post_id>/like/", views.like_post, name="post_like"),
    path("posts/<uuid:post_id>/comment/", views.create_comment, name="comment_create"),
    path("comments/<uuid:comment_id>/reply/", views.reply_form, name="comment_reply"),
    path("comments/<uuid:comment_id>/edit/", views.edit_comment, name="comment_edit"),
    path("comments/<uuid:comment_id>/delete/", views.delete_comment, name="comment_delete"),
    path("comments/<uuid:comment_id>/like/", views.like_comment, name="comment_like"),
]
