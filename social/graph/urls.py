"""Where this slice is reached. ``api`` is mounted at /api/v1/; its pages are those of ``accounts.profiles``."""

from django.urls import URLPattern, path

from social.graph import api as doors

api: list[URLPattern] = [
    path("users/search", doors.PeopleSearchEndpoint.as_view(), name="api-people-search"),
    path("users/blocked", doors.BlockedEndpoint.as_view(), name="api-blocked"),
    path("users/me/muted", doors.MutedEndpoint.as_view(), name="api-muted"),
    path("users/me/muted-keywords", doors.MutedKeywordsEndpoint.as_view(), name="api-muted-keywords"),
    path("users/me/muted-keywords/<uuid:mute_id>", doors.MutedKeywordEndpoint.as_view(), name="api-muted-keyword"),
    path("users/me/followers/<str:user>", doors.FollowerEndpoint.as_view(), name="api-follower"),
    path("users/<str:user>/follow", doors.FollowEndpoint.as_view(), name="api-follow"),
    path("users/<str:user>/follow-status", doors.FollowStatusEndpoint.as_view(), name="api-follow-status"),
    path("users/<str:user>/followers", doors.FollowersEndpoint.as_view(), name="api-followers"),
    path("users/<str:user>/following", doors.FollowingEndpoint.as_view(), name="api-following"),
    path("users/<str:user>/block", doors.BlockEndpoint.as_view(), name="api-block"),
    path("users/<str:user>/mute", doors.MuteEndpoint.as_view(), name="api-mute"),
    path("follow-requests", doors.FollowRequestsEndpoint.as_view(), name="api-follow-requests"),
    path("follow-requests/sent", doors.SentFollowRequestsEndpoint.as_view(), name="api-follow-requests-sent"),
    path("follow-requests/<uuid:request_id>/approve", doors.ApproveFollowEndpoint.as_view(), name="api-follow-request-approve"),
    path("follow-requests/<uuid:request_id>/decline", doors.DeclineFollowEndpoint.as_view(), name="api-follow-request-decline"),
    path("friend-requests", doors.FriendRequestsEndpoint.as_view(), name="api-friend-requests"),
    path("friend-requests/sent", doors.FriendRequestsSentEndpoint.as_view(), name="api-friend-requests-sent"),
    path("friend-requests/<uuid:request_id>", doors.FriendRequestEndpoint.as_view(), name="api-friend-request"),
    path("friend-requests/<uuid:request_id>/accept", doors.AcceptEndpoint.as_view(), name="api-friend-request-accept"),
    path("friend-requests/<uuid:request_id>/decline", doors.DeclineEndpoint.as_view(), name="api-friend-request-decline"),
    path("friends", doors.FriendsEndpoint.as_view(), name="api-friends"),
    path("friends/suggestions", doors.SuggestionsEndpoint.as_view(), name="api-suggestions"),
    path("friends/suggestions/<str:user>", doors.SuggestionEndpoint.as_view(), name="api-suggestion"),
    path("friends/mutual/<str:user>", doors.MutualFriendsEndpoint.as_view(), name="api-mutual-friends"),
    path("friends/<str:user>", doors.FriendEndpoint.as_view(), name="api-friend"),
    path("contacts", doors.ContactsEndpoint.as_view(), name="api-contacts"),
    path("contacts/match", doors.ContactMatchEndpoint.as_view(), name="api-contact-match"),
    path("contacts/<uuid:contact_id>", doors.ContactEndpoint.as_view(), name="api-contact"),
]
pages: list[URLPattern] = []
