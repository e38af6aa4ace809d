"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /."""

from django.urls import URLPattern, path

from accounts.profiles import pages as views
from accounts.profiles import people_pages as people
from accounts.profiles.api import AvatarEndpoint, CoverEndpoint, ProfileEndpoint

api: list[URLPattern] = [
    path("users/me/avatar", AvatarEndpoint.as_view(), name="api-avatar"),
    path("users/me/cover-photo", CoverEndpoint.as_view(), name="api-cover"),
    path("users/<str:user>", ProfileEndpoint.as_view(), name="api-profile"),
]
pages: list[URLPattern] = [
    path("welcome/", views.welcome, name="welcome"),
    path("requests/", views.requests, {"side": "received"}, name="follow_requests"),
    path("requests/sent/", views.requests, {"side": "sent"}, name="follow_requests_sent"),
    path("settings/profile/", views.editor, name="profile_editor"),
    path("settings/status/", views.status, name="status"),
    path("settings/privacy/", views.privacy, name="privacy_settings"),
    path("settings/blocked/", views.blocked, name="blocked"),
    path("settings/muted/", people.muted, name="muted"),
    path("friends/", people.friends, name="friends"),
    path("friends/requests/", people.friend_requests, {"side": "received"}, name="friend_requests"),
    path("friends/requests/sent/", people.friend_requests, {"side": "sent"}, name="friend_requests_sent"),
    path("people/", people.find_people, name="find_people"),
    path("contacts/", people.contacts, name="contacts"),
    path("contacts/<uuid:contact_id>/", people.contact, name="contact"),
    path("<str:username>/", views.profile, name="profile"),
    path("<str:username>/followers/", views.people, {"side": "followers"}, name="followers"),
    path("<str:username>/following/", views.people, {"side": "following"}, name="following"),
    path("<str:username>/follow/", views.follow, name="follow"),
    path("<str:username>/friends/", views.people, {"side": "friends"}, name="friends_of"),
    path("<str:username>/mutual/", views.people, {"side": "mutual"}, name="mutual_friends"),
    path("<str:username>/block/", views.block, name="block"),
    path("<str:username>/friend/", people.friend, name="friend"),
    path("<str:username>/dismiss/", people.dismiss, name="dismiss"),
    path("<str:username>/remove-follower/", people.remove_follower, name="remove_follower"),
    path("<str:username>/contact/", people.keep_contact, name="keep_contact"),
    path("<str:username>/mute/", people.mute, name="mute"),
]
