"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /."""

from django.urls import URLPattern, path

from accounts.profiles import pages as views
from accounts.profiles.api import AvatarEndpoint

api: list[URLPattern] = [path("users/me/avatar", AvatarEndpoint.as_view(), name="api-avatar")]
pages: list[URLPattern] = [
    path("settings/profile/", views.editor, name="profile_editor"),
    path("settings/blocked/", views.blocked, name="blocked"),
    path("<str:username>/", views.profile, name="profile"),
    path("<str:username>/followers/", views.people, {"side": "followers"}, name="followers"),
    path("<str:username>/following/", views.people, {"side": "following"}, name="following"),
    path("<str:username>/follow/", views.follow, name="follow"),
    path("<str:username>/block/", views.block, name="block"),
]
