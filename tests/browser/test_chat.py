"""Two people chat in two real browsers, whatever the network, the tabs and the server do."""

import re

import pytest
from playwright.sync_api import expect

from accounts.profiles.services import set_picture
from accounts.users.models import User
from accounts.users.services import set_verified, update_profile
from chat.conversations.models import Conversation
from chat.messages.models import Message
from chat.messages.services import delete_message, edit_message, send_message
from media_app.uploads.models import Kind
from media_app.uploads.tests.factories import processed
from tests.browser.chatting import act_on, conversation_of, expect_exactly, expect_state, message, messages, open_chat, sequence, write
from tests.browser.conftest import Visit
from tests.browser.processes import Server, until
from tests.browser.visitor import LOST_NETWORK


@pytest.fixture
def conversation(ana: User, ben: User) -> Conversation:
    return conversation_of(ana, ben)


def stored(conversation: Conversation) -> list[str]:
    return list(Message.objects.filter(conversation=conversation).order_by("seq").values_list("body", flat=True))


def test_messages_go_both_ways_with_ticks_typing_and_presence(visit: Visit, ana: User, ben: User, conversation: Conversation) -> None:
    at_anas, at_bens = visit(ana), visit(ben, width=390, height=844)
    open_chat(at_anas, conversation)
    write(at_anas.page, "Are you there?")
    expect_state(at_anas.page, "Are you there?", "sent")

    at_bens.goto("/home/")
    at_bens.live()
    expect_state(at_anas.page, "Are you there?", "sent")
    write(at_anas.page, "Hello?")
    expect_state(at_anas.page, "Hello?", "delivered")
    expect(at_bens.page.locator(".bottom-bar [data-badge=chats]")).to_contain_text("1")
    presence = at_anas.page.locator("[data-presence-line]")
    expect(presence).to_have_text("Online")

    open_chat(at_bens, conversation)
    expect_exactly(at_bens.page, "Are you there?", "Hello?")
    expect_state(at_anas.page, "Hello?", "read")
    at_bens.page.get_by_role("textbox", name="Message to").press_sequentially("I am")
    expect(presence).to_have_text("typing…")
    write(at_bens.page, "I am: see https://example.org/maps")
    expect_exactly(at_anas.page, "Are you there?", "Hello?", "I am: see https://example.org/maps")
    expect(at_anas.page.get_by_role("link", name="https://example.org/maps", exact=True)).to_be_visible()
    expect(presence).to_have_text("Online")
    at_bens.context.close()
    expect(presence).to_contain_text("last seen")


def test_another_name_and_picture_show_at_once_in_list_and_conversation(visit: Visit, ana: User, ben: User, conversation: Conversation) -> None:
    at_anas = visit(ana)
    open_chat(at_anas, conversation)
    page, was = at_anas.page, ben.name
    update_profile(user=ben, changes={"display_name": "Zeno of Elea"})
    for place in ("[data-thread] .page-header", "[data-conversations] [data-conversation-row]"):
        expect(page.locator(f"{place} .person-name").first).to_have_text("Zeno of Elea")
        expect(page.locator(f"{place} .avatar-initials").first).to_have_text("ZE")
        expect(page.locator(f"{place} .presence-dot").first).to_be_attached()
    expect(page.get_by_role("textbox", name="Message to Zeno of Elea")).to_be_visible()
    expect(page).to_have_title(re.compile("Zeno of Elea"))
    shown = set_picture(user=ben, upload_id=processed(owner=ben, kind=Kind.AVATAR).pk)
    expect(page.locator("[data-thread] .page-header .avatar img")).to_have_attribute("src", str(shown.avatar_url))
    expect(page.get_by_text(was, exact=True)).to_have_count(0)
    for is_verified in (True, False):
        set_verified(user=ben, is_verified=is_verified)
        expect(page.locator("[data-thread] .page-header .verified")).to_have_count(int(is_verified))
        expect(page.locator("[data-conversation-row] .verified")).to_have_count(int(is_verified))


def test_bubble_stands_at_once_and_says_that_it_is_being_sent(visit: Visit, ana: User, conversation: Conversation) -> None:
    at_anas = visit(ana)
    open_chat(at_anas, conversation)
    at_anas.go_offline()
    write(at_anas.page, "Not yet")
    expect_state(at_anas.page, "Not yet", "sending")
    expect(at_anas.page.locator("[data-connection]")).to_be_visible()
    at_anas.go_online()
    expect_state(at_anas.page, "Not yet", "sent")
    expect(at_anas.page.locator("[data-connection]")).to_be_hidden()
    assert stored(conversation) == ["Not yet"]


def test_whoever_lost_the_network_catches_up_with_nothing_lost_doubled_or_out_of_order(
    visit: Visit, ana: User, ben: User, conversation: Conversation
) -> None:
    at_anas, at_bens = visit(ana), visit(ben)
    open_chat(at_anas, conversation)
    open_chat(at_bens, conversation)
    write(at_anas.page, "before")
    expect_state(at_anas.page, "before", "read")

    at_anas.go_offline()
    for number in range(3):
        write(at_anas.page, f"from ana {number}")
        write(at_bens.page, f"from ben {number}")
    expect_state(at_bens.page, "from ben 2", "sent")
    expect_exactly(at_bens.page, "before", *(f"from ben {number}" for number in range(3)))
    at_anas.go_online()

    everything = ["before", *(f"from ben {number}" for number in range(3)), *(f"from ana {number}" for number in range(3))]
    expect_exactly(at_bens.page, *everything)
    expect_exactly(at_anas.page, *everything)
    expect_state(at_anas.page, "from ana 2", "read")
    expect_state(at_bens.page, "from ben 2", "read")
    assert sequence(at_anas.page) == sequence(at_bens.page) == list(range(1, 8))
    assert stored(conversation) == everything


def test_whoever_lost_the_network_learns_of_what_was_edited_and_deleted_meanwhile(
    visit: Visit, ana: User, ben: User, conversation: Conversation
) -> None:
    sent = [send_message(sender=ben, conversation_id=conversation.pk, body=body) for body in ("one", "two", "three")]
    at_anas = visit(ana)
    open_chat(at_anas, conversation)
    edit_message(actor=ben, message_id=sent[0].id, body="uno")
    expect_exactly(at_anas.page, "uno", "two", "three")
    at_anas.go_offline()
    edit_message(actor=ben, message_id=sent[0].id, body="eins")
    delete_message(actor=ben, message_id=sent[1].id)
    late = send_message(sender=ben, conversation_id=conversation.pk, body="four")
    edit_message(actor=ben, message_id=late.id, body="vier")
    expect_exactly(at_anas.page, "uno", "two", "three")
    at_anas.go_online()
    expect_exactly(at_anas.page, "eins", "Message deleted", "three", "vier")
    expect(message(at_anas.page, "eins").get_by_text("edited")).to_be_visible()
    edit_message(actor=ben, message_id=sent[2].id, body="drei")
    expect_exactly(at_anas.page, "eins", "Message deleted", "drei", "vier")


def test_what_one_device_deleted_for_its_person_goes_from_the_other_one_which_was_away(
    visit: Visit, ana: User, ben: User, conversation: Conversation
) -> None:
    for body in ("one", "two", "three"):
        send_message(sender=ben, conversation_id=conversation.pk, body=body)
    phone, laptop, at_bens = visit(ana), visit(ana), visit(ben)
    for visitor in (phone, laptop, at_bens):
        open_chat(visitor, conversation)
    phone.go_offline()
    act_on(laptop.page, "two", "Delete")
    laptop.page.get_by_role("button", name="Delete for me").click()
    expect_exactly(laptop.page, "one", "three")
    expect_exactly(phone.page, "one", "two", "three")
    phone.go_online()
    expect_exactly(phone.page, "one", "three")
    act_on(phone.page, "one", "Delete")
    phone.page.get_by_role("button", name="Delete for me").click()
    for visitor in (phone, laptop):
        expect_exactly(visitor.page, "three")
    expect_exactly(at_bens.page, "one", "two", "three")


def test_both_sides_write_at_once_and_see_the_same(visit: Visit, ana: User, ben: User, conversation: Conversation) -> None:
    at_anas, at_bens = visit(ana), visit(ben)
    open_chat(at_anas, conversation)
    open_chat(at_bens, conversation)
    for number in range(8):
        write(at_anas.page, f"a{number}.")
        write(at_bens.page, f"b{number}.")
    expect(messages(at_anas.page)).to_have_count(16)
    expect_state(at_anas.page, "a7.", "read")
    expect_state(at_bens.page, "b7.", "read")
    expect_exactly(at_anas.page, *stored(conversation))
    expect_exactly(at_bens.page, *stored(conversation))
    assert sequence(at_anas.page) == list(range(1, 17))


def test_message_written_without_network_survives_a_closed_page(visit: Visit, ana: User, ben: User, conversation: Conversation) -> None:
    at_anas = visit(ana)
    open_chat(at_anas, conversation)
    at_anas.go_offline()
    write(at_anas.page, "written on a train")
    expect_state(at_anas.page, "written on a train", "sending")
    at_anas.page.close()
    at_anas.go_online()
    at_anas.page = at_anas.context.new_page()
    open_chat(at_anas, conversation)
    expect_exactly(at_anas.page, "written on a train")
    expect_state(at_anas.page, "written on a train", "sent")
    at_anas.page.reload()
    expect_exactly(at_anas.page, "written on a train")
    assert stored(conversation) == ["written on a train"]


def test_what_is_read_further_up_stays_in_place_while_messages_come(visit: Visit, ana: User, ben: User, conversation: Conversation) -> None:
    for number in range(70):
        send_message(sender=ana, conversation_id=conversation.pk, body=f"Number {number}.")
    plain = visit(ana, scripts=False)
    plain.goto(f"/chats/{conversation.pk}/")
    expect(message(plain.page, "Number 69.")).to_be_in_viewport()  # a conversation opens at its end without a script

    at_anas, at_bens = visit(ana), visit(ben)
    open_chat(at_anas, conversation)
    open_chat(at_bens, conversation)
    page = at_anas.page
    pill = page.locator("[data-to-newest]")
    expect(message(page, "Number 69.")).to_be_in_viewport()
    page.locator("[data-scroll]").evaluate("(box) => { box.scrollTop = -box.clientHeight; }")
    expect(pill).to_be_visible()
    read = message(page, "Number 50.")
    before = read.bounding_box()
    write(at_bens.page, "Look here")
    expect(pill).to_have_text("1 new")
    assert read.bounding_box() == before
    pill.click()
    expect(message(page, "Look here")).to_be_in_viewport()
    page.locator("[data-scroll]").evaluate("(box) => { box.scrollTop = -box.scrollHeight; }")
    expect(messages(page)).to_have_count(71)  # the rest came when its place was near


def test_edit_reply_and_delete_show_on_the_other_side(visit: Visit, ana: User, ben: User, conversation: Conversation) -> None:
    at_anas, at_bens = visit(ana), visit(ben)
    open_chat(at_anas, conversation)
    open_chat(at_bens, conversation)
    write(at_anas.page, "Meet at sevn")
    expect(message(at_bens.page, "Meet at sevn")).to_be_visible()
    at_anas.page.get_by_role("textbox", name="Message to").press("ArrowUp")
    write(at_anas.page, "Meet at seven")
    expect(message(at_bens.page, "Meet at seven").get_by_text("edited")).to_be_visible()

    act_on(at_bens.page, "Meet at seven", "Reply")
    write(at_bens.page, "Fine")
    expect(message(at_anas.page, "Fine").locator(".quote")).to_contain_text("Meet at seven")

    act_on(at_bens.page, "Fine", "Delete")
    at_bens.page.get_by_role("button", name="Delete for everyone").click()
    expect_exactly(at_anas.page, "Meet at seven", "Message deleted")
    act_on(at_bens.page, "Meet at seven", "Delete")
    expect(at_bens.page.get_by_role("button", name="Delete for everyone")).to_be_hidden()
    at_bens.page.get_by_role("button", name="Delete for me").click()
    expect_exactly(at_bens.page, "Message deleted")
    expect_exactly(at_anas.page, "Meet at seven", "Message deleted")
    at_anas.page.reload()
    expect_exactly(at_anas.page, "Meet at seven", "Message deleted")


def test_two_tabs_of_one_person_show_the_same(visit: Visit, ana: User, ben: User, conversation: Conversation) -> None:
    at_anas, at_bens = visit(ana), visit(ben)
    open_chat(at_anas, conversation)
    open_chat(at_bens, conversation)
    second = at_anas.context.new_page()
    second.goto(at_anas.page.url)
    at_anas.live(second)
    write(at_anas.page, "from the first tab")
    expect_exactly(second, "from the first tab")
    write(second, "from the second tab")
    write(at_bens.page, "an answer")
    for page in (at_anas.page, second, at_bens.page):
        expect(messages(page)).to_have_count(3)
        expect_exactly(page, *stored(conversation))
    expect_state(at_anas.page, "from the first tab", "read")
    expect_state(second, "from the second tab", "read")


def test_chat_goes_on_by_itself_when_the_server_is_killed(visit: Visit, hubbub: Server, ana: User, ben: User, conversation: Conversation) -> None:
    at_anas, at_bens = visit(ana), visit(ben)
    open_chat(at_anas, conversation)
    open_chat(at_bens, conversation)
    for visitor in (at_anas, at_bens):
        visitor.expects(*LOST_NETWORK)
    write(at_anas.page, "before the crash")
    expect_state(at_anas.page, "before the crash", "read")

    write(at_anas.page, "into the crash")
    hubbub.kill()
    write(at_anas.page, "from ana meanwhile")
    write(at_bens.page, "from ben meanwhile")
    expect_state(at_anas.page, "from ana meanwhile", "sending")
    hubbub.start()

    for visitor in (at_anas, at_bens):
        expect(messages(visitor.page)).to_have_count(4, timeout=60_000)
    expect_state(at_anas.page, "from ana meanwhile", "read")
    expect_state(at_bens.page, "from ben meanwhile", "read")
    until(lambda: len(stored(conversation)) == 4, "the messages in the database")
    for visitor in (at_anas, at_bens):
        expect_exactly(visitor.page, *stored(conversation))
        assert sequence(visitor.page) == [1, 2, 3, 4]


def test_new_conversation_is_found_by_name_and_appears_in_the_others_list(visit: Visit, ana: User, ben: User) -> None:
    at_anas, at_bens = visit(ana), visit(ben)
    at_bens.goto("/chats/")
    at_bens.live()
    at_anas.goto("/chats/new/?q=ben")
    at_anas.page.get_by_role("button", name="Message").click()
    at_anas.live()
    write(at_anas.page, "Hi, it is Ana")
    row = at_bens.page.locator("[data-conversation-row]")
    expect(row).to_contain_text("Hi, it is Ana")
    row.click()
    expect_exactly(at_bens.page, "Hi, it is Ana")
