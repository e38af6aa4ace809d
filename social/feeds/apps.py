from django.apps import AppConfig


class FeedsConfig(AppConfig):
    name = "social.feeds"
    label = "social_feeds"
    verbose_name = "Feeds"
