"""The whole way with the keyboard alone: signing in, posting, chatting."""

from playwright.sync_api import Locator, Page, expect

from accounts.users.models import User
from accounts.users.tests.factories import PASSWORD, UserFactory
from social.graph.services import follow
from social.posts.services import create_post
from tests.browser.chatting import conversation_of, expect_exactly, expect_state, message
from tests.browser.conftest import Visit

MOST_STOPS = 60
# A ring, an outline or another edge than without focus: something has to show it.
SHOWS_FOCUS = """(element) => {
  const traits = ["outline", "boxShadow", "borderColor", "backgroundColor"];
  const look = (box) => traits.map((trait) => getComputedStyle(box)[trait]).join();
  const boxes = [element, element.parentElement, element.parentElement?.parentElement].filter(Boolean);
  const focused = boxes.map(look);
  element.blur();
  const blurred = boxes.map(look);
  element.focus({ focusVisible: true });
  return focused.some((style, index) => style !== blurred[index]);
}"""


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until ``wanted`` has the focus, and see that it shows."""
    for _ in range(MOST_STOPS):
        if wanted.evaluate("(element) => element === document.activeElement"):
            assert wanted.evaluate(SHOWS_FOCUS), f"nothing shows that {wanted} has the focus"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{MOST_STOPS} times Tab do not lead to {wanted}")


def test_sign_in_post_and_chat_by_keyboard(visit: Visit, ana: User, ben: User) -> None:
    conversation = conversation_of(ana, ben)
    visitor = visit(motion="reduce")
    page, keyboard = visitor.page, visitor.page.keyboard
    visitor.goto("/sign-in/")
    tab_to(page, page.get_by_label("Email, username or phone"))
    keyboard.type("ana")
    tab_to(page, page.get_by_label("Password", exact=True))
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    page.wait_for_url("**/home/")

    tab_to(page, page.get_by_role("link", name="Skip to content"))
    keyboard.press("Enter")
    tab_to(page, page.get_by_label("Your post"))
    keyboard.type("Typed, never clicked")
    tab_to(page, page.get_by_role("button", name="Post", exact=True))
    keyboard.press("Enter")
    expect(page.locator(".post")).to_contain_text("Typed, never clicked")
    tab_to(page, page.get_by_role("button", name="More about this post"))
    keyboard.press("Enter")
    keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Edit")).to_be_focused()
    keyboard.press("Escape")
    expect(page.get_by_role("button", name="More about this post")).to_be_focused()

    page.reload()
    visitor.live()
    tab_to(page, page.locator(".rail").get_by_role("link", name="Chats"))
    keyboard.press("Enter")
    page.wait_for_url("**/chats/")
    tab_to(page, page.locator("[data-conversation-row]"))
    keyboard.press("Enter")
    page.wait_for_url(f"**/chats/{conversation.pk}/")
    visitor.live()
    expect(page.get_by_role("textbox", name="Message to")).to_be_focused()
    keyboard.type("Hello from the keybord")
    keyboard.press("Enter")
    expect_state(page, "Hello from the keybord", "sent")
    keyboard.press("ArrowUp")
    keyboard.press("Backspace")
    keyboard.press("Backspace")
    keyboard.type("ard")
    keyboard.press("Enter")
    expect(message(page, "Hello from the keyboard").get_by_text("edited")).to_be_visible()

    keyboard.press("Shift+Tab")
    tab_back_to(page, message(page, "Hello from the keyboard").get_by_role("button", name="Message actions"))
    keyboard.press("Enter")
    page.locator("#message-menu").get_by_text("Delete", exact=True).focus()
    keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Delete for everyone"))
    keyboard.press("Enter")
    expect_exactly(page, "Message deleted")


def test_focus_stays_where_a_button_is_pressed_again_at_once(visit: Visit, ana: User) -> None:
    """The second answer comes while the first is still being waited for, in time that the test counts."""
    UserFactory.create(username="carla")
    visitor = visit(ana, motion="reduce")
    page = visitor.page
    page.clock.install()
    visitor.goto("/carla/")
    main = page.get_by_role("main")
    follow_button, following = main.get_by_role("button", name="Follow", exact=True), main.get_by_role("button", name="Following")
    tab_to(page, follow_button)
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    page.keyboard.press("Enter")
    expect(following).to_be_visible()
    page.clock.run_for(30)
    expect(following).to_be_focused()
    page.clock.run_for(60)
    page.keyboard.press("Enter")
    expect(follow_button).to_be_visible()
    page.clock.run_for(15)
    page.clock.run_for(100)
    expect(follow_button).to_be_focused()


def test_focus_stays_where_a_pressed_button_was_replaced_or_taken_away(visit: Visit, ana: User, ben: User) -> None:
    carla, dora = (UserFactory.create(username=name) for name in ("carla", "dora"))
    for person in (carla, dora):
        follow(actor=ben, target=person)
    follow(actor=ana, target=ben)
    visitor = visit(ana, motion="reduce")
    page = visitor.page
    visitor.goto("/carla/")
    tab_to(page, page.get_by_role("main").get_by_role("button", name="Follow", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Following")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main").get_by_role("button", name="Follow", exact=True)).to_be_focused()

    visitor.goto("/people/")
    dismissals = page.get_by_role("button", name="Do not suggest")
    expect(dismissals).to_have_count(2)
    dismissals.first.focus()
    page.keyboard.press("Enter")
    expect(dismissals).to_have_count(1)
    expect(dismissals).to_be_focused()


def test_back_leads_to_where_one_came_from(visit: Visit, ana: User, ben: User) -> None:
    post = create_post(author=ben, body="Seen on two pages")
    visitor = visit(ana)
    page = visitor.page
    back = page.get_by_role("link", name="Back", exact=True)
    for came_from in ("/ben/", "/explore/"):
        visitor.goto(came_from)
        page.locator(".post-when a").click()
        page.wait_for_url(f"**/posts/{post.pk}/")
        back.click()
        expect(page).to_have_url(f"{visitor.address}{came_from}")

    visitor = visit(ana)
    visitor.goto(f"/posts/{post.pk}/edit/")  # which is refused: nothing of ours lies before but a part of the page itself
    visitor.expects("status of 404")
    visitor.goto(f"/posts/{post.pk}/")
    visitor.page.get_by_role("link", name="Back", exact=True).click()
    expect(visitor.page).to_have_url(f"{visitor.address}/home/")


def tab_back_to(page: Page, wanted: Locator) -> None:
    for _ in range(MOST_STOPS):
        if wanted.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press("Shift+Tab")
    raise AssertionError(f"{MOST_STOPS} times Shift+Tab do not lead to {wanted}")
