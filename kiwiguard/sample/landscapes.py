"""Drawings of land and the houses on it, for the sample articles."""

import math
import random

from kiwiguard.sample.sheet import (
    DEEP,
    EMBER,
    FERN,
    FOG,
    HEIGHT,
    INK,
    MOSS,
    PAPER,
    RUST,
    SAND,
    SEA,
    WIDTH,
    Point,
    Sheet,
    contour,
    ground,
    mix,
    sampled,
)


def draw_river(rng: random.Random) -> Sheet:
    """Draw a flood plain from above: fields, a winding river, and houses of which some are gone."""
    sheet = Sheet(rng, MOSS)
    for row in range(-1, 7):
        for column in range(-1, 9):
            _draw_field(sheet, column * 210 + row * 46, row * 150 - column * 14)
    _draw_water(sheet)
    for place in range(26):
        _draw_plot(sheet, place)
    return sheet


def _draw_field(sheet: Sheet, x: float, y: float) -> None:
    crop = sheet.rng.choice([(MOSS, FERN), (MOSS, SAND), (SAND, PAPER)])
    along, across = sheet.rng.choice([((206, -13), (46, 146)), ((46, 146), (206, -13))])
    corners = [(x, y), (x + 206, y - 13), (x + 252, y + 133), (x + 46, y + 146)]
    sheet.shape(corners, mix(*crop, sheet.rng.random() * 0.8))
    for step in range(15):
        left, top = x + across[0] * step / 14, y + across[1] * step / 14
        sheet.line([(left, top), (left + along[0], top + along[1])], mix(FERN, MOSS, 0.4), 1.2)


def _river_point(t: float) -> Point:
    return (-60 + 1720 * t, 470 + 210 * math.sin(t * 8.2 + 0.6) * (0.55 + 0.45 * t) + 40 * math.sin(t * 19))


def _draw_water(sheet: Sheet) -> None:
    course = sampled(_river_point, 400)
    for width, ink in ((190, mix(SAND, PAPER, 0.4)), (150, SAND), (112, SEA), (84, DEEP)):
        for point in course:
            sheet.disc(point, width / 2 + 9 * math.sin(point[0] / 60), ink)
    for shift in (-22, -6, 12, 26):
        sheet.line([(x, y + shift) for x, y in course], mix(DEEP, SEA, 0.55), 1.6)


def _draw_plot(sheet: Sheet, place: int) -> None:
    x, y = _river_point(0.06 + place * 0.036)
    side = -1 if place % 2 else 1
    left, top = x + sheet.rng.uniform(-16, 16), y + side * sheet.rng.uniform(165, 205)
    if sheet.by_chance(0.45):
        sheet.line(
            [(left, top), (left + 34, top - 2), (left + 36, top + 22), (left + 2, top + 24), (left, top)],
            PAPER,
            2,
        )
        return
    sheet.tint([(left + 6, top + 6), (left + 42, top + 6), (left + 42, top + 32), (left + 6, top + 32)], INK, 0.4)
    sheet.box(left, top, left + 36, top + 13, RUST)
    sheet.box(left, top + 13, left + 36, top + 26, mix(RUST, INK, 0.35))


def draw_pasture(rng: random.Random) -> Sheet:
    """Draw rolling pasture with shelter belts under a low sun."""
    sheet = Sheet(rng, PAPER)
    sheet.wash(mix(FOG, PAPER, 0.35), mix(EMBER, PAPER, 0.72), end=560)
    sheet.glow((1130, 330), 330, PAPER, 1)
    sheet.disc((1130, 330), 70, mix(PAPER, EMBER, 0.75))
    for step in range(3):
        sheet.shape(ground(contour(rng, 380 + step * 42, 34, waves=3)), mix(mix(FOG, SEA, 0.3), MOSS, step / 3))
    for step in range(5):
        _draw_paddock(sheet, step, sheltered=step in range(4))
    return sheet


def _draw_paddock(sheet: Sheet, step: int, *, sheltered: bool) -> None:
    line = contour(sheet.rng, 500 + step * 82, 30 + step * 5, waves=1.4 + step * 0.2, roughness=0.25)
    ink = mix(mix(MOSS, SAND, 0.45), FERN, step / 4.2)
    if sheltered:
        _draw_shelter(sheet, line, step)
    sheet.shape(ground(line), ink)
    furrows = [[(x, y + gap + gap**2 / 300) for x, y in line] for gap in range(10, 160, 11)]
    sheet.hatch(ground(line), furrows, mix(ink, INK, 0.16), 1.4 + step * 0.3)


def _draw_shelter(sheet: Sheet, line: list[Point], step: int) -> None:
    start = sheet.rng.randrange(20, 240)
    size = 20 + step * 11
    for place in range(start, min(start + 150, len(line) - 2), 6 + step * 2):
        x, y = line[place]
        _draw_poplar(sheet, (x, y + 10), size * sheet.rng.uniform(0.8, 1.3), mix(FERN, INK, 0.25 + step * 0.12))


def _draw_poplar(sheet: Sheet, foot: Point, size: float, ink: str) -> None:
    x, y = foot
    sheet.shape(
        sampled(
            lambda t: (
                x + math.sin(t * math.tau) * size * 0.26 * (1.1 - abs(0.5 - t)),
                y - size * (1 - math.cos(t * math.tau)),
            ),
            40,
        ),
        ink,
    )


def draw_city(rng: random.Random) -> Sheet:
    """Draw a street of houses that rise like the bars of a chart."""
    sheet = Sheet(rng, PAPER)
    sheet.wash(mix(FOG, PAPER, 0.45), PAPER, end=HEIGHT)
    for rule in range(5):
        sheet.line([(90, 180 + rule * 130), (1510, 180 + rule * 130)], mix(FOG, PAPER, 0.35), 1.6)
    heights = [170, 205, 190, 250, 300, 355, 330, 410, 480, 450]
    inks = [SEA, SAND, DEEP, FOG, RUST, SEA, SAND, DEEP, RUST, SEA]
    for place, (height, ink) in enumerate(zip(heights, inks, strict=True)):
        _draw_house(sheet, 112 + place * 139, height, ink)
    sheet.box(0, 790, WIDTH, HEIGHT, DEEP)
    sheet.box(0, 790, WIDTH, 797, INK)
    ridge = [(112 + place * 139 + 62, 790 - height - 100) for place, height in enumerate(heights)]
    sheet.line(ridge, RUST, 4)
    for point in ridge:
        sheet.disc(point, 9, PAPER)
        sheet.ring(point, 9, RUST, 4)
    return sheet


def _draw_house(sheet: Sheet, x: float, height: float, ink: str) -> None:
    top, right = 790 - height, x + 124
    sheet.shape([(x, 790), (x, top), (x + 62, top - 58), (right, top), (right, 790)], ink)
    sheet.shape([(x + 62, top - 58), (right, top), (right, 790), (x + 62, 790)], mix(ink, INK, 0.16))
    sheet.line([(x - 8, top + 8), (x + 62, top - 58), (right + 8, top + 8)], INK, 7)
    for row in range(round(top) + 34, 700, 78):
        for left in (x + 20, x + 76):
            lit = sheet.by_chance(0.35)
            sheet.box(left, row, left + 28, row + 42, mix(EMBER, PAPER, 0.45) if lit else mix(ink, INK, 0.55))
            sheet.line([(left + 14, row), (left + 14, row + 42)], ink, 2)
    sheet.box(x + 48, 734, x + 76, 790, INK)


def draw_hills(rng: random.Random) -> Sheet:
    """Draw ranges of hills one behind the other, with mist between them."""
    sheet = Sheet(rng, PAPER)
    sheet.wash(mix(SEA, PAPER, 0.45), mix(EMBER, PAPER, 0.6), end=520)
    sheet.disc((520, 250), 84, PAPER)
    for step in range(8):
        line = contour(rng, 330 + step * 66, 62 - step * 3, waves=1.8 + step * 0.25, roughness=0.43)
        ink = mix(mix(FOG, SEA, 0.25), INK, (step / 7) ** 1.1)
        sheet.shape(ground(line), ink)
        for mist in range(5):
            sheet.tint(ground([(x, y + 70 + mist * 16) for x, y in line]), mix(PAPER, FOG, 0.5), 0.07)
    return sheet
