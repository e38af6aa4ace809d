"""What each relation gets of each page. The same outcomes as over REST, ``sign in`` being the way to the sign-in page, and ``home`` the way to the
home page, for whoever is signed in already.

Sessions end with a suspension: on pages the suspended are nobody.
"""

from typing import Any

from tests.access.rows import Row
from tests.access.surfaces import RESET
from tests.access.world import RELATIONS


def outcomes(base: str, **other: str) -> dict[str, str]:
    """``base`` for everybody, and what differs. Whoever is suspended is nobody."""
    found = {**dict.fromkeys(RELATIONS, base), **other}
    return {**found, "suspended": found["nobody"]}


def asked(base: str, **other: str) -> dict[str, str]:
    """The same for pages that ask who it is."""
    return outcomes(base, **{"nobody": "sign in", **other})


APART = {"blocked": "gone", "blocking": "gone"}
ANYBODY = outcomes("ok")
NOWHERE = outcomes("gone")
MINE = asked("ok")
MEET = asked("ok", **APART)
OWN = asked("gone", self="ok")
READ = outcomes("ok", **APART)
INSIDE = outcomes("ok", outsider="gone", **APART)
INSIDE_ONLY = asked("ok", outsider="gone", **APART)
FOLLOWERS = outcomes("gone", follower="ok", approved="ok", self="ok")
FRIENDS = outcomes("gone", friend="ok", self="ok")
TALK = asked("ok", outsider="gone", staff="gone", **APART)
STRANGERS = outcomes("home", nobody="ok")  # ways in
BETWEEN = outcomes("home", nobody="sign in")  # steps on the way in, which nobody here has begun


def both(route: str, path: str, wanted: dict[str, str], body: dict[str, Any], posted: dict[str, str] | None = None, about: str = "") -> list[Row]:
    """A form: to look at and to send."""
    return [Row(f"GET /{route}", f"/{path}", wanted, about=about), Row(f"POST /{route}", f"/{path}", posted or wanted, body)]


def get(route: str, path: str, wanted: dict[str, str], about: str = "") -> Row:
    return Row(f"GET /{route}", f"/{path}", wanted, about=about)


def post(route: str, path: str, wanted: dict[str, str], body: dict[str, Any]) -> Row:
    return Row(f"POST /{route}", f"/{path}", wanted, body)


USER, POST, COMMENT, CHAT = "<str:username>/", "posts/<uuid:post_id>/", "comments/<uuid:comment_id>/", "chats/<uuid:conversation_id>/"
NOTICE, PASSKEY = "notifications/<uuid:notification_id>/", "settings/two-factor/passkeys/<int:passkey_id>/"
BAD = asked("bad")
PAGES: list[Row] = [
    # for everybody
    *(get(route, route, ANYBODY) for route in ("ws/schema/", "", "terms/", "privacy/", "explore/")),
    *(get(route, route, {"nobody": "ok"}) for route in ("api/schema/", "api/docs/")),  # without sessions: there is nobody else
    *(get(route, route, ANYBODY) for route in ("robots.txt", "manifest.webmanifest", "favicon.ico")),
    *(get(route, path, NOWHERE) for route, path in ((r"^api/[\s\S]+\Z", "api/x"),)),
    get("metrics", "metrics", ANYBODY),  # where no token and no networks are set, as here: core/ops/tests has the others
    *(Row(f"{verb} /media/<path:key>", "/media/x", outcomes("no")) for verb in ("GET", "PUT")),  # without a signature in the address
    *(
        get(route, path, NOWHERE)
        for route, path in (
            ("dev/components/", "dev/components/"),
            ("dev/mail/", "dev/mail/"),
            ("dev/mail/<str:key>/", "dev/mail/x/"),
            ("dev/sms/", "dev/sms/"),
        )
    ),
    post("theme/", "theme/", ANYBODY, {"theme": "dark"}),
    # showing who one is
    *both("sign-up/", "sign-up/", STRANGERS, {"username": "newcomer"}),
    *both("sign-up/phone/", "sign-up/phone/", STRANGERS, {"username": "newcomer"}),
    *both("sign-up/google/", "sign-up/google/", outcomes("sign in"), {"username": "newcomer"}),
    *both("sign-in/", "sign-in/", STRANGERS, {"login": "{owner}", "password": "made-up"}),
    *both("sign-in/email/", "sign-in/email/", STRANGERS, {"email": "made-up"}),
    *both("sign-in/phone/", "sign-in/phone/", STRANGERS, {"phone": "made-up"}),
    *both("sign-in/code/", "sign-in/code/", BETWEEN, {"code": "123456"}),
    *both("sign-in/enter-code/", "sign-in/enter-code/", BETWEEN, {"code": "123456"}, {**STRANGERS, "nobody": "bad", "suspended": "bad"}),
    post("sign-in/passkey/", "sign-in/passkey/", outcomes("sign in"), {"credential": "made-up"}),
    post("sign-in/google/", "sign-in/google/", NOWHERE, {}),  # not set up here
    get("sign-in/google/callback/", "sign-in/google/callback/", asked("ok")),  # with nothing from Google: back to where one would have begun
    *both("sign-in/keep/", "sign-in/keep/", outcomes("sign in"), {"answer": "keep"}),
    post("sign-out/", "sign-out/", ANYBODY, {}),
    *both("verify/", "verify/", ANYBODY, {"email": "{email}"}),
    *both("verify/<str:key>/", "verify/made-up/", ANYBODY, {}, NOWHERE),
    *both("forgot/", "forgot/", ANYBODY, {"email": "{email}"}),
    get("forgot/sent/", "forgot/sent/", ANYBODY),
    *both("forgot/phone/", "forgot/phone/", ANYBODY, {"phone": "made-up"}),
    *both("forgot/code/", "forgot/code/", ANYBODY, {"code": "123456", "password1": "made up words", "password2": "made up words"}, outcomes("bad")),
    *both("forgot/not-me/<str:token>/", "forgot/not-me/made-up/", NOWHERE, {}),
    *both(RESET, "reset/x-y/", ANYBODY, {"password1": "made up words", "password2": "made up words"}),
    # people
    get(USER, "{owner}/", READ, about="Otto"),
    get(f"{USER}followers/", "{owner}/followers/", outcomes("ok", outsider="empty", **APART), about="@carla"),
    get(f"{USER}following/", "{owner}/following/", READ),
    post(f"{USER}follow/", "{owner}/follow/", {**MEET, "self": "no"}, {"following": "1"}),
    post(f"{USER}block/", "{owner}/block/", {**MEET, "self": "no"}, {}),
    get("requests/", "requests/", asked("empty", self="ok"), about="@asker"),
    post("requests/", "requests/", OWN, {"answer": "approve", "request": "{follow_request}"}),
    get("requests/sent/", "requests/sent/", MINE),
    post("requests/sent/", "requests/sent/", asked("gone"), {"answer": "cancel", "request": "{follow_request}"}),
    get(f"{USER}friends/", "{owner}/friends/", outcomes("ok", outsider="empty", **APART), about="@carla"),
    get(f"{USER}mutual/", "{owner}/mutual/", READ),
    *both(f"{USER}friend/", "{owner}/friend/", MEET, {"act": "ask"}),
    post(f"{USER}dismiss/", "{owner}/dismiss/", {**MEET, "self": "no"}, {}),
    post(f"{USER}remove-follower/", "{owner}/remove-follower/", MEET, {}),
    post(f"{USER}contact/", "{owner}/contact/", {**MEET, "self": "no"}, {}),
    post(f"{USER}mute/", "{owner}/mute/", {**MEET, "self": "no"}, {"for": "day"}),
    get("friends/", "friends/", MINE),
    get("friends/requests/", "friends/requests/", asked("empty", self="ok"), about="@wants"),
    post("friends/requests/", "friends/requests/", OWN, {"answer": "accept", "request": "{friend_request}"}),
    get("friends/requests/sent/", "friends/requests/sent/", MINE),
    post("friends/requests/sent/", "friends/requests/sent/", asked("gone"), {"answer": "cancel", "request": "{friend_request}"}),
    get("people/", "people/?q={owner}", asked("ok", blocked="empty", blocking="empty"), about=">@{owner}<"),
    get("contacts/", "contacts/", MINE),
    *both("contacts/<uuid:contact_id>/", "contacts/{contact}/", OWN, {"nickname": "Mine"}),
    *both("settings/muted/", "settings/muted/", MINE, {"keyword": "spoiler alert", "span": "good"}),
    # posts
    *(
        get(f"{POST}{path}", f"posts/{{{name}}}/{path}", wanted)
        for path in ("",)
        for name, wanted in (("post", INSIDE), ("followers_post", FOLLOWERS), ("friends_post", FRIENDS), ("secret_post", outcomes("gone", self="ok")))
    ),
    get(f"{POST}comments/<uuid:comment_id>/", "posts/{post}/comments/{comment}/", INSIDE),
    *(
        post(f"{POST}{path}/", f"posts/{{{name}}}/{path}/", wanted, body)
        for path, body in (("like", {"liked": "1"}), ("comment", {"body": "Well"}))
        for name, wanted in (
            ("post", INSIDE_ONLY),
            ("followers_post", {**FOLLOWERS, **asked("gone", follower="ok", approved="ok", self="ok")}),
            ("secret_post", OWN),
        )
    ),
    *both(f"{POST}edit/", "posts/{post}/edit/", OWN, {"body": "Mine", "audience": "public"}),
    *both(f"{POST}delete/", "posts/{post}/delete/", OWN, {}),
    get(f"{COMMENT}reply/", "comments/{comment}/reply/", INSIDE_ONLY),
    *both(f"{COMMENT}edit/", "comments/{comment}/edit/", OWN, {"body": "Mine"}),
    *both(f"{COMMENT}delete/", "comments/{comment}/delete/", OWN, {}),
    post(f"{COMMENT}like/", "comments/{comment}/like/", INSIDE_ONLY, {"liked": "1"}),
    *both("posts/new/", "posts/new/", MINE, {"body": "Hi", "audience": "public"}),
    get("home/", "home/", asked("empty", follower="ok", approved="ok", friend="ok", self="ok"), about='id="post-{post}"'),
    get("home/news/", "home/news/", MINE),
    *both("report/<slug:kind>/<uuid:target_id>/", "report/post/{post}/", INSIDE_ONLY, {"reason": "spam"}, {**INSIDE_ONLY, "self": "bad"}),
    # chat
    get(
        "chats/",
        "chats/",
        asked("empty", **dict.fromkeys(("stranger", "follower", "approved", "friend", "self"), "ok")),
        about="/chats/{conversation}/",
    ),
    *both("chats/new/", "chats/new/", MINE, {"person": "{owner}"}, {**TALK, "self": "bad"}),
    *both(CHAT, "chats/{conversation}/", TALK, {"body": "Hi"}),
    *both(CHAT, "chats/{foreign}/", OWN, {"body": "Hi"}),
    *(post(f"{CHAT}{path}/", f"chats/{{foreign}}/{path}/", OWN, {}) for path in ("read", "clear")),
    # one's own
    *both("welcome/", "welcome/", MINE, {"display_name": "Me"}),
    *both("settings/profile/", "settings/profile/", MINE, {"display_name": "Me", "birth_date_shown_to": "nobody"}),
    post("settings/status/", "settings/status/", MINE, {"text": "Out", "hours": "0"}),
    *both("settings/privacy/", "settings/privacy/", MINE, {"messages_from": "aliens"}, BAD),
    *both("settings/presence/", "settings/presence/", MINE, {"seen_as": "ghost"}, BAD),
    *both("settings/blocked/", "settings/blocked/", MINE, {"person": "{owner_id}"}, asked("gone", blocking="ok")),
    get("settings/", "settings/", MINE),
    get("settings/sessions/", "settings/sessions/", MINE),
    post("settings/sessions/end-others/", "settings/sessions/end-others/", MINE, {}),
    post("settings/sessions/<uuid:session_id>/end/", "settings/sessions/{session}/end/", OWN, {}),
    *both("settings/password/", "settings/password/", MINE, {}),
    *both("settings/password/set/", "settings/password/set/", MINE, {}),  # who has a password is led to changing it
    *both("settings/confirm/", "settings/confirm/", MINE, {}),
    get("settings/two-factor/", "settings/two-factor/", MINE),
    *both("settings/two-factor/set-up/", "settings/two-factor/set-up/", MINE, {}),
    *both("settings/two-factor/turn-off/", "settings/two-factor/turn-off/", asked("gone"), {}),  # there is no app to turn off
    get("settings/two-factor/codes/", "settings/two-factor/codes/", asked("gone")),  # there are none
    *both("settings/two-factor/codes/new/", "settings/two-factor/codes/new/", MINE, {}),
    *both("settings/two-factor/passkeys/add/", "settings/two-factor/passkeys/add/", MINE, {"name": "Mine"}, BAD),
    *both(PASSKEY, "settings/two-factor/passkeys/{passkey}/", OWN, {"name": "Mine"}),
    post(f"{PASSKEY}remove/", "settings/two-factor/passkeys/{passkey}/remove/", OWN, {}),
    get("settings/accounts/", "settings/accounts/", MINE),
    post("settings/accounts/google/", "settings/accounts/google/", asked("gone"), {}),  # not set up here
    post("settings/accounts/<int:account_id>/disconnect/", "settings/accounts/{account}/disconnect/", OWN, {}),
    get("settings/account/", "settings/account/", MINE, about="@example.com"),
    *both("settings/account/email/", "settings/account/email/", MINE, {}),
    *both("settings/account/phone/", "settings/account/phone/", MINE, {}),
    *both("settings/account/phone/remove/", "settings/account/phone/remove/", MINE, {}),
    *both("settings/account/code/", "settings/account/code/", MINE, {}),
    get("settings/data/", "settings/data/", asked("empty", self="ok"), about="/settings/data/download/"),
    get("settings/data/progress/", "settings/data/progress/", asked("empty", self="ok"), about="/settings/data/download/"),
    get("settings/data/download/", "settings/data/download/", OWN),
    post("settings/data/export/", "settings/data/export/", MINE, {}),
    *both("settings/data/delete/", "settings/data/delete/", MINE, {}, BAD),
    get("notifications/", "notifications/", asked("empty", self="ok"), about="{notification}"),
    post("notifications/read-all/", "notifications/read-all/", MINE, {}),
    post(f"{NOTICE}open/", "notifications/{notification}/open/", MINE, {}),  # what is not there any more leads back to the inbox
    post(f"{NOTICE}delete/", "notifications/{notification}/delete/", OWN, {}),
]
# What a session is shown, or does, only once it was confirmed a moment ago. In the rows above everybody's is.
CONFIRMED_PAGES = {
    "POST /settings/sessions/end-others/",
    f"POST /{PASSKEY}remove/",
    "POST /settings/accounts/google/",
    "POST /settings/accounts/<int:account_id>/disconnect/",
    "GET /settings/data/download/",
    "POST /settings/data/export/",
    *(
        f"{verb} /settings/{path}/"
        for verb in ("GET", "POST")
        for path in (
            *("password", "password/set", "two-factor/set-up", "two-factor/codes/new", "two-factor/passkeys/add"),
            *("account/email", "account/phone", "account/phone/remove", "data/delete"),
        )
    ),
}
