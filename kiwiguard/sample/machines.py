"""Drawings of what people build: ships, cranes, masts, satellites and shelves of files."""

import math
import random
from collections.abc import Callable

from kiwiguard.sample.sheet import (
    DEEP,
    EMBER,
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
    arc,
    contour,
    ground,
    mix,
    sampled,
)


def draw_cable(rng: random.Random) -> Sheet:
    """Draw a cable ship on a deep sea, and the cable on its way to the bottom."""
    sheet = Sheet(rng, PAPER)
    sheet.wash(mix(PAPER, SAND, 0.5), PAPER, end=260)
    sheet.disc((1240, 170), 62, mix(EMBER, PAPER, 0.25))
    for depth in range(9):
        swell = contour(rng, 232 + depth * 62 + depth**2 * 1.2, 7 + depth, waves=5, roughness=0.34)
        sheet.shape(ground(swell), mix(mix(FOG, SEA, 0.35), INK, (depth / 8) ** 0.8 * 0.92))
    _draw_ship(sheet, 420, 236)
    floor = contour(rng, 800, 22, waves=3)
    sheet.shape(ground(floor), mix(INK, "#000000", 0.35))
    _draw_fall(sheet, (298, 226), dict(floor))
    return sheet


def _draw_ship(sheet: Sheet, x: float, y: float) -> None:
    hull = [(x - 130, y - 34), (x + 168, y - 34), (x + 190, y - 58), (x + 150, y + 6), (x - 116, y + 6)]
    sheet.shape(hull, INK)
    sheet.box(x + 60, y - 96, x + 124, y - 30, INK)
    sheet.box(x + 74, y - 122, x + 112, y - 90, INK)
    for window in range(4):
        sheet.box(x + 68 + window * 13, y - 84, x + 75 + window * 13, y - 76, SAND)
    sheet.line([(x + 93, y - 122), (x + 93, y - 168)], INK, 3)
    sheet.box(x + 20, y - 70, x + 40, y - 30, RUST)
    sheet.line([(x - 40, y - 34), (x - 78, y - 96), (x - 124, y - 28)], INK, 5)
    sheet.ring((x - 118, y - 28), 11, INK, 4)


def _draw_fall(sheet: Sheet, start: Point, floor: dict[float, float]) -> None:
    landing = 1000
    depth = floor[landing] - start[1]
    fall = sampled(lambda t: (start[0] + (landing - start[0]) * t, start[1] + depth * (1 - (1 - t) ** 2.6)))
    bed = [(x, floor[x]) for x in range(landing, WIDTH + 9, 4)]
    sheet.line([*fall, *bed], EMBER, 5)
    for place in (24, 62, 108):
        _draw_repeater(sheet, fall[place], fall[place + 1])
    _draw_repeater(sheet, bed[70], bed[71])


def _draw_repeater(sheet: Sheet, here: Point, ahead: Point) -> None:
    angle = math.atan2(ahead[1] - here[1], ahead[0] - here[0])
    step = (math.cos(angle) * 24, math.sin(angle) * 24)
    sheet.line([(here[0] - step[0], here[1] - step[1]), (here[0] + step[0], here[1] + step[1])], RUST, 15)


def draw_harbour(rng: random.Random) -> Sheet:
    """Draw a container port at night, its lights on the water."""
    sheet = Sheet(rng, INK)
    sheet.wash(INK, mix(DEEP, SEA, 0.45), end=640)
    sheet.shape(ground(contour(rng, 560, 34, waves=2), 660), mix(DEEP, INK, 0.35))
    sheet.wash(mix(DEEP, SEA, 0.2), INK, start=640)
    for x in (222, 690, 1168):
        _draw_crane(sheet, x)
    for stack in range(25):
        _draw_stack(sheet, 20 + stack * 62)
    sheet.box(0, 634, WIDTH, 652, mix(INK, "#000000", 0.3))
    for lamp in (96, 430, 586, 880, 1040, 1390, 1530):
        _draw_lamp(sheet, lamp)
    return sheet


def _draw_crane(sheet: Sheet, x: float) -> None:
    steel = mix(INK, "#000000", 0.25)
    for leg in (0, 116):
        sheet.line([(x + leg, 640), (x + leg, 250)], steel, 11)
    sheet.line([(x, 640), (x + 116, 470), (x, 470), (x + 116, 300)], steel, 4)
    sheet.line([(x - 210, 262), (x + 250, 262)], steel, 15)
    sheet.line([(x - 205, 258), (x + 40, 128), (x + 245, 258)], steel, 4)
    sheet.line([(x, 258), (x + 40, 128), (x + 116, 258)], steel, 8)
    sheet.line([(x - 120, 262), (x - 120, 400)], steel, 2)
    sheet.box(x - 148, 400, x - 92, 424, RUST)
    sheet.box(x + 20, 268, x + 62, 292, EMBER)
    sheet.disc((x + 40, 126), 5, RUST)


def _draw_stack(sheet: Sheet, x: float) -> None:
    for level in range(sheet.rng.choice([1, 2, 2, 3, 3, 4])):
        top = 634 - (level + 1) * 27
        ink = mix(sheet.rng.choice([RUST, SEA, SAND, FOG, DEEP, MOSS]), INK, sheet.rng.uniform(0.25, 0.55))
        sheet.box(x, top, x + 59, top + 25, ink)
        for rib in range(1, 8):
            sheet.line([(x + rib * 7.4, top + 2), (x + rib * 7.4, top + 23)], mix(ink, INK, 0.35), 1)


def _draw_lamp(sheet: Sheet, x: float) -> None:
    sheet.line([(x, 640), (x, 480)], mix(INK, "#000000", 0.25), 4)
    sheet.glow((x, 476), 104, EMBER, 0.8)
    sheet.disc((x, 476), 6, mix(EMBER, PAPER, 0.6))
    for row in range(24):
        width = (10 + row * 1.8) * sheet.rng.uniform(0.4, 1)
        shift = sheet.rng.uniform(-5, 5)
        y = 664 + row * 9.6
        sheet.line([(x + shift - width, y), (x + shift + width, y)], mix(EMBER, DEEP, 0.25 + row / 34), 3)


def draw_satellite(rng: random.Random) -> Sheet:
    """Draw the curve of an ocean world, the paths above it, and one small satellite."""
    sheet = Sheet(rng, INK)
    sheet.wash(mix(INK, "#000000", 0.3), DEEP)
    for _ in range(260):
        sheet.disc(
            (rng.uniform(0, WIDTH), rng.uniform(0, 620)),
            rng.uniform(0.6, 1.7),
            mix(FOG, INK, rng.random() * 0.7),
        )
    world = (800.0, 1560.0)
    for haze in range(7):
        sheet.disc(world, 1046 - haze * 7, mix(DEEP, SEA, haze / 8))
    sheet.disc(world, 1000, SEA)
    _draw_graticule(sheet, world)
    for radius, ink in ((1180, FOG), (1290, SAND), (1420, FOG)):
        sheet.line(arc(world, radius, 200, 340), mix(ink, DEEP, 0.5), 1.8)
    _draw_beam(sheet, (1060, 300), (690, 640))
    _draw_craft(sheet, (1060, 300), 22)
    return sheet


def _draw_graticule(sheet: Sheet, world: Point) -> None:
    globe = arc(world, 1000, 180, 360)
    parallels = [arc((world[0], world[1] - lift), 1060, 180, 360, flatness=0.36) for lift in range(120, 760, 62)]
    meridians = [[(world[0] + lean, 500), (world[0] + lean * 2.1, HEIGHT)] for lean in range(-900, 901, 100)]
    sheet.hatch(globe, [*parallels, *meridians], mix(SEA, DEEP, 0.45), 1.6)
    for _ in range(30):
        x, y = sheet.rng.gauss(700, 150), sheet.rng.gauss(690, 45)
        sheet.disc((x, y), sheet.rng.uniform(2, 8), mix(SAND, MOSS, sheet.rng.random() * 0.6))


def _draw_beam(sheet: Sheet, craft: Point, island: Point) -> None:
    sheet.tint([craft, (island[0] - 130, island[1] + 16), (island[0] + 130, island[1] - 16)], EMBER, 0.28)
    sheet.line(arc(island, 130, 0, 360, flatness=0.26), EMBER, 2.5)
    sheet.disc(island, 8, RUST)


def _turned(centre: Point, turn: float) -> Callable[[float, float], Point]:
    sine, cosine = math.sin(turn), math.cos(turn)
    return lambda x, y: (centre[0] + x * cosine - y * sine, centre[1] + x * sine + y * cosine)


def _draw_craft(sheet: Sheet, centre: Point, tilt: float) -> None:
    placed = _turned(centre, math.radians(tilt))
    for left in (-142, 38):
        sheet.shape([placed(left, -26), placed(left + 104, -26), placed(left + 104, 26), placed(left, 26)], SAND)
        for cell in range(1, 6):
            x = left + cell * 104 / 6
            sheet.line([placed(x, -26), placed(x, 26)], DEEP, 2)
        sheet.line([placed(left, 0), placed(left + 104, 0)], DEEP, 2)
    sheet.line([placed(-38, 0), placed(38, 0)], PAPER, 6)
    sheet.shape([placed(-24, -34), placed(24, -34), placed(24, 34), placed(-24, 34)], RUST)
    sheet.shape([placed(-24, -34), placed(-4, -34), placed(-4, 34), placed(-24, 34)], mix(RUST, PAPER, 0.25))
    sheet.line([placed(0, 34), placed(0, 52)], PAPER, 4)
    sheet.shape([placed(-20, 64), placed(-13, 52), placed(13, 52), placed(20, 64)], PAPER)


def draw_voices(rng: random.Random) -> Sheet:
    """Draw two masts on two hills, and their waves crossing between them."""
    sheet = Sheet(rng, PAPER)
    sheet.wash(PAPER, mix(SAND, PAPER, 0.35))
    for tip, ink in (((430.0, 300.0), DEEP), ((1170.0, 240.0), RUST)):
        for step in range(37):
            ring = arc(tip, 46 + step * 34, 0, 360)
            sheet.line(ring, mix(ink, PAPER, min(0.86, 0.1 + step * 0.03)), max(1.6, 7 - step * 0.24))
    for base, ink in ((650, SEA), (715, DEEP), (790, INK)):
        sheet.shape(ground(contour(rng, base, 34, waves=2.2, roughness=0.42)), ink)
    _draw_mast(sheet, (430, 300), 700, DEEP)
    _draw_mast(sheet, (1170, 240), 700, RUST)
    return sheet


def _draw_mast(sheet: Sheet, tip: Point, foot: float, ink: str) -> None:
    x, top = tip
    span = foot - top
    sheet.line([(x - 40, foot + 30), (x, top), (x + 40, foot + 30)], INK, 5)
    for step in range(1, 12):
        y, half = top + span * step / 12, 40 * step / 13
        sheet.line([(x - half, y), (x + half, y), (x - half - 3, y + span / 12)], INK, 2.4)
    sheet.disc(tip, 15, PAPER)
    sheet.disc(tip, 10, ink)


def draw_records(rng: random.Random) -> Sheet:
    """Draw shelves of files, a few of them open to the reader."""
    sheet = Sheet(rng, DEEP)
    sheet.wash(mix(DEEP, INK, 0.4), DEEP)
    for shelf in range(4):
        _draw_shelf(sheet, 30 + shelf * 222)
    return sheet


def _draw_shelf(sheet: Sheet, top: float) -> None:
    x = -10.0
    while x < WIDTH:
        width, height = sheet.rng.uniform(20, 56), sheet.rng.uniform(130, 186)
        if sheet.by_chance(0.07):
            x += width * 1.6
            continue
        _draw_file(sheet, (x, top + 196 - height), (x + width, top + 196))
        x += width + 3
    sheet.box(0, top + 196, WIDTH, top + 210, mix(INK, "#000000", 0.2))


def _draw_file(sheet: Sheet, corner: Point, foot: Point) -> None:
    bright = sheet.by_chance(0.1)
    ink = (
        sheet.rng.choice([RUST, EMBER])
        if bright
        else mix(sheet.rng.choice([SEA, FOG, SAND, SEA]), DEEP, sheet.rng.uniform(0.3, 0.7))
    )
    sheet.box(*corner, *foot, ink)
    sheet.box(foot[0] - 5, corner[1], *foot, mix(ink, INK, 0.25))
    middle = (corner[0] + foot[0]) / 2 - 2
    sheet.box(middle - 8, corner[1] + 24, middle + 8, corner[1] + 62, mix(PAPER, ink, 0.2))
    sheet.line([(corner[0] + 3, foot[1] - 22), (foot[0] - 7, foot[1] - 22)], mix(ink, INK, 0.4), 2)
