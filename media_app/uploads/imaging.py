"""From hostile bytes to clean pictures: what the content really is, how big it would be, and what is made of it.

Nothing of the original file survives but its pixels: metadata, colour profile, appended archives and scripts stay behind. Of an animation
the first frame is kept.
"""

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import blurhash
import pylibmagic  # noqa: F401  puts its libmagic where ``magic`` looks for one

import magic  # isort: skip
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
MAX_PIXELS = 50_000_000
MAX_SIDE = 16_384
IMAGE_WIDTHS = (320, 640, 1280, 2560)
AVATAR_SIDES = (64, 256)
COVER_WIDTHS = (640, 1280)
COVER_SHAPE = 3  # times as wide as high
TALLEST = 2  # a variant is at most this many times as high as its name says it is wide
BLURHASH_SIDE = 16  # four by three components need no more
SNIFF_BYTES = 4096


Crop = tuple[float, float, float, float]  # left, top, width, height, as parts of the upright picture


class ImageRefused(Exception):
    """The file is at fault; trying again will not help. ``reason`` is a stable code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Variant:
    """One picture made of the original: the name of its size, and its bytes."""

    name: str
    width: int
    height: int
    content: io.BytesIO


def decode(file: IO[bytes]) -> Image.Image:
    """The picture, upright, in sRGB, free of metadata.

    Raises ImageRefused: "unsupported_type" by content, "too_many_pixels" by its header before anything is decoded, "damaged" when it
    cannot be decoded to its end.
    """
    file.seek(0)
    format_ = FORMATS.get(magic.from_buffer(file.read(SNIFF_BYTES), mime=True))
    if format_ is None:
        raise ImageRefused("unsupported_type")
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=[format_]) as image:
                if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
                    raise ImageRefused("too_many_pixels")
                image.draft("RGB", (IMAGE_WIDTHS[-1], IMAGE_WIDTHS[-1] * TALLEST))  # JPEG decodes straight to a smaller size
                image.load()
                return _clean(ImageOps.exif_transpose(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageRefused("too_many_pixels") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, OverflowError) as error:
        raise ImageRefused("damaged") from error


def _clean(image: Image.Image) -> Image.Image:
    mode = "RGBA" if image.has_transparency_data else "RGB"
    profile = image.info.get("icc_profile")
    if profile and image.mode in {"RGB", "RGBA", "CMYK"}:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode) or image
        except (ImageCms.PyCMSError, OSError):
            profile = None  # a broken profile costs its colours, not the picture
    clean = image.convert(mode)
    clean.info = {}
    return clean


def image_variants(image: Image.Image) -> Iterator[Variant]:
    """The picture at each width, never larger than it is: sizes past the first that holds it whole are left out."""
    for width in IMAGE_WIDTHS:
        copy = image.copy()
        copy.thumbnail((width, width * TALLEST), Image.Resampling.LANCZOS)
        yield _encoded(str(width), copy)
        if copy.size == image.size:
            return


def avatar_variants(image: Image.Image, crop: Crop | None = None) -> Iterator[Variant]:
    """The square its owner chose, or the middle one, at each size."""
    chosen = _cropped(image, crop)
    for side in AVATAR_SIDES:
        yield _encoded(str(side), ImageOps.fit(chosen, (side, side), Image.Resampling.LANCZOS))


def cover_variants(image: Image.Image, crop: Crop | None = None) -> Iterator[Variant]:
    """The wide stretch its owner chose, or the middle one, at each width."""
    chosen = _cropped(image, crop)
    for width in COVER_WIDTHS:
        yield _encoded(str(width), ImageOps.fit(chosen, (width, width // COVER_SHAPE), Image.Resampling.LANCZOS))


def _cropped(image: Image.Image, crop: Crop | None) -> Image.Image:
    """The part of the picture that was chosen, at least a pixel of it; what is not of the wanted shape loses its ends."""
    if crop is None:
        return image
    left, top, width, height = crop
    x, y = min(int(left * image.width), image.width - 1), min(int(top * image.height), image.height - 1)
    right, bottom = min(round((left + width) * image.width), image.width), min(round((top + height) * image.height), image.height)
    return image.crop((x, y, max(right, x + 1), max(bottom, y + 1)))


def blurhash_of(image: Image.Image) -> str:
    """A blurred likeness in some thirty characters, more of them along the longer side."""
    small = image.convert("RGB").resize((BLURHASH_SIDE, BLURHASH_SIDE), Image.Resampling.BILINEAR)
    content = small.tobytes()
    pixels = [list(content[start : start + 3]) for start in range(0, len(content), 3)]
    rows = [pixels[start : start + BLURHASH_SIDE] for start in range(0, len(pixels), BLURHASH_SIDE)]
    across, down = (4, 3) if image.width >= image.height else (3, 4)
    encoded: str = blurhash.encode(rows, components_x=across, components_y=down)
    return encoded


def _encoded(name: str, image: Image.Image) -> Variant:
    content = io.BytesIO()
    image.save(content, "WEBP", quality=82, method=4, exif=b"", xmp=b"", icc_profile=b"")
    return Variant(name, image.width, image.height, content)
