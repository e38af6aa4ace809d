"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /."""

from django.urls import URLPattern, path

from accounts.profiles import pages as views

api: list[URLPattern] = []
pages: list[URLPattern] = [
    path("settings/profile/", views.editor, name="profile_editor"),
    path("<str:username>/", views.profile, name="profile"),
    path("<str:username>/followers/", views.people, {"side": "followers"}, name="followers"),
    path("<str:username>/following/", views.people, {"side": "following"}, name="following"),
    path("<str:username>/follow/", views.follow, name="follow"),
    path("<str:username>/block/", views.block, name="block"),
]
