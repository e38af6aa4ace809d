from django.apps import AppConfig


class PostsConfig(AppConfig):
    name = "social.posts"
    label = "social_posts"
    verbose_name = "Posts"

    def ready(self) -> None:
        from core import personal_data, reportable
        from social.posts import selectors, services
        from social.posts.models import Comment, Post
        from social.posts.personal import KEEPER

        personal_data.register(KEEPER)
        reportable.register(
            reportable.Reportable(
                kind="post",
                label="post",
                visible=selectors.post_detail,
                find=lambda key: Post.objects.select_related("author").filter(pk=key, deleted_at=None).first(),
                url=Post.get_absolute_url,
                author=lambda post: post.author,
                text=lambda post: post.body,
                hide=lambda post, reason: services.hide_post(post=post, reason=reason),
                unhide=lambda post: services.unhide_post(post=post),
                is_hidden=lambda post: post.hidden_at is not None,
            )
        )
        reportable.register(
            reportable.Reportable(
                kind="comment",
                label="comment",
                visible=selectors.comment_detail,
                find=lambda key: Comment.objects.select_related("author", "post").filter(pk=key, deleted_at=None).first(),
                url=Comment.get_absolute_url,
                author=lambda comment: comment.author,
                text=lambda comment: comment.body,
                hide=lambda comment, _reason: services.hide_comment(comment=comment),
                unhide=lambda comment: services.unhide_comment(comment=comment),
                is_hidden=lambda comment: comment.hidden_at is not None,
            )
        )
