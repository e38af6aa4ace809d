"""Posts on their way out: shown at once, kept whatever the network does, published once; and their pictures without scripts."""

from playwright.sync_api import FilePayload, Locator, Page, Route, expect

from accounts.users.models import User
from media_app.uploads.models import State, Upload
from media_app.uploads.tests.pictures import picture
from social.posts.models import Post
from tests.browser.conftest import Visit
from tests.browser.processes import until
from tests.browser.visitor import LOST_NETWORK

ENDPOINT = "**/api/v1/posts"


def publish(page: Page, words: str) -> None:
    page.get_by_label("Your post").fill(words)
    page.get_by_role("button", name="Post", exact=True).click()


def pending(page: Page) -> Locator:
    return page.locator(".post-pending")


def test_post_stands_at_once_while_it_is_being_sent(visit: Visit, ana: User) -> None:
    visitor = visit(ana)
    page = visitor.page
    held: list[Route] = []
    page.route(ENDPOINT, lambda route: held.append(route))
    visitor.goto("/home/")
    visitor.live()
    publish(page, "Not yet **there**")
    expect(pending(page)).to_contain_text("Not yet **there**")
    expect(pending(page)).to_contain_text("Sending…")
    expect(page.get_by_label("Your post")).to_have_value("")
    until(lambda: bool(held), "the request")
    held[0].continue_()
    expect(page.locator(".post strong", has_text="there")).to_be_visible()
    expect(pending(page)).to_have_count(0)
    like = page.locator(".post").get_by_role("button", name="like")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")  # what was put in its place works like every other post
    assert Post.objects.count() == 1


def test_post_whose_answer_was_lost_is_published_once(visit: Visit, ana: User) -> None:
    visitor = visit(ana)
    visitor.expects(*LOST_NETWORK)
    page = visitor.page

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(ENDPOINT, lose_the_answer, times=1)
    visitor.goto("/home/")
    publish(page, "Said once")
    expect(pending(page).get_by_role("alert")).to_contain_text("No connection")
    assert Post.objects.count() == 1
    pending(page).get_by_role("button", name="Try again").click()
    expect(pending(page)).to_have_count(0)
    expect(page.locator(".post")).to_have_count(1)
    assert Post.objects.count() == 1


def test_post_that_did_not_go_out_survives_the_page_and_goes_out_from_the_next(visit: Visit, ana: User) -> None:
    visitor = visit(ana)
    visitor.expects(*LOST_NETWORK)
    page = visitor.page
    page.route(ENDPOINT, lambda route: route.abort())
    visitor.goto("/home/")
    publish(page, "Written on a train")
    expect(pending(page).get_by_role("alert")).to_be_visible()
    page.reload()
    expect(pending(page).get_by_role("alert")).to_be_visible()
    assert not Post.objects.exists()
    page.unroute(ENDPOINT)
    page.reload()
    expect(page.locator(".post")).to_contain_text("Written on a train")
    expect(pending(page)).to_have_count(0)
    page.reload()
    expect(page.locator(".post")).to_have_count(1)
    assert Post.objects.count() == 1


def test_post_given_up_leaves_its_words_where_they_were_written(visit: Visit, ana: User) -> None:
    visitor = visit(ana)
    visitor.expects(*LOST_NETWORK)
    page = visitor.page
    page.route(ENDPOINT, lambda route: route.abort())
    visitor.goto("/home/")
    publish(page, "On second thoughts")
    pending(page).get_by_role("button", name="Discard").click()
    expect(pending(page)).to_have_count(0)
    expect(page.get_by_label("Your post")).to_have_value("On second thoughts")
    page.reload()
    expect(page.locator(".post")).to_have_count(0)
    assert not Post.objects.exists()


def test_without_scripts_each_picture_gets_its_own_words(visit: Visit, worker: None, ana: User) -> None:
    visitor = visit(ana, scripts=False)
    page = visitor.page
    visitor.goto("/home/")
    page.get_by_label("Your post").fill("Two pictures")
    page.get_by_text("Add pictures", exact=True).click()
    files = [FilePayload(name=name, mimeType="image/jpeg", buffer=picture((800, 600))) for name in ("sea.jpg", "sky.jpg")]
    page.get_by_label("Pictures", exact=True).set_input_files(files)
    page.get_by_role("button", name="Add them").click()
    page.get_by_label("Describe sea.jpg").fill("The sea")
    page.get_by_label("Describe sky.jpg").fill("The sky")
    expect(page.get_by_label("Your post")).to_have_value("Two pictures")
    until(lambda: Upload.objects.filter(state=State.READY).count() == 2, "the worker to make the pictures ready")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator(".post")).to_contain_text("Two pictures")
    for words in ("The sea", "The sky"):
        assert page.get_by_role("img", name=words).evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
