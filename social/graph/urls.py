"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /."""

from django.urls import URLPattern, path

from social.graph.api import (
    BlockedEndpoint,
    BlockEndpoint,
    FollowEndpoint,
    FollowersEndpoint,
    FollowingEndpoint,
    FollowStatusEndpoint,
    PeopleSearchEndpoint,
)

api: list[URLPattern] = [
    path("users/search", PeopleSearchEndpoint.as_view(), name="api-people-search"),
    path("users/blocked", BlockedEndpoint.as_view(), name="api-blocked"),
    path("users/<str:user>/follow", FollowEndpoint.as_view(), name="api-follow"),
    path("users/<str:user>/follow-status", FollowStatusEndpoint.as_view(), name="api-follow-status"),
    path("users/<str:user>/followers", FollowersEndpoint.as_view(), name="api-followers"),
    path("users/<str:user>/following", FollowingEndpoint.as_view(), name="api-following"),
    path("users/<str:user>/block", BlockEndpoint.as_view(), name="api-block"),
]
pages: list[URLPattern] = []
