"""Every page of the project, as the sweep visits it: a route, a path to it, and who looks.

``test_pages.py`` fails when a page of the URLconf is in none of these lists, so a new page cannot escape.
"""

from collections.abc import Callable
from dataclasses import dataclass

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str

from tests.browser.world import World


@dataclass(frozen=True)
class Sight:
    """A page. ``path`` is where it is in a world; ``status`` what it answers."""

    route: str
    path: Callable[[World], str]
    status: int = 200


def at(route: str, path: str, status: int = 200) -> Sight:
    return Sight(route, lambda world: path.format(w=world), status)


def reset_path(world: World) -> str:
    return f"/reset/{user_pk_to_url_str(world.ana)}-{default_token_generator.make_token(world.ana)}/"


STRANGERS = [
    at("landing", "/"),
    at("terms", "/terms/"),
    at("privacy", "/privacy/"),
    at("account_signup", "/sign-up/"),
    at("sign_up_phone", "/sign-up/phone/"),
    at("account_login", "/sign-in/?next=/chats/"),
    at("account_login", "/sign-in/?ended=1&next=/chats/"),
    at("sign_in_email", "/sign-in/email/"),
    at("sign_in_phone", "/sign-in/phone/"),
    at("account_email_verification_sent", "/verify/"),
    at("account_confirm_email", "/verify/{w.confirmation}/"),
    at("account_confirm_email", "/verify/made-up/"),
    at("account_reset_password", "/forgot/"),
    at("account_reset_password_done", "/forgot/sent/"),
    at("forgot_phone", "/forgot/phone/"),
    at("not_me", "/forgot/not-me/made-up/", status=404),
    Sight("account_reset_password_from_key", reset_path),
    at("account_reset_password_from_key", "/reset/1-made-up/"),
    at("explore", "/explore/"),
    at("post", "/posts/{w.post.pk}/"),
    at("profile", "/ana/"),
    at("socket-schema", "/ws/schema/"),
    at("style_guide", "/dev/components/"),
    at("mailbox", "/dev/mail/"),
    at("telephone", "/dev/sms/"),
    at("not found", "/nowhere/at/all/", status=404),
]
SOCIAL = [
    at("home", "/home/"),
    at("explore", "/explore/"),
    at("compose", "/posts/new/"),
    at("post", "/posts/{w.post.pk}/"),
    at("post", "/posts/{w.pictured.pk}/"),
    at("thread", "/posts/{w.post.pk}/comments/{w.comment.pk}/?reply_to={w.comment.pk}"),
    at("comment_reply", "/comments/{w.comment.pk}/reply/"),
    at("comment_edit", "/comments/{w.answer.pk}/edit/"),
    at("comment_delete", "/comments/{w.answer.pk}/delete/"),
    at("post_edit", "/posts/{w.post.pk}/edit/"),
    at("post_delete", "/posts/{w.post.pk}/delete/"),
    at("profile", "/ana/"),
    at("profile", "/ben/"),
    at("followers", "/ana/followers/"),
    at("following", "/ana/following/"),
    at("following", "/carla/followers/"),
    at("profile", "/petra/"),
    at("followers", "/petra/followers/"),
    at("follow_requests", "/requests/"),
    at("follow_requests_sent", "/requests/sent/"),
    at("welcome", "/welcome/"),
    at("friends_of", "/ben/friends/"),
    at("mutual_friends", "/ben/mutual/"),
    at("friends", "/friends/"),
    at("friend_requests", "/friends/requests/"),
    at("friend_requests_sent", "/friends/requests/sent/"),
    at("friend", "/ben/friend/"),
    at("friend", "/carla/friend/"),
    at("friend", "/new/friend/"),
    at("find_people", "/people/"),
    at("find_people", "/people/?q=carlla"),
    at("find_people", "/people/?q=nobody-has-this-name"),
    at("contacts", "/contacts/"),
    at("contact", "/contacts/{w.contact.pk}/"),
    at("report", "/report/post/{w.pictured.pk}/"),
    at("report", "/report/person/{w.ben.pk}/"),
    at("notifications", "/notifications/"),
    at("not found", "/posts/{w.ben.pk}/", status=404),
]
CHATS = [
    at("chats", "/chats/"),
    at("new_chat", "/chats/new/"),
    at("new_chat", "/chats/new/?q=carla"),
    at("new_chat", "/chats/new/?q=nobody-has-this-name"),
    at("chat", "/chats/{w.conversation.pk}/"),
]
SETTINGS = [
    at("settings", "/settings/"),
    at("profile_editor", "/settings/profile/"),
    at("privacy_settings", "/settings/privacy/"),
    at("seen_as", "/settings/presence/"),
    at("blocked", "/settings/blocked/"),
    at("settings_account", "/settings/account/"),
    at("settings_account_email", "/settings/account/email/"),
    at("settings_account_phone", "/settings/account/phone/"),
    at("settings_account_phone_remove", "/settings/account/phone/remove/"),
    at("muted", "/settings/muted/"),
    at("settings_sessions", "/settings/sessions/"),
    at("data", "/settings/data/"),
    at("data_delete", "/settings/data/delete/"),
    at("account_change_password", "/settings/password/"),
    at("account_reauthenticate", "/settings/confirm/"),
    at("mfa_index", "/settings/two-factor/"),
    at("mfa_activate_totp", "/settings/two-factor/set-up/"),
    at("mfa_add_webauthn", "/settings/two-factor/passkeys/add/"),
    at("settings_accounts", "/settings/accounts/"),
]
SECOND_FACTOR = [
    at("mfa_index", "/settings/two-factor/"),
    at("mfa_edit_webauthn", "/settings/two-factor/passkeys/{w.passkey.pk}/"),
    at("mfa_view_recovery_codes", "/settings/two-factor/codes/"),
    at("mfa_generate_recovery_codes", "/settings/two-factor/codes/new/"),
    at("mfa_deactivate_totp", "/settings/two-factor/turn-off/"),
    at("account_reauthenticate", "/settings/confirm/"),
]
VISITED = {sight.route for sights in (STRANGERS, SOCIAL, CHATS, SETTINGS, SECOND_FACTOR) for sight in sights}
# Pages the sweep comes by on a journey of its own.
ON_THE_WAY = {
    *("mfa_authenticate", "mail", "keep_account", "socialaccount_signup", "enter_code", "settings_account_code", "account_set_password"),
    "reset_by_code",
}
# What answers GET and is no page of ours: files, figures, the description of the API, the page Swagger draws, a part of a page.
NO_PAGES = {
    *("robots", "manifest", "favicon", "metrics", "media_object", "api-schema", "api-docs"),
    *("home_news", "data_progress", "data_download", "google_callback"),
}
