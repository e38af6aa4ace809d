from django.apps import AppConfig


class FeedsConfig(AppConfig):
    name = "social.feeds"
    label = "social_feeds"
    verbose_name = "Feeds"

    def ready(self) -> None:
        from core.web import navigation

        navigation.register(navigation.Entry(key="home", label="Home", icon="home", path="/home/", order=10))
        navigation.register(navigation.Entry(key="explore", label="Explore", icon="magnifying-glass", path="/explore/", order=20))
