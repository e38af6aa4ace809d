"""Making a profile one's own: a picture moved and enlarged in its frame, by pointer and by keyboard, and requests to follow."""

import re

from playwright.sync_api import FilePayload, expect

from accounts.users.models import User
from media_app.uploads.models import Upload
from media_app.uploads.tests.pictures import picture
from tests.browser.conftest import Visit

WIDE = FilePayload(name="me.jpg", mimeType="image/jpeg", buffer=picture((900, 300)))


def test_a_picture_is_cropped_by_keyboard_and_by_dragging(visit: Visit, ana: User) -> None:
    visitor = visit(ana)
    page = visitor.page
    visitor.goto("/settings/profile/")
    page.get_by_label("Picture", exact=True).set_input_files(WIDE)
    frame = page.get_by_role("group", name="Move the picture with the arrow keys")
    crop = page.locator("input[name=avatar_crop]")
    expect(crop).to_have_value(re.compile(r"^0\.333\d+ 0\.0+ 0\.333\d+ 1\.0+$"))
    frame.focus()
    for _ in range(60):
        page.keyboard.press("ArrowRight")
    expect(crop).to_have_value(re.compile(r"^0\.0+ "))  # as far as it goes
    box = frame.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] - 20, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    expect(crop).not_to_have_value(re.compile(r"^0\.0+ "))
    page.get_by_label("Enlarge the picture").fill("2")
    expect(crop).to_have_value(re.compile(r" 0\.166\d+ 0\.5"))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Your profile is saved.")).to_be_visible()
    shown = Upload.objects.get(owner=ana).crop
    assert shown is not None
    assert abs(shown[2] * 3 - shown[3]) < 0.01  # a square of a picture three times as wide as high


def test_a_private_account_is_asked_and_lets_in(visit: Visit, ana: User, ben: User) -> None:
    User.objects.filter(pk=ben.pk).update(is_private=True)
    asks, answers = visit(ana), visit(ben)
    asks.goto("/ben/")
    expect(asks.page.get_by_role("heading", name="This account is private")).to_be_visible()
    asks.page.get_by_role("button", name="Follow", exact=True).click()
    expect(asks.page.get_by_role("button", name="Requested")).to_be_visible()
    answers.goto("/requests/")
    answers.page.get_by_role("button", name=re.compile("Approve")).click()
    expect(answers.page.get_by_role("heading", name="Nobody is waiting")).to_be_visible()
    asks.goto("/ben/")
    expect(asks.page.get_by_role("button", name="Following")).to_be_visible()
    expect(asks.page.get_by_role("heading", name="This account is private")).to_have_count(0)
