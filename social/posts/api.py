"""REST for posts, comments and likes. Doors only: what may be done is decided in the services."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.users.serializers import PersonSerializer
from core.api.schema import operation
from core.api.views import Endpoint
from social.posts import selectors, services
from social.posts.models import Comment, Post
from social.posts.serializers import (
    CommentCreateSerializer,
    CommentEditSerializer,
    CommentSerializer,
    LikeSerializer,
    PostCreateSerializer,
    PostEditSerializer,
    PostSerializer,
    ThreadSerializer,
)


class WritingEndpoint(Endpoint):
    """Public things can be read by anybody; the rest asks who it is."""

    permission_classes = [IsAuthenticatedOrReadOnly]
    liked_posts: Iterable[UUID] = ()
    liked_comments: Iterable[UUID] = ()

    @property
    def serializer_context(self) -> dict[str, Any]:
        return {**super().serializer_context, "liked_posts": self.liked_posts, "liked_comments": self.liked_comments}

    def answer_post(self, post: Post, *, status: int = 200) -> Response:
        self.liked_posts = selectors.liked_posts(self.viewer, [post.pk])
        return self.answer(PostSerializer, post, status=status)

    def answer_comment(self, comment: Comment, *, status: int = 200) -> Response:
        self.liked_comments = selectors.liked_comments(self.viewer, [comment.pk])
        return self.answer(CommentSerializer, comment, status=status)


class PostsEndpoint(WritingEndpoint):
    @operation("Publish a post", request=PostCreateSerializer, response=PostSerializer, status=201)
    def post(self, request: Request) -> Response:
        data = self.validated(PostCreateSerializer)
        images = [services.Picture(**picture) for picture in data.pop("images", [])]
        post = services.create_post(author=self.viewer, images=images, **data)
        return self.answer_post(post, status=201)


class PostEndpoint(WritingEndpoint):
    @operation("One post", response=PostSerializer)
    def get(self, request: Request, post_id: UUID) -> Response:
        return self.answer_post(selectors.post_or_own(self.viewer, post_id))

    @operation("Edit one's post", request=PostEditSerializer, response=PostSerializer)
    def patch(self, request: Request, post_id: UUID) -> Response:
        post = selectors.post_detail(self.viewer, post_id)
        return self.answer_post(services.edit_post(actor=self.viewer, post=post, **self.validated(PostEditSerializer)))

    @operation("Delete one's post", status=204)
    def delete(self, request: Request, post_id: UUID) -> Response:
        services.delete_post(actor=self.viewer, post=selectors.post_or_own(self.viewer, post_id))
        return Response(status=204)


class PostLikeEndpoint(WritingEndpoint):
    @operation("Like a post", response=LikeSerializer)
    def post(self, request: Request, post_id: UUID) -> Response:
        services.like_post(actor=self.viewer, post=selectors.post_detail(self.viewer, post_id))
        return self.answer_like(post_id, liked=True)

    @operation("Take a like of a post back", response=LikeSerializer)
    def delete(self, request: Request, post_id: UUID) -> Response:
        services.unlike_post(actor=self.viewer, post=selectors.post_detail(self.viewer, post_id))
        return self.answer_like(post_id, liked=False)

    def answer_like(self, post_id: UUID, *, liked: bool) -> Response:
        return self.answer(LikeSerializer, {"liked": liked, "like_count": selectors.post_detail(self.viewer, post_id).like_count})


class PostLikesEndpoint(WritingEndpoint):
    @operation("Who likes a post", response=PersonSerializer, paged=True)
    def get(self, request: Request, post_id: UUID) -> Response:
        post = selectors.post_detail(self.viewer, post_id)
        return self.page(selectors.likers(self.viewer, post, **self.page_arguments()), PersonSerializer)


class CommentsEndpoint(WritingEndpoint):
    @operation("The comments on a post, newest first", response=ThreadSerializer, paged=True)
    def get(self, request: Request, post_id: UUID) -> Response:
        """Each with the oldest replies to it; `comments/{id}/replies` has them all."""
        page = selectors.threads(self.viewer, selectors.post_detail(self.viewer, post_id), **self.page_arguments())
        shown = [comment.pk for thread in page.items for comment in (thread.comment, *thread.replies)]
        self.liked_comments = selectors.liked_comments(self.viewer, shown)
        return self.page(page, ThreadSerializer)

    @operation("Comment on a post", request=CommentCreateSerializer, response=CommentSerializer, status=201)
    def post(self, request: Request, post_id: UUID) -> Response:
        data = self.validated(CommentCreateSerializer)
        post = selectors.post_detail(self.viewer, post_id)
        parent = selectors.comment_detail(self.viewer, data["reply_to"]) if data.get("reply_to") else None
        comment = services.create_comment(author=self.viewer, post=post, body=data["body"], parent=parent)
        return self.answer_comment(comment, status=201)


class CommentEndpoint(WritingEndpoint):
    @operation("One comment", response=CommentSerializer)
    def get(self, request: Request, comment_id: UUID) -> Response:
        return self.answer_comment(selectors.comment_detail(self.viewer, comment_id))

    @operation("Edit one's comment", request=CommentEditSerializer, response=CommentSerializer)
    def patch(self, request: Request, comment_id: UUID) -> Response:
        comment = selectors.comment_detail(self.viewer, comment_id)
        return self.answer_comment(services.edit_comment(actor=self.viewer, comment=comment, **self.validated(CommentEditSerializer)))

    @operation("Delete a comment: one's own, or one under one's post", status=204)
    def delete(self, request: Request, comment_id: UUID) -> Response:
        services.delete_comment(actor=self.viewer, comment=selectors.comment_detail(self.viewer, comment_id))
        return Response(status=204)


class RepliesEndpoint(WritingEndpoint):
    @operation("The replies in a thread, oldest first", response=CommentSerializer, paged=True)
    def get(self, request: Request, comment_id: UUID) -> Response:
        page = selectors.replies(self.viewer, selectors.thread_detail(self.viewer, comment_id), **self.page_arguments())
        self.liked_comments = selectors.liked_comments(self.viewer, [reply.pk for reply in page.items])
        return self.page(page, CommentSerializer)


class CommentLikeEndpoint(WritingEndpoint):
    @operation("Like a comment", response=LikeSerializer)
    def post(self, request: Request, comment_id: UUID) -> Response:
        services.like_comment(actor=self.viewer, comment=selectors.comment_detail(self.viewer, comment_id))
        return self.answer_like(comment_id, liked=True)

    @operation("Take a like of a comment back", response=LikeSerializer)
    def delete(self, request: Request, comment_id: UUID) -> Response:
        services.unlike_comment(actor=self.viewer, comment=selectors.comment_detail(self.viewer, comment_id))
        return self.answer_like(comment_id, liked=False)

    def answer_like(self, comment_id: UUID, *, liked: bool) -> Response:
        return self.answer(LikeSerializer, {"liked": liked, "like_count": selectors.comment_detail(self.viewer, comment_id).like_count})
