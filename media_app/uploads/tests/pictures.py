"""Files of every sort, drawn by the tests themselves."""

import io
import struct
import zlib

from PIL import Image, ImageDraw


def picture(size: tuple[int, int] = (400, 300), format_: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """Left half red, right half blue, so that turning and cropping show."""
    image = Image.new("RGB", size, "blue")
    ImageDraw.Draw(image).rectangle([0, 0, max(0, size[0] // 2 - 1), size[1]], fill="red")
    content = io.BytesIO()
    image.convert(mode).save(content, format_, **options)
    return content.getvalue()


def located_and_turned(size: tuple[int, int] = (400, 300)) -> bytes:
    """A JPEG as phones make them: where it was taken, by what, and "turn me a quarter"."""
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: the top is on the right
    exif[0x010F] = "Secret Phone"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 29.0)
    return picture(size, exif=exif, comment=b"secret comment")


def png_bomb(width: int, height: int) -> bytes:
    """A few hundred bytes that claim to be enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 10_000)) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A PNG whose compressed comment unfolds to a hundred megabytes."""
    plain = picture((10, 10), "PNG")
    data = b"Comment\0\0" + zlib.compress(b"\0" * 100_000_000, 9)
    chunk = struct.pack(">I", len(data)) + b"zTXt" + data + struct.pack(">I", zlib.crc32(b"zTXt" + data))
    return plain[:33] + chunk + plain[33:]


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
