import io
import tracemalloc

import pytest
from PIL import Image

from media_app.uploads import imaging
from media_app.uploads.imaging import ImageRefused
from media_app.uploads.tests.pictures import HTML, SVG, located_and_turned, picture, png_bomb, text_bomb


def decode(content: bytes) -> Image.Image:
    return imaging.decode(io.BytesIO(content))


def is_red(image: Image.Image, at: tuple[int, int]) -> bool:
    red, _, blue = image.convert("RGB").getpixel(at)  # type: ignore[misc]
    return bool(red > 150 and blue < 100)


@pytest.mark.parametrize(
    ("format_", "mode"),
    [
        ("JPEG", "RGB"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("PNG", "1"),
        ("PNG", "I;16"),
        ("WEBP", "RGB"),
        ("GIF", "P"),
    ],
)
def test_every_sort_of_picture_becomes_webp(format_: str, mode: str) -> None:
    content = picture(format_=format_, mode="RGB" if mode == "I;16" else mode)
    if mode == "I;16":
        deep = io.BytesIO()
        Image.new("I;16", (40, 30), 40_000).save(deep, "PNG")
        content = deep.getvalue()
    variants = list(imaging.image_variants(decode(content)))
    assert {Image.open(variant.content).format for variant in variants} == {"WEBP"}


def test_variants_are_never_larger_than_the_picture() -> None:
    variants = list(imaging.image_variants(decode(picture((700, 350)))))
    assert [(variant.name, variant.width, variant.height) for variant in variants] == [("320", 320, 160), ("640", 640, 320), ("1280", 700, 350)]


def test_tall_picture_is_bounded_too() -> None:
    smallest = next(imaging.image_variants(decode(picture((100, 4000)))))
    assert (smallest.width, smallest.height) == (16, 640)


def test_smallest_picture_passes() -> None:
    assert [(v.width, v.height) for v in imaging.image_variants(decode(picture((1, 1), "PNG")))] == [(1, 1)]
    assert imaging.blurhash_of(decode(picture((1, 1), "PNG")))


def test_turned_picture_stands_upright_and_keeps_no_metadata() -> None:
    image = decode(located_and_turned((400, 300)))
    assert image.size == (300, 400)
    assert is_red(image, (150, 20))
    assert not is_red(image, (150, 380))
    for variant in imaging.image_variants(image):
        written = variant.content.getvalue()
        assert b"Secret" not in written
        assert b"EXIF" not in written
        assert not Image.open(variant.content).getexif()


def test_avatar_is_the_middle_square() -> None:
    wide = picture((900, 300))
    variants = list(imaging.avatar_variants(decode(wide)))
    assert [(variant.name, variant.width, variant.height) for variant in variants] == [("64", 64, 64), ("256", 256, 256)]
    face = Image.open(variants[1].content)
    assert is_red(face, (20, 128))
    assert not is_red(face, (236, 128))


def test_transparency_is_kept() -> None:
    content = io.BytesIO()
    Image.new("RGBA", (50, 50), (255, 0, 0, 0)).save(content, "PNG")
    [variant] = imaging.image_variants(decode(content.getvalue()))
    assert Image.open(variant.content).getpixel((25, 25))[3] == 0  # type: ignore[index]


def test_of_an_animation_the_first_frame_is_kept() -> None:
    frames = [Image.new("P", (40, 40), color) for color in (1, 2, 3)]
    content = io.BytesIO()
    frames[0].save(content, "GIF", save_all=True, append_images=frames[1:])
    [variant] = imaging.image_variants(decode(content.getvalue()))
    assert getattr(Image.open(variant.content), "n_frames", 1) == 1


def test_script_behind_a_picture_does_not_come_through() -> None:
    for variant in imaging.image_variants(decode(picture() + HTML)):
        assert b"<script>" not in variant.content.getvalue()


@pytest.mark.parametrize(
    "content", [SVG, HTML, b"GIF89a<script>alert(1)</script>" + b" " * 50, b"", b"\0" * 100, b"%PDF-1.7", b"PK\x03\x04" + b"\0" * 100]
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(ImageRefused):
        decode(content)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "GIF"])
def test_truncated_picture_is_refused(format_: str) -> None:
    content = picture((800, 600), format_)
    with pytest.raises(ImageRefused) as refusal:
        decode(content[: len(content) * 2 // 3])
    assert refusal.value.reason == "damaged"


@pytest.mark.parametrize("size", [(7072, 7072), (50_000, 50_000), (65_000, 2), (2**31 - 1, 2**31 - 1)])
def test_enormous_picture_is_refused_by_its_header(size: tuple[int, int]) -> None:
    tracemalloc.start()
    with pytest.raises(ImageRefused) as refusal:
        decode(png_bomb(*size))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refusal.value.reason == "too_many_pixels"
    assert peak < 5_000_000


def test_compressed_comment_is_not_unfolded() -> None:
    bomb = text_bomb()
    tracemalloc.start()
    with pytest.raises(ImageRefused):
        decode(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000
