from django.apps import AppConfig


class PostsConfig(AppConfig):
    name = "social.posts"
    label = "social_posts"
    verbose_name = "Posts"
