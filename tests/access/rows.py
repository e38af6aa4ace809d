"""What each relation gets of each way in over REST. A row is a surface, an address in the world, perhaps a body, and an outcome for each relation.

Outcomes: ``ok`` is done or shown; ``empty`` shows nothing, or nothing of what the row is about; ``gone`` 404, as for what never was; ``sign in`` 401;
``no`` 403; ``bad`` refused for its shape or its state, the same whoever asks.
"""

from dataclasses import dataclass
from typing import Any

from tests.access.world import RELATIONS


@dataclass(frozen=True, slots=True)
class Row:
    surface: str
    path: str
    outcomes: dict[str, str]
    body: dict[str, Any] | None = None
    about: str = ""  # what the answer has to hold to count as shown, where other things may be in it


def outcomes(base: str, **other: str) -> dict[str, str]:
    """``base`` for everybody signed in, and what differs: without a session nobody is anybody."""
    return {
        **dict.fromkeys(RELATIONS, base),
        "nobody": "sign in",
        "suspended": "sign in",
        **{name.rstrip("_"): value for name, value in other.items()},
    }


APART = {"blocked": "gone", "blocking": "gone"}
MEET = outcomes("ok", **APART)  # whoever may meet the person
READ = {**MEET, "nobody": "ok"}  # and anybody from the street
INSIDE = {**MEET, "outsider": "gone"}  # what a private account shows to its followers only
OWN = outcomes("gone", self="ok")  # the person alone
MINE = outcomes("ok")  # about whoever asks, and nobody else
ANYBODY = dict.fromkeys(RELATIONS, "ok")
FOLLOWERS = outcomes("gone", follower="ok", approved="ok", self="ok")
FRIENDS = outcomes("gone", friend="ok", self="ok")
EDIT = {**INSIDE, **dict.fromkeys(("stranger", "follower", "approved", "friend", "staff"), "no")}  # seen by them, and not theirs
TALK = outcomes("ok", outsider="gone", staff="gone", **APART)  # who wrote with them before, whatever they choose today
SIGNED_OUT = dict.fromkeys(RELATIONS, "bad")  # doors for people without a session want a body that fits


USER, POST, COMMENT, TALKS = "users/<str:user>", "posts/<uuid:post_id>", "comments/<uuid:comment_id>", "conversations/<uuid:conversation_id>"
SAID = "messages/<uuid:message_id>"
REPLY = {"body": "Well"}
REST: list[Row] = [
    # people
    Row("GET users/me", "users/me", MINE),
    Row("PATCH users/me", "users/me", MINE, {"bio": "Other"}),
    Row("GET users/me/privacy-settings", "users/me/privacy-settings", MINE),
    Row("PATCH users/me/privacy-settings", "users/me/privacy-settings", MINE, {"messages_from": "nobody"}),
    Row("PUT users/me/privacy-settings", "users/me/privacy-settings", outcomes("bad"), {"messages_from": "nobody"}),
    Row("GET users/me/status", "users/me/status", MINE),
    Row("PUT users/me/status", "users/me/status", MINE, {"text": "Out"}),
    Row("DELETE users/me/status", "users/me/status", MINE),
    Row("PUT users/me/avatar", "users/me/avatar", outcomes("gone"), {"upload": "{upload}"}),
    Row("DELETE users/me/avatar", "users/me/avatar", MINE),
    Row("PUT users/me/cover-photo", "users/me/cover-photo", outcomes("gone"), {"upload": "{upload}"}),
    Row("DELETE users/me/cover-photo", "users/me/cover-photo", MINE),
    Row(f"GET {USER}", "users/{owner}", READ),
    Row("GET users/search", "users/search?q={owner}", outcomes("ok", blocked="empty", blocking="empty", self="empty")),
    Row("GET users/search", "users/search?q={email}", outcomes("empty", friend="ok")),
    Row("GET users/blocked", "users/blocked", outcomes("empty", blocking="ok", self="ok")),
    Row(f"POST {USER}/follow", "users/{owner}/follow", {**MEET, "self": "no"}),
    Row(f"DELETE {USER}/follow", "users/{owner}/follow", MEET),
    Row(f"GET {USER}/follow-status", "users/{owner}/follow-status", MEET),
    Row(f"GET {USER}/followers", "users/{owner}/followers", {**READ, "outsider": "empty"}),
    Row("DELETE users/me/followers/<str:user>", "users/me/followers/{owner}", MEET),
    Row(f"GET {USER}/following", "users/{owner}/following", dict.fromkeys(RELATIONS, "empty") | APART | {"suspended": "sign in"}),
    Row("GET follow-requests", "follow-requests", outcomes("empty", self="ok")),
    Row("GET follow-requests/sent", "follow-requests/sent", outcomes("empty")),
    Row("POST follow-requests/<uuid:request_id>/approve", "follow-requests/{follow_request}/approve", OWN),
    Row("POST follow-requests/<uuid:request_id>/decline", "follow-requests/{follow_request}/decline", OWN),
    Row(f"POST {USER}/block", "users/{owner}/block", {**MEET, "self": "no", "blocking": "ok"}),
    Row(f"DELETE {USER}/block", "users/{owner}/block", {**MEET, "blocking": "ok"}),
    Row("GET friend-requests", "friend-requests", outcomes("empty", self="ok")),
    Row("POST friend-requests", "friend-requests", outcomes("no", friend="bad", **APART), {"user": "{owner}"}),
    Row("GET friend-requests/sent", "friend-requests/sent", outcomes("empty")),
    Row("DELETE friend-requests/<uuid:request_id>", "friend-requests/{friend_request}", outcomes("gone")),
    Row("POST friend-requests/<uuid:request_id>/accept", "friend-requests/{friend_request}/accept", OWN),
    Row("POST friend-requests/<uuid:request_id>/decline", "friend-requests/{friend_request}/decline", OWN),
    Row("GET friends", "friends", outcomes("empty", friend="ok", self="ok")),
    Row("GET friends/<str:user>", "friends/{owner}", {**MEET, "outsider": "empty"}),
    Row("DELETE friends/<str:user>", "friends/{owner}", MEET),
    Row("GET friends/mutual/<str:user>", "friends/mutual/{owner}", outcomes("empty", self="ok", **APART)),
    Row(
        "GET friends/suggestions", "friends/suggestions", outcomes("empty", stranger="ok", outsider="ok", staff="ok", friend="ok"), about="{owner_id}"
    ),
    Row("DELETE friends/suggestions/<str:user>", "friends/suggestions/{owner}", {**MEET, "self": "no"}),
    Row("GET contacts", "contacts", outcomes("empty", self="ok")),
    Row("POST contacts", "contacts", {**MEET, "self": "no"}, {"user": "{owner}"}),
    Row("POST contacts/match", "contacts/match", outcomes("empty"), {"digests": ["0" * 64]}),
    Row("POST contacts/match", "contacts/match", outcomes("empty", friend="ok"), {"digests": ["0" * 64, "{digest}"]}, about="{owner_id}"),
    Row("GET contacts/<uuid:contact_id>", "contacts/{contact}", OWN),
    Row("PATCH contacts/<uuid:contact_id>", "contacts/{contact}", OWN, {"nickname": "Mine"}),
    Row("DELETE contacts/<uuid:contact_id>", "contacts/{contact}", OWN),
    Row(f"POST {USER}/mute", "users/{owner}/mute", {**MEET, "self": "no"}, {}),
    Row(f"DELETE {USER}/mute", "users/{owner}/mute", MEET),
    Row("GET users/me/muted", "users/me/muted", outcomes("empty", self="ok")),
    Row("GET users/me/muted-keywords", "users/me/muted-keywords", outcomes("empty", self="ok")),
    Row("POST users/me/muted-keywords", "users/me/muted-keywords", MINE, {"keyword": "spoiler alert"}),
    Row("DELETE users/me/muted-keywords/<uuid:mute_id>", "users/me/muted-keywords/{keyword}", OWN),
    # signing in
    *(
        Row(f"POST auth/{name}", f"auth/{name}", SIGNED_OUT)
        for name in (
            *("sign-up", "sign-in", "mfa", "mfa/passkey-options", "confirm-email", "resend-email", "forgot-password", "reset-password"),
            *("google", "passkeys/sign-in", "phone/request", "phone/confirm", "code/request", "code/confirm", "code/resend"),
        )
    ),
    Row("POST auth/passkeys/sign-in/options", "auth/passkeys/sign-in/options", ANYBODY),
    Row("POST users/me/restore", "users/me/restore", SIGNED_OUT),
    Row("POST auth/refresh-token", "auth/refresh-token", {**dict.fromkeys(RELATIONS, "sign in")}),
    Row("POST auth/sign-out", "auth/sign-out", MINE),
    Row("POST auth/change-password", "auth/change-password", outcomes("bad")),
    Row("GET auth/sessions", "auth/sessions", MINE),
    Row("DELETE auth/sessions", "auth/sessions", MINE),
    Row("DELETE auth/sessions/<uuid:session_id>", "auth/sessions/{session}", OWN),
    Row("GET auth/reauthenticate", "auth/reauthenticate", MINE),
    Row("POST auth/reauthenticate", "auth/reauthenticate", outcomes("bad", self="no"), {"password": "made-up"}),
    Row("POST auth/reauthenticate/options", "auth/reauthenticate/options", MINE),
    Row("GET auth/mfa", "auth/mfa", MINE),
    Row("POST auth/mfa/totp", "auth/mfa/totp", MINE),
    Row("PUT auth/mfa/totp", "auth/mfa/totp", outcomes("bad"), {"code": "000000"}),
    Row("DELETE auth/mfa/totp", "auth/mfa/totp", MINE),
    Row("GET auth/mfa/recovery-codes", "auth/mfa/recovery-codes", outcomes("gone")),
    Row("POST auth/mfa/recovery-codes", "auth/mfa/recovery-codes", outcomes("bad", self="ok")),
    Row("GET auth/passkeys", "auth/passkeys", outcomes("empty", self="ok")),
    Row("POST auth/passkeys/options", "auth/passkeys/options", MINE),
    Row("POST auth/passkeys", "auth/passkeys", outcomes("bad"), {"ticket": "made-up"}),
    Row("PATCH auth/passkeys/<int:passkey_id>", "auth/passkeys/{passkey}", OWN, {"name": "Mine"}),
    Row("DELETE auth/passkeys/<int:passkey_id>", "auth/passkeys/{passkey}", OWN),
    Row("GET auth/accounts", "auth/accounts", outcomes("empty", self="ok")),
    Row("POST auth/accounts", "auth/accounts", outcomes("bad"), {}),
    Row("DELETE auth/accounts/<int:account_id>", "auth/accounts/{account}", OWN),
    *(
        Row(f"POST auth/{name}", f"auth/{name}", outcomes("bad"), {})
        for name in ("change-email", "change-email/confirm", "change-phone", "change-phone/confirm")
    ),
    Row("POST auth/remove-phone", "auth/remove-phone", MINE, {}),
    # one's data
    Row("GET users/me/export", "users/me/export", OWN, about="{export}"),
    Row("GET users/me/export/download", "users/me/export/download", OWN),
    Row("POST users/me/export", "users/me/export", MINE),
    Row("DELETE users/me", "users/me", outcomes("ok", staff="no"), {}),  # staff give up their role first
    # files
    Row("POST uploads", "uploads", MINE, {"kind": "image", "filename": "a.png", "content_type": "image/png", "size": 10}),
    Row("GET uploads/<uuid:upload_id>", "uploads/{upload}", OWN),
    Row("POST uploads/<uuid:upload_id>/complete", "uploads/{upload}/complete", OWN),
    # chat
    Row("GET conversations", "conversations", outcomes("ok", outsider="empty", staff="empty", blocked="empty", blocking="empty")),
    Row("POST conversations/direct", "conversations/direct", {**TALK, "self": "bad"}, {"user": "{owner}"}),
    Row("GET messages/unread", "messages/unread", MINE),
    *(
        row
        for verb, path, body in (
            ("GET", "", None),
            ("DELETE", "", None),
            ("POST", "/read", {}),
            ("GET", "/messages", None),
            ("POST", "/messages", {"body": "Hi", "temp_id": "m1"}),
        )
        for row in (
            Row(f"{verb} {TALKS}{path}", f"conversations/{{conversation}}{path}", TALK, body),
            Row(f"{verb} {TALKS}{path}", f"conversations/{{foreign}}{path}", OWN, body),
        )
    ),
    Row(f"GET {SAID}", "messages/{message}", TALK),
    Row(f"GET {SAID}", "messages/{foreign_message}", OWN),
    Row(f"PATCH {SAID}", "messages/{message}", {**TALK, **dict.fromkeys(("stranger", "follower", "approved", "friend", "self"), "no")}, REPLY),
    Row(f"PATCH {SAID}", "messages/{foreign_message}", OWN, REPLY),
    Row(f"DELETE {SAID}", "messages/{message}?scope=me", TALK),
    Row(f"DELETE {SAID}", "messages/{foreign_message}", OWN),
    # posts
    Row("POST posts", "posts", MINE, {"body": "Hi"}),
    *(
        row
        for verb, path, body in (
            ("GET", "", None),
            ("POST", "/like", {}),
            ("DELETE", "/like", None),
            ("GET", "/likes", None),
            ("GET", "/comments", None),
            ("POST", "/comments", REPLY),
        )
        for row in (
            Row(f"{verb} {POST}{path}", f"posts/{{post}}{path}", INSIDE | ({"nobody": "ok"} if verb == "GET" else {}), body),
            Row(f"{verb} {POST}{path}", f"posts/{{followers_post}}{path}", FOLLOWERS | ({"nobody": "gone"} if verb == "GET" else {}), body),
            Row(f"{verb} {POST}{path}", f"posts/{{friends_post}}{path}", FRIENDS | ({"nobody": "gone"} if verb == "GET" else {}), body),
            Row(f"{verb} {POST}{path}", f"posts/{{secret_post}}{path}", OWN | ({"nobody": "gone"} if verb == "GET" else {}), body),
        )
    ),
    Row(f"PATCH {POST}", "posts/{post}", EDIT, REPLY),
    Row(f"PATCH {POST}", "posts/{secret_post}", OWN, REPLY),
    Row(f"DELETE {POST}", "posts/{post}", EDIT),
    Row(f"DELETE {POST}", "posts/{secret_post}", OWN),
    Row(f"GET {COMMENT}", "comments/{comment}", {**INSIDE, "nobody": "ok"}),
    Row(f"GET {COMMENT}/replies", "comments/{comment}/replies", {**INSIDE, "nobody": "ok"}),
    Row(f"PATCH {COMMENT}", "comments/{comment}", EDIT, REPLY),
    Row(f"DELETE {COMMENT}", "comments/{comment}", EDIT),
    Row(f"POST {COMMENT}/like", "comments/{comment}/like", INSIDE, {}),
    Row(f"DELETE {COMMENT}/like", "comments/{comment}/like", INSIDE),
    Row("GET feeds/home", "feeds/home", outcomes("empty", follower="ok", approved="ok", friend="ok", self="ok")),
    Row("GET feeds/public", "feeds/public", {**READ, **dict.fromkeys(("blocked", "blocking", "approved", "outsider"), "empty")}, about="{owner_id}"),
    Row(f"GET {USER}/posts", "users/{owner}/posts", {**READ, "outsider": "empty"}),
    # the rest
    Row("POST reports", "reports", {**MEET, "self": "bad"}, {"kind": "person", "id": "{owner_id}", "reason": "spam"}),
    Row("POST reports", "reports", {**INSIDE, "self": "bad"}, {"kind": "post", "id": "{post}", "reason": "spam"}),
    Row("GET notifications", "notifications", outcomes("empty", self="ok"), about="{notification}"),
    Row("GET notifications/unread", "notifications/unread", MINE),
    Row("POST notifications/read-all", "notifications/read-all", MINE),
    Row("DELETE notifications/<uuid:notification_id>", "notifications/{notification}", OWN),
    Row("POST notifications/<uuid:notification_id>/read", "notifications/{notification}/read", OWN),
]
# What a session does only once it was confirmed a moment ago. In the rows above everybody's is.
CONFIRMED = {
    "DELETE auth/sessions",
    "POST auth/mfa/totp",
    "PUT auth/mfa/totp",
    "DELETE auth/mfa/totp",
    "GET auth/mfa/recovery-codes",
    "POST auth/mfa/recovery-codes",
    "POST auth/passkeys",
    "POST auth/passkeys/options",
    "DELETE auth/passkeys/<int:passkey_id>",
    "POST auth/accounts",
    "DELETE auth/accounts/<int:account_id>",
    "POST auth/change-password",
    "POST auth/change-email",
    "POST auth/change-phone",
    "POST auth/remove-phone",
    "GET users/me/export/download",
    "POST users/me/export",
    "DELETE users/me",
}
