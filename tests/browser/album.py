"""What ``make screenshots`` takes: every page, and how it looks with nothing on it, with something refused, and with something open on it.

A test compares the routes here with those of the project, so that a new page comes with its pictures.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import FilePayload, Page

from core.sms.transports import read_folder
from core.web.pages import read_mail
from media_app.uploads.tests.pictures import picture
from tests.browser.stage import Stage


@dataclass(frozen=True)
class Scene:
    """The stage, and where the server that plays on it leaves letters and texts."""

    stage: Stage
    mail: Path
    texts: Path


Act = Callable[[Page, Scene], None]


@dataclass(frozen=True)
class Picture:
    """A page as ``who`` sees it; nobody in particular where that is empty. ``act`` is what they do there before it is taken.

    ``route`` is whose page it is in the end. Parts of ``path`` in braces are filled from the stage.
    """

    name: str
    route: str
    path: str
    who: str = ""
    act: Act | None = None


def press(name: str) -> Act:
    """Press the button of that name, and wait for what comes."""

    def act(page: Page, scene: Scene) -> None:
        page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()
        page.wait_for_load_state("networkidle")

    return act


def fill(button: str, **fields: str) -> Act:
    """Fill in fields, by the names the form gives them, and press the button. The browser's own checks are left out: what the server says counts."""

    def act(page: Page, scene: Scene) -> None:
        for name, value in fields.items():
            page.locator(f"main [name={name}]").first.fill(value)
        page.evaluate("() => document.querySelectorAll('form').forEach((form) => (form.noValidate = true))")
        press(button)(page, scene)

    return act


def menu(selector: str) -> Act:
    """Open the menu whose button that is."""
    return lambda page, scene: page.locator(selector).first.click()


def ask(popover: str) -> Act:
    """Let the page ask whether it is meant."""
    return lambda page, scene: page.evaluate(f"() => document.getElementById({popover!r}).showPopover()")


def choose(field: str, width: int, height: int) -> Act:
    """Choose a picture in the form, so that what is shown of it can be moved."""

    def act(page: Page, scene: Scene) -> None:
        page.locator(f"main input[name={field}]").set_input_files(
            FilePayload(name="view.jpg", mimeType="image/jpeg", buffer=picture((width, height)))
        )
        page.locator(".crop").wait_for()

    return act


def send_no_picture(page: Page, scene: Scene) -> None:
    """An empty file under the name of a picture: the form finds out, which leaves what else is no picture to the worker."""
    page.locator("main input[name=avatar]").set_input_files(FilePayload(name="me.png", mimeType="image/png", buffer=b""))
    fill("Save and go on")(page, scene)


def attach(page: Page, scene: Scene) -> None:
    content = picture((1600, 900))
    page.get_by_label("Pictures", exact=True).set_input_files(FilePayload(name="sea.jpg", mimeType="image/jpeg", buffer=content))
    page.locator(".composer-picture[data-state=ready]").wait_for()


def sign_in(username: str) -> Act:
    """With the password; what is asked next is the picture."""

    def act(page: Page, scene: Scene) -> None:
        fill("Sign in", login=username, password="hubbub-demo")(page, scene)

    return act


def ask_for_new_password(page: Page, scene: Scene) -> None:
    fill("Send the link", email="ana@hubbub.example")(page, scene)


def open_mail(page: Page, scene: Scene) -> None:
    """The newest letter, once the worker has delivered one."""
    page.goto("/forgot/")
    ask_for_new_password(page, scene)
    for _ in range(100):
        if read_mail(scene.mail):
            break
        page.wait_for_timeout(100)
    page.goto("/dev/mail/")


def open_letter(page: Page, scene: Scene) -> None:
    open_mail(page, scene)
    page.locator("a[href^='/dev/mail/']").last.click()


def to_top(page: Page, scene: Scene) -> None:
    """A page with a refused field begins there."""
    page.evaluate("() => scrollTo(0, 0)")


def open_texts(page: Page, scene: Scene) -> None:
    page.goto("/sign-in/phone/")
    fill("Text me a code", phone="+12025550173")(page, scene)
    for _ in range(100):
        if read_folder(scene.texts):
            break
        page.wait_for_timeout(100)
    page.goto("/dev/sms/")


def lose_network(page: Page, scene: Scene) -> None:
    page.locator("html[data-socket=open]").wait_for()
    page.context.set_offline(True)
    page.locator("[data-connection]:not([hidden])").wait_for()


def reply_to_message(page: Page, scene: Scene) -> None:
    page.locator("html[data-socket=open]").wait_for()
    page.locator(".message:not(.message-mine)").last.hover()
    page.locator(".message:not(.message-mine) [data-message-tools]").last.click(force=True)
    page.locator("#message-menu [data-action=reply]").click()


def message_menu(page: Page, scene: Scene) -> None:
    page.locator("html[data-socket=open]").wait_for()
    page.locator(".message-mine").last.hover()
    page.locator(".message-mine [data-message-tools]").last.click(force=True)


def you_menu(page: Page, scene: Scene) -> None:
    page.locator("[popovertarget=me-menu]:visible, [popovertarget=me-menu-phone]:visible").first.click()


def agree_with_google(page: Page, scene: Scene) -> None:
    page.get_by_role("button", name="Sign up with Google").click()
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url("**/sign-up/google/**")


LONG = "A name that is far too long to be one and goes on and on until nobody reads it any more, as long names do when they are let " * 2

PICTURES = [
    # At the door.
    Picture("landing", "landing", "/"),
    Picture("terms", "terms", "/terms/"),
    Picture("privacy", "privacy", "/privacy/"),
    Picture("sign-up", "account_signup", "/sign-up/"),
    Picture("sign-up-refused", "account_signup", "/sign-up/", act=fill("Sign up", username="a b", email="ana", password1="123")),
    Picture("sign-up-phone", "sign_up_phone", "/sign-up/phone/"),
    Picture("sign-up-phone-refused", "sign_up_phone", "/sign-up/phone/", act=fill("Text me a code", username="ana", phone="12")),
    Picture("sign-up-google", "socialaccount_signup", "/sign-up/", act=agree_with_google),
    Picture("sign-in", "account_login", "/sign-in/"),
    Picture("sign-in-ended", "account_login", "/sign-in/?ended=1&next=/chats/"),
    Picture("sign-in-refused", "account_login", "/sign-in/", act=fill("Sign in", login="ana", password="wrong")),
    Picture("sign-in-email", "sign_in_email", "/sign-in/email/"),
    Picture("sign-in-email-refused", "sign_in_email", "/sign-in/email/", act=fill("Email me a code", email="nowhere")),
    Picture("sign-in-phone", "sign_in_phone", "/sign-in/phone/"),
    Picture("sign-in-phone-refused", "sign_in_phone", "/sign-in/phone/", act=fill("Text me a code", phone="nowhere")),
    Picture("enter-code", "enter_code", "/sign-in/email/", act=fill("Email me a code", email="ben@hubbub.example")),
    Picture("enter-code-gone", "enter_code", "/sign-in/enter-code/"),
    Picture("second-step", "mfa_authenticate", "/sign-in/", act=sign_in("sela")),
    Picture("keep-account", "keep_account", "/sign-in/", act=sign_in("leo")),
    Picture("verify", "account_email_verification_sent", "/verify/"),
    Picture("verify-link", "account_confirm_email", "/verify/{stage.confirmation}/"),
    Picture("verify-expired", "account_confirm_email", "/verify/made-up/"),
    Picture("forgot-password", "account_reset_password", "/forgot/"),
    Picture("forgot-password-sent", "account_reset_password_done", "/forgot/", act=ask_for_new_password),
    Picture("forgot-phone", "forgot_phone", "/forgot/phone/"),
    Picture("forgot-code", "reset_by_code", "/forgot/phone/", act=fill("Text me a code", phone="+12025550173")),
    Picture("not-me", "not_me", "{not_me}"),
    Picture("not-me-gone", "not_me", "/forgot/not-me/made-up/"),
    Picture("reset-password", "account_reset_password_from_key", "{reset}"),
    Picture("reset-password-refused", "account_reset_password_from_key", "{reset}", act=fill("Set the password", password1="123", password2="1234")),
    Picture("reset-password-expired", "account_reset_password_from_key", "/reset/1-made-up/"),
    Picture("not-found", "not found", "/nowhere/"),
    Picture("explore-stranger", "explore", "/explore/"),
    Picture("profile-stranger", "profile", "/ben/"),
    Picture("post-stranger", "post", "/posts/{stage.post.pk}/"),
    # For those who develop.
    Picture("mailbox", "mailbox", "/dev/mail/", act=open_mail),
    Picture("mail", "mail", "/dev/mail/", act=open_letter),
    Picture("texts", "telephone", "/dev/sms/", act=open_texts),
    Picture("components", "style_guide", "/dev/components/", act=to_top),
    Picture("socket-schema", "socket-schema", "/ws/schema/"),
    # Posts.
    Picture("home", "home", "/home/", "ana"),
    Picture("home-empty", "home", "/home/", "nora"),
    Picture("explore", "explore", "/explore/", "ana"),
    Picture("new-post", "compose", "/posts/new/", "ana"),
    Picture("new-post-refused", "compose", "/posts/new/", "ana", act=fill("Post")),
    Picture("new-post-picture", "compose", "/posts/new/", "ana", act=attach),
    Picture("post", "post", "/posts/{stage.post.pk}/", "ana"),
    Picture("post-menu", "post", "/posts/{stage.post.pk}/", "ana", act=menu(".post-menu")),
    Picture("post-without-comments", "post", "/posts/{stage.lonely_post.pk}/", "sela"),
    Picture("post-hidden", "post", "/posts/{stage.hidden_post.pk}/", "sela"),
    Picture("post-comment-refused", "post", "/posts/{stage.post.pk}/", "ana", act=fill("Comment")),
    Picture("thread", "thread", "/posts/{stage.post.pk}/comments/{stage.thread.pk}/", "ana"),
    Picture("comment-reply", "comment_reply", "/comments/{stage.thread.pk}/reply/", "ana"),
    Picture("comment-edit", "comment_edit", "/comments/{stage.own_comment.pk}/edit/", "ana"),
    Picture("comment-delete", "comment_delete", "/comments/{stage.own_comment.pk}/delete/", "ana"),
    Picture("post-edit", "post_edit", "/posts/{stage.lonely_post.pk}/edit/", "sela"),
    Picture("post-delete", "post_delete", "/posts/{stage.lonely_post.pk}/delete/", "sela"),
    Picture("report", "report", "/report/post/{stage.post.pk}/", "ana"),
    Picture("report-refused", "report", "/report/post/{stage.post.pk}/", "ana", act=fill("Send report")),
    # People.
    Picture("welcome", "welcome", "/welcome/", "nora"),
    Picture("welcome-refused", "welcome", "/welcome/", "nora", act=send_no_picture),
    Picture("own-profile", "profile", "/ana/", "ana"),
    Picture("own-profile-empty", "profile", "/nora/", "nora"),
    Picture("profile", "profile", "/ben/", "ana"),
    Picture("profile-menu", "profile", "/mei_lin/", "ana", act=menu("[popovertarget=profile-menu]")),
    Picture("profile-block", "profile", "/mei_lin/", "ana", act=ask("confirm-block")),
    Picture("profile-asked", "profile", "/khalid/", "ana"),
    Picture("profile-private", "profile", "/jun/", "nora"),
    Picture("followers", "followers", "/ana/followers/", "ana"),
    Picture("followers-empty", "followers", "/nora/followers/", "nora"),
    Picture("followers-private", "followers", "/jun/followers/", "nora"),
    Picture("following", "following", "/ben/following/", "ana"),
    Picture("friends-of", "friends_of", "/niamh/friends/", "ana"),
    Picture("mutual-friends", "mutual_friends", "/niamh/mutual/", "ana"),
    Picture("follow-requests", "follow_requests", "/requests/", "jun"),
    Picture("follow-requests-empty", "follow_requests", "/requests/", "nora"),
    Picture("follow-requests-sent", "follow_requests_sent", "/requests/sent/", "ana"),
    Picture("friends", "friends", "/friends/", "ana"),
    Picture("friends-empty", "friends", "/friends/", "nora"),
    Picture("friend-requests", "friend_requests", "/friends/requests/", "ana"),
    Picture("friend-requests-empty", "friend_requests", "/friends/requests/", "nora"),
    Picture("friend-requests-sent", "friend_requests_sent", "/friends/requests/sent/", "ana"),
    Picture("friendship", "friend", "/niamh/friend/", "ana"),
    Picture("friendship-asked", "friend", "/khalid/friend/", "ana"),
    Picture("friendship-ask", "friend", "/grace/friend/", "ana"),
    Picture("contacts", "contacts", "/contacts/", "ana"),
    Picture("contacts-empty", "contacts", "/contacts/", "nora"),
    Picture("contact", "contact", "/contacts/{stage.contact.pk}/", "ana"),
    Picture("people", "find_people", "/people/", "ana"),
    Picture("people-found", "find_people", "/people/?q=ana", "ben"),
    Picture("people-nobody", "find_people", "/people/?q=nobody-has-this-name", "ana"),
    Picture("people-empty", "find_people", "/people/", "nora"),
    # Chats.
    Picture("chats", "chats", "/chats/", "ana"),
    Picture("chats-empty", "chats", "/chats/", "nora"),
    Picture("new-chat", "new_chat", "/chats/new/", "ana"),
    Picture("new-chat-found", "new_chat", "/chats/new/?q=b", "ana"),
    Picture("new-chat-nobody", "new_chat", "/chats/new/?q=nobody-has-this-name", "ana"),
    Picture("chat", "chat", "/chats/{stage.conversation.pk}/", "ana"),
    Picture("chat-menu", "chat", "/chats/{stage.conversation.pk}/", "ana", act=message_menu),
    Picture("chat-reply", "chat", "/chats/{stage.conversation.pk}/", "ana", act=reply_to_message),
    Picture("chat-offline", "chat", "/chats/{stage.conversation.pk}/", "ana", act=lose_network),
    Picture("chat-clear", "chat", "/chats/{stage.conversation.pk}/", "ana", act=ask("clear-conversation")),
    Picture("chat-deleted-account", "chat", "/chats/{stage.orphaned.pk}/", "sela"),
    # Notifications.
    Picture("notifications", "notifications", "/notifications/", "ana"),
    Picture("notifications-empty", "notifications", "/notifications/", "nora"),
    # Settings.
    Picture("settings", "settings", "/settings/", "ana"),
    Picture("you-menu", "settings", "/settings/", "ana", act=you_menu),
    Picture("edit-profile", "profile_editor", "/settings/profile/", "ana"),
    Picture("edit-profile-refused", "profile_editor", "/settings/profile/", "ana", act=fill("Save", display_name=LONG, website="nowhere")),
    Picture("edit-profile-avatar", "profile_editor", "/settings/profile/", "ana", act=choose("avatar", 1200, 900)),
    Picture("edit-profile-cover", "profile_editor", "/settings/profile/", "ana", act=choose("cover", 1600, 1200)),
    Picture("edit-profile-empty", "profile_editor", "/settings/profile/", "nora"),
    Picture("privacy-settings", "privacy_settings", "/settings/privacy/", "ana"),
    Picture("presence-settings", "seen_as", "/settings/presence/", "ana"),
    Picture("blocked", "blocked", "/settings/blocked/", "ana"),
    Picture("blocked-empty", "blocked", "/settings/blocked/", "nora"),
    Picture("muted", "muted", "/settings/muted/", "ana"),
    Picture("muted-empty", "muted", "/settings/muted/", "nora"),
    Picture("muted-refused", "muted", "/settings/muted/", "ana", act=fill("Mute it")),
    Picture("account", "settings_account", "/settings/account/", "sela"),
    Picture("account-empty", "settings_account", "/settings/account/", "nora"),
    Picture("account-email", "settings_account_email", "/settings/account/email/", "sela"),
    Picture("account-email-refused", "settings_account_email", "/settings/account/email/", "sela", act=fill("Mail me a code", email="nowhere")),
    Picture("account-phone", "settings_account_phone", "/settings/account/phone/", "sela"),
    Picture("account-phone-remove", "settings_account_phone_remove", "/settings/account/phone/remove/", "sela"),
    Picture("account-code", "settings_account_code", "/settings/account/email/", "sela", act=fill("Mail me a code", email="sela@example.net")),
    Picture("password", "account_change_password", "/settings/password/", "ana"),
    Picture(
        "password-refused",
        "account_change_password",
        "/settings/password/",
        "ana",
        act=fill("Change the password", oldpassword="x", password1="123", password2="124"),
    ),
    Picture("password-first", "account_set_password", "/settings/password/set/", "finn"),
    Picture("confirm", "account_reauthenticate", "/settings/confirm/", "ana"),
    Picture("confirm-refused", "account_reauthenticate", "/settings/confirm/", "ana", act=fill("Continue", password="wrong")),
    Picture("confirm-second-factor", "account_reauthenticate", "/settings/confirm/", "sela"),
    Picture("second-factor", "mfa_index", "/settings/two-factor/", "sela"),
    Picture("second-factor-none", "mfa_index", "/settings/two-factor/", "ana"),
    Picture("second-factor-set-up", "mfa_activate_totp", "/settings/two-factor/set-up/", "ana"),
    Picture("second-factor-set-up-refused", "mfa_activate_totp", "/settings/two-factor/set-up/", "ana", act=fill("Turn it on", code="123456")),
    Picture("second-factor-turn-off", "mfa_deactivate_totp", "/settings/two-factor/turn-off/", "sela"),
    Picture("passkey-add", "mfa_add_webauthn", "/settings/two-factor/passkeys/add/", "ana"),
    Picture("passkey", "mfa_edit_webauthn", "/settings/two-factor/passkeys/{stage.passkey}/", "sela"),
    Picture("recovery-codes", "mfa_view_recovery_codes", "/settings/two-factor/codes/", "sela"),
    Picture("recovery-codes-new", "mfa_generate_recovery_codes", "/settings/two-factor/codes/new/", "sela"),
    Picture("connected-accounts", "settings_accounts", "/settings/accounts/", "sela"),
    Picture("connected-accounts-empty", "settings_accounts", "/settings/accounts/", "ana"),
    Picture("sessions", "settings_sessions", "/settings/sessions/", "sela"),
    Picture("your-data", "data", "/settings/data/", "nora"),
    Picture("your-data-running", "data", "/settings/data/", "dara"),
    Picture("your-data-ready", "data", "/settings/data/", "sela"),
    Picture("delete-account", "data_delete", "/settings/data/delete/", "nora"),
    Picture("delete-account-refused", "data_delete", "/settings/data/delete/", "nora", act=fill("Delete my account", username="somebody")),
    Picture("deleted-account", "data_delete", "/settings/data/delete/", "bye", act=fill("Delete my account", username="bye")),
]
