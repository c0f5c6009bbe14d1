"""The sheet of paper that the sample pictures are drawn on: flat inks, hatching, mist and grain."""

import math
import random
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter, ImageOps

Point = tuple[float, float]

WIDTH, HEIGHT = 1600, 900  # the units in which everything is drawn
SCALE = 2  # drawn larger than shown, so that edges come out smooth
PAPER = "#f2ebdc"
SAND = "#dcc9a3"
FOG = "#b8c4c0"
SEA = "#4b7480"
DEEP = "#21414f"
INK = "#14242d"
RUST = "#b8502d"
EMBER = "#e3a15f"
MOSS = "#77845a"
FERN = "#46583f"

JPEG_QUALITY = 86
GRAIN = 0.16  # how much of it shows


class Sheet:
    """A picture in the making, in units of 1600 by 900."""

    def __init__(self, rng: random.Random, paper: str) -> None:
        self.rng = rng
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), paper)
        self._pen = ImageDraw.Draw(self.image)

    def by_chance(self, share: float) -> bool:
        """Toss for something that holds in a share of the cases."""
        return self.rng.random() < share

    def shape(self, points: Iterable[Point], ink: str) -> None:
        """Fill a closed shape."""
        self._pen.polygon(_scaled(points), fill=ink)

    def box(self, left: float, top: float, right: float, bottom: float, ink: str) -> None:
        """Fill an upright rectangle."""
        self.shape([(left, top), (right, top), (right, bottom), (left, bottom)], ink)

    def line(self, points: Iterable[Point], ink: str, width: float) -> None:
        """Draw an open line with round corners."""
        self._pen.line(_scaled(points), fill=ink, width=_thickness(width), joint="curve")

    def disc(self, centre: Point, radius: float, ink: str) -> None:
        """Fill a circle."""
        self._pen.ellipse(_bounds(centre, radius), fill=ink)

    def ring(self, centre: Point, radius: float, ink: str, width: float) -> None:
        """Draw a circle's outline."""
        self._pen.ellipse(_bounds(centre, radius), outline=ink, width=_thickness(width))

    def wash(self, top: str, bottom: str, *, start: float = 0, end: float = HEIGHT) -> None:
        """Fill the rows between two heights with one ink fading into another."""
        size = (WIDTH * SCALE, round((end - start) * SCALE))
        fade = Image.linear_gradient("L").resize(size, Image.Resampling.BICUBIC)
        self.image.paste(ImageOps.colorize(fade, top, bottom), (0, round(start * SCALE)))

    def tint(self, points: Iterable[Point], ink: str, strength: float) -> None:
        """Lay a see-through ink over a shape."""
        self._press(self._mask(points).point(lambda value: round(value * strength)), ink)

    def hatch(self, points: Iterable[Point], lines: Iterable[Sequence[Point]], ink: str, width: float) -> None:
        """Draw lines, as an engraver would, only where they cross a shape."""
        strokes = Image.new("L", self.image.size, 0)
        pen = ImageDraw.Draw(strokes)
        for line in lines:
            pen.line(_scaled(line), fill=255, width=_thickness(width), joint="curve")
        self._press(ImageChops.multiply(strokes, self._mask(points)), ink)

    def glow(self, centre: Point, radius: float, ink: str, strength: float) -> None:
        """Let light spread around a point."""
        side = round(radius * 2 * SCALE)
        halo = ImageOps.invert(Image.radial_gradient("L")).point(lambda value: round(max(0, value - 75) * strength))
        corner = (round((centre[0] - radius) * SCALE), round((centre[1] - radius) * SCALE))
        mask = Image.new("L", self.image.size, 0)
        mask.paste(halo.resize((side, side), Image.Resampling.BICUBIC), corner)
        self._press(mask, ink)

    def finish(self, size: tuple[int, int]) -> bytes:
        """Return the picture as a JPEG of a size in pixels, with the grain of paper."""
        picture = ImageOps.fit(self.image, size, Image.Resampling.LANCZOS)
        noise = Image.frombytes("L", size, self.rng.randbytes(size[0] * size[1]))
        grain = noise.filter(ImageFilter.GaussianBlur(0.6)).convert("RGB")
        target = BytesIO()
        Image.blend(picture, ImageChops.overlay(picture, grain), GRAIN).save(
            target, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True
        )
        return target.getvalue()

    def _mask(self, points: Iterable[Point]) -> Image.Image:
        mask = Image.new("L", self.image.size, 0)
        ImageDraw.Draw(mask).polygon(_scaled(points), fill=255)
        return mask

    def _press(self, mask: Image.Image, ink: str) -> None:
        self.image.paste(ImageColor.getrgb(ink), (0, 0), mask)


def mix(first: str, second: str, share: float) -> str:
    """Return an ink between two: the first at 0, the second at 1."""
    pairs = zip(ImageColor.getrgb(first)[:3], ImageColor.getrgb(second)[:3], strict=True)
    return "#" + "".join(f"{round(one + (other - one) * share):02x}" for one, other in pairs)


def contour(rng: random.Random, base: float, swing: float, *, waves: float = 2, roughness: float = 0.5) -> list[Point]:
    """Return a line across the whole sheet that rises and falls like a ridge or a swell."""
    octaves = [(waves * 2**step, swing * roughness**step, rng.uniform(0, math.tau)) for step in range(6)]
    return [(x, base + _height(x / WIDTH, octaves)) for x in range(-8, WIDTH + 9, 4)]


def ground(line: Sequence[Point], bottom: float = HEIGHT + 8) -> list[Point]:
    """Return the shape of all that lies under a line."""
    return [*line, (line[-1][0], bottom), (line[0][0], bottom)]


def arc(centre: Point, radius: float, start: float, end: float, *, flatness: float = 1) -> list[Point]:
    """Return part of a circle or of a flat ellipse; angles in degrees, clockwise from the right."""
    angles = [math.radians(start + (end - start) * step / 120) for step in range(121)]
    return [(centre[0] + math.cos(a) * radius, centre[1] + math.sin(a) * radius * flatness) for a in angles]


def sampled(path: Callable[[float], Point], steps: int = 160) -> list[Point]:
    """Return the points of a path that is given as a function of 0 to 1."""
    return [path(step / steps) for step in range(steps + 1)]


def _height(position: float, octaves: Iterable[tuple[float, float, float]]) -> float:
    return sum(swing * math.sin(position * waves * math.pi + phase) for waves, swing, phase in octaves)


def _scaled(points: Iterable[Point]) -> list[Point]:
    return [(x * SCALE, y * SCALE) for x, y in points]


def _bounds(centre: Point, radius: float) -> tuple[float, float, float, float]:
    x, y = centre
    return (x - radius) * SCALE, (y - radius) * SCALE, (x + radius) * SCALE, (y + radius) * SCALE


def _thickness(width: float) -> int:
    return max(1, round(width * SCALE))
