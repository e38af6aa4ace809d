"""What a chat page shows, in the words of the tests."""

from playwright.sync_api import Locator, Page, expect

from accounts.users.models import User
from chat.conversations.models import Conversation
from chat.conversations.services import create_direct
from tests.browser.visitor import Visitor


def conversation_of(one: User, other: User) -> Conversation:
    return create_direct(actor=one, target=other)


def open_chat(visitor: Visitor, conversation: Conversation) -> None:
    visitor.goto(f"/chats/{conversation.pk}/")
    visitor.live()


def write(page: Page, words: str) -> None:
    """Type a message and send it, as somebody at a keyboard does."""
    field = page.get_by_role("textbox", name="Message to")
    field.fill(words)
    field.press("Enter")


def messages(page: Page) -> Locator:
    return page.locator(".message")


def message(page: Page, words: str) -> Locator:
    return messages(page).filter(has=page.locator("[data-text]", has_text=words))


def expect_state(page: Page, words: str, state: str) -> None:
    """How far a message of one's own has got: sending, sent, delivered or read."""
    expect(message(page, words).locator(".ticks")).to_have_attribute("data-state", state)


def expect_exactly(page: Page, *words: str) -> None:
    """These messages, in this order, each once, and no others."""
    expect(page.locator(".message [data-text]")).to_have_text(list(words))


def sequence(page: Page) -> list[int]:
    numbers: list[int] = page.evaluate("[...document.querySelectorAll('.message')].map((item) => Number(item.dataset.seq))")
    return numbers


def act_on(page: Page, words: str, action: str) -> None:
    """Choose ``action`` from the menu of a message."""
    item = message(page, words)
    item.hover()
    item.get_by_role("button", name="Message actions").click()
    page.locator("#message-menu").get_by_text(action, exact=True).click()
