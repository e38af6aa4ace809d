"""Pictures the project draws itself, for the demo world: nobody's photographs and nobody's faces."""

import colorsys
import io
import math
from random import Random

from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]


def _colour(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def _sky(size: tuple[int, int], top: Colour, bottom: Colour) -> Image.Image:
    column = Image.new("RGB", (1, 2))
    column.putpixel((0, 0), top)
    column.putpixel((0, 1), bottom)
    return column.resize(size, Image.Resampling.BICUBIC)


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)  # read once and thrown away
    return file.getvalue()


def portrait(random: Random) -> bytes:
    """A square of overlapping rounds on a gradient, as a PNG of 256 pixels."""
    hue = random.random()
    image = _sky((256, 256), _colour(hue, 0.45, 0.95), _colour(hue + 0.12, 0.6, 0.7))
    draw = ImageDraw.Draw(image, "RGBA")
    for _ in range(5):
        x, y, radius = random.randint(30, 225), random.randint(30, 225), random.randint(25, 95)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(*_colour(hue + random.uniform(-0.15, 0.3), 0.5, 0.95), 150))
    return _png(image)


def landscape(random: Random) -> bytes:
    """Hills under a sun, each range darker than the one behind it, as a PNG of 960 by 645 pixels."""
    width, height = 960, 645
    hue = random.choice((0.03, 0.08, 0.52, 0.58, 0.75))
    image = _sky((width, height), _colour(hue, 0.5, 0.95), _colour(hue + 0.08, 0.15, 1.0))
    draw = ImageDraw.Draw(image, "RGBA")
    x, y, radius = random.randint(150, 750), random.randint(105, 248), random.randint(34, 68)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(255, 250, 225, 235))
    for depth in range(5):
        base, swing, shift = 285 + depth * 71, 52 - depth * 4.5, random.uniform(0, 6)
        ridge = []
        for step in range(0, width + 6, 6):
            wave = swing * math.sin(step / (112 + 19 * depth) + shift) + 13 * math.sin(step / 31 + shift * 3)
            ridge.append((step, base + wave))
        draw.polygon([*ridge, (width, height), (0, height)], fill=(*_colour(hue + 0.35, 0.35 + depth * 0.08, 0.75 - depth * 0.12), 255))
    return _png(image.filter(ImageFilter.GaussianBlur(0.6)))
