"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /."""

from django.urls import URLPattern, path

from social.graph.api import (
    ApproveFollowEndpoint,
    BlockedEndpoint,
    BlockEndpoint,
    DeclineFollowEndpoint,
    FollowEndpoint,
    FollowersEndpoint,
    FollowingEndpoint,
    FollowRequestsEndpoint,
    FollowStatusEndpoint,
    PeopleSearchEndpoint,
    SentFollowRequestsEndpoint,
)

api: list[URLPattern] = [
    path("users/search", PeopleSearchEndpoint.as_view(), name="api-people-search"),
    path("users/blocked", BlockedEndpoint.as_view(), name="api-blocked"),
    path("users/<str:user>/follow", FollowEndpoint.as_view(), name="api-follow"),
    path("users/<str:user>/follow-status", FollowStatusEndpoint.as_view(), name="api-follow-status"),
    path("follow-requests", FollowRequestsEndpoint.as_view(), name="api-follow-requests"),
    path("follow-requests/sent", SentFollowRequestsEndpoint.as_view(), name="api-follow-requests-sent"),
    path("follow-requests/<uuid:request_id>/approve", ApproveFollowEndpoint.as_view(), name="api-follow-request-approve"),
    path("follow-requests/<uuid:request_id>/decline", DeclineFollowEndpoint.as_view(), name="api-follow-request-decline"),
    path("users/<str:user>/followers", FollowersEndpoint.as_view(), name="api-followers"),
    path("users/<str:user>/following", FollowingEndpoint.as_view(), name="api-following"),
    path("users/<str:user>/block", BlockEndpoint.as_view(), name="api-block"),
]
pages: list[URLPattern] = []
