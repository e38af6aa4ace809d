"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /."""

from django.urls import URLPattern, path

from social.feeds import api as endpoints
from social.feeds import pages as views

api: list[URLPattern] = [
    path("feeds/home", endpoints.HomeFeedEndpoint.as_view(), name="api-home-feed"),
    path("feeds/public", endpoints.PublicFeedEndpoint.as_view(), name="api-public-feed"),
    path("users/<str:user>/posts", endpoints.ProfileFeedEndpoint.as_view(), name="api-profile-feed"),
]
pages: list[URLPattern] = [
    path("home/", views.home, name="home"),
    path("home/news/", views.news, name="home_news"),
    path("explore/", views.explore, name="explore"),
]
