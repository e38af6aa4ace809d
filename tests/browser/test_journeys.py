"""From the front door on: signing up, posting, being answered, forgetting the password, signing out elsewhere."""

import re
from pathlib import Path

from playwright.sync_api import FilePayload, Page, expect

from accounts.users.models import User
from accounts.users.tests.factories import PASSWORD
from core.web.pages import read_mail
from media_app.uploads.tests.pictures import picture
from social.graph.models import Follow
from tests.browser.conftest import Visit
from tests.browser.processes import until
from tests.browser.visitor import Visitor

NEW_PASSWORD = "kettle-violin-moss"


def link_in_mail(mailbox: Path, subject: str) -> str:
    """The first link in the newest letter of that subject."""

    def found() -> list[str]:
        return [re.search(r"http\S+", mail.body)[0] for mail in read_mail(mailbox) if mail.subject == subject]  # type: ignore[index]

    until(lambda: bool(found()), f"the mail “{subject}”")
    return found()[0]


def sign_in(visitor: Visitor, login: str, password: str) -> None:
    visitor.goto("/sign-in/")
    fill_in(visitor.page, login, password)
    visitor.page.wait_for_url("**/home/")


def fill_in(page: Page, login: str, password: str) -> None:
    page.get_by_label("Email, username or phone").fill(login)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def publish(page: Page, words: str) -> None:
    page.get_by_label("Your post").fill(words)
    page.get_by_role("button", name="Post", exact=True).click()


def test_from_signing_up_to_a_post_that_others_answer(visit: Visit, mailbox: Path, ben: User) -> None:
    at_anas, at_bens = visit(), visit(ben)
    page = at_anas.page
    at_anas.goto("/")
    page.get_by_role("link", name=re.compile("Join|Sign up")).first.click()
    page.get_by_label("Username").fill("ana")
    page.get_by_label("Email").fill("ana@example.com")
    page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    page.get_by_role("button", name="Sign up", exact=True).click()
    expect(page.get_by_role("heading", name="Look at your mail")).to_be_visible()
    page.goto(link_in_mail(mailbox, "Confirm your address"))
    page.get_by_role("button", name="Confirm ana@example.com").click()
    page.wait_for_url("**/welcome/")
    page.get_by_role("link", name="Later").click()
    page.wait_for_url("**/home/")
    at_anas.live()

    page.get_by_label("Pictures", exact=True).set_input_files(FilePayload(name="sea.jpg", mimeType="image/jpeg", buffer=picture((1600, 900))))
    page.get_by_label("Describe sea.jpg").fill("The sea, red and blue")
    page.locator(".composer-picture[data-state=ready]").wait_for()
    publish(page, "My **first** post, about #sea")
    expect(page.get_by_role("status").filter(has_text="Your post is out.")).to_be_visible()
    expect(page.locator(".post").get_by_role("img", name="The sea, red and blue")).to_have_js_property("complete", True)
    at_anas.live()

    theirs = at_bens.page
    at_bens.goto("/explore/")
    post = theirs.locator(".post")
    expect(post.locator("strong", has_text="first")).to_be_visible()
    shown = post.get_by_role("img", name="The sea, red and blue")
    expect(shown).to_be_visible()
    assert shown.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
    like = post.get_by_role("button", name=re.compile("likes?$"))
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(like).to_contain_text("1")
    badge = page.locator(".rail [data-badge=notifications]")
    expect(badge).to_contain_text("1")
    post.get_by_role("link", name=re.compile("comments?$")).click()
    theirs.get_by_label("Your comment").fill("What a view!")
    theirs.get_by_role("button", name="Comment").click()
    expect(theirs.locator(".comment")).to_contain_text("What a view!")
    expect(badge).to_contain_text("2")

    at_anas.goto("/notifications/")
    lines = page.locator(".inbox-line")
    expect(lines).to_have_count(2)
    expect(lines.first).to_contain_text("Ben Okafor")
    expect(lines.first).to_contain_text("commented on your post")
    lines.first.get_by_role("button").first.click()
    expect(page.locator(".comment")).to_contain_text("What a view!")
    expect(page.locator(".rail [data-badge=notifications]")).to_contain_text("1")


def test_follow_fills_the_home_feed_and_tells_the_other(visit: Visit, worker: None, ana: User, ben: User) -> None:
    at_anas, at_bens = visit(ana), visit(ben)
    at_anas.goto("/home/")
    at_anas.live()
    at_bens.goto("/ana/")
    at_bens.page.get_by_role("button", name="Follow", exact=True).click()
    expect(at_bens.page.get_by_role("button", name="Following")).to_be_visible()
    expect(at_anas.page.locator(".rail [data-badge=notifications]")).to_contain_text("1")
    publish(at_anas.page, "For my one follower")
    expect(at_anas.page.locator(".post[data-post]")).to_contain_text("For my one follower")  # the server has it
    at_bens.goto("/home/")
    expect(at_bens.page.locator(".post")).to_contain_text("For my one follower")


def test_forgotten_password_is_set_anew_and_ends_every_session(visit: Visit, mailbox: Path, ana: User) -> None:
    at_home, elsewhere = visit(), visit(ana)
    elsewhere.goto("/home/")
    elsewhere.live()
    page = at_home.page
    at_home.goto("/sign-in/")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("Email").fill("ana@example.com")
    page.get_by_role("button", name="Send the link").click()
    page.wait_for_url("**/forgot/sent/")
    page.goto(link_in_mail(mailbox, "Set a new password"))
    for field in page.locator("input[type=password]").all():
        field.fill(NEW_PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    elsewhere.page.wait_for_url("**/sign-in/**")

    at_home.expects("status of 40[01]")
    at_home.goto("/sign-in/")
    page.get_by_label("Email, username or phone").fill("ana")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".field-error, [role=alert]").first).to_be_visible()
    sign_in(at_home, "ana@example.com", NEW_PASSWORD)
    at_home.live()


def test_session_ended_from_another_browser_is_over_at_once(visit: Visit, ana: User) -> None:
    here, there = visit(), visit()
    sign_in(here, "ana", PASSWORD)
    sign_in(there, "ana", PASSWORD)
    there.goto("/settings/presence/")
    there.live()
    here.goto("/settings/sessions/")
    here.page.get_by_role("button", name=re.compile("^End the session")).click()
    there.page.wait_for_url("**/sign-in/**")
    expect(there.page.get_by_role("heading", name="You are signed out")).to_be_visible()
    fill_in(there.page, "ana", PASSWORD)
    there.page.wait_for_url("**/settings/presence/")
    there.live()
    here.goto("/settings/sessions/")
    here.page.get_by_role("button", name=re.compile("^End the session")).click()
    there.page.wait_for_url("**/sign-in/**")
    there.goto("/settings/sessions/")
    assert there.path().startswith("/sign-in/?next=")
    here.goto("/settings/sessions/")
    expect(here.page.locator("main li", has_text="This device")).to_have_count(1)


def test_signing_out_returns_to_the_front_door(visit: Visit, ana: User) -> None:
    visitor = visit(ana)
    visitor.goto("/home/")
    visitor.page.locator(".rail [popovertarget]").last.click()
    visitor.page.get_by_role("button", name="Sign out").locator("visible=true").click()
    visitor.page.wait_for_url(visitor.address + "/")
    visitor.goto("/home/")
    assert visitor.path().startswith("/sign-in/")


def test_without_scripts_one_reads_posts_answers_follows_chats_and_reports(visit: Visit, ana: User, ben: User) -> None:
    at_bens = visit(ben)
    at_bens.goto("/home/")
    publish(at_bens.page, "Read me without scripts")
    expect(at_bens.page.locator(".post[data-post]")).to_contain_text("Read me without scripts")

    plain = visit(scripts=False)
    page = plain.page
    plain.goto("/explore/")
    expect(page.locator(".post")).to_contain_text("Read me without scripts")
    sign_in(plain, "ana", PASSWORD)
    publish(page, "Sent by a plain form")
    expect(page.locator(".post").first).to_contain_text("Sent by a plain form")

    plain.goto("/explore/")
    post = page.locator(".post", has_text="Read me without scripts")
    post.get_by_role("button", name=re.compile("likes?$")).click()
    expect(post.get_by_role("button", name=re.compile("likes?$"))).to_have_attribute("aria-pressed", "true")
    post.get_by_role("link", name=re.compile("comments?$")).click()
    page.get_by_label("Your comment").fill("Works for me")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator(".comment")).to_contain_text("Works for me")

    plain.goto("/ben/")
    page.get_by_role("button", name="Follow", exact=True).click()
    expect(page.get_by_role("button", name="Following")).to_be_visible()
    assert Follow.objects.count() == 1
    page.get_by_role("button", name="Message").click()
    page.get_by_role("textbox", name="Message to").fill("Hello by form")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".message")).to_contain_text("Hello by form")

    plain.goto("/explore/")
    post = page.locator(".post", has_text="Read me without scripts")
    post.get_by_role("button", name="More about this post").click()
    post.get_by_role("link", name="Report").click()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Send report").click()
    expect(page.get_by_text("A moderator will look at it")).to_be_visible()


def test_failures_keep_what_was_typed(visit: Visit, worker: None, ana: User) -> None:
    visitor = visit(ana)
    visitor.expects("status of 422")
    page = visitor.page
    visitor.goto("/posts/new/")
    publish(page, "   ")
    expect(page.locator(".field-error:visible, [role=alert]:visible").first).to_be_visible()
    page.get_by_label("Pictures", exact=True).set_input_files(FilePayload(name="fake.jpg", mimeType="image/jpeg", buffer=b"not a picture"))
    expect(page.get_by_text("This file is not a picture we can show")).to_be_visible()
    publish(page, "Words worth keeping")
    expect(page.get_by_text("Remove the picture that failed")).to_be_visible()
    expect(page.get_by_label("Your post")).to_have_value("Words worth keeping")
    page.get_by_role("button", name="Remove fake.jpg").click()
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator(".post")).to_contain_text("Words worth keeping")
