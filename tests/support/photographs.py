"""Papers as a camera over the table sees them, with everything that goes wrong with light, lens and hands; and what can
still be read of them, known because they are made: word by word, the
strokes that are left of the strokes that were drawn.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from controller.runtime.typefaces import find_typeface

Grey = NDArray[np.uint8]
Light = NDArray[np.float32]  # of the scene: 0 is black, 1 all that the sensor holds
WIDE, HIGH = 1920, 1080
PAPER, TABLE = 0.86, 0.34  # of the light that falls on them, how much they give back
_DOTS_MM = 8  # of a sheet as it is drawn
_POINT_MM = 25.4 / 72
_READ, _UNREAD = 0.95, 0.85  # of the words: from here a paper can be read; below it cannot. Between them it is doubtful
_BAND = 0.14  # of the letters' height: what is finer than this are strokes
_STROKES = 0.4  # of a word's strokes, how well they agree with what was drawn, at least
_FAINT = 12.0  # levels of grey between stroke and paper: weaker is not seen
_WORDS = (
    "Cộng hòa xã hội chủ nghĩa Việt Nam Độc lập Tự do Hạnh phúc Giấy khai sinh họ chữ đệm tên ngày tháng năm giới "
    "tính dân tộc quốc tịch nơi sinh quê quán thường trú người mẹ cha cấp theo luật hộ tịch ủy ban nhân dân xã tỉnh "
    "ghi bằng số chứng nhận đăng ký vào sổ cán bộ tư pháp ký tên đóng dấu bản sao trích lục kết hôn độc thân"
)


@dataclass(frozen=True, slots=True)
class Sheet:
    picture: Image.Image  # 8 dots a millimetre
    words: tuple[tuple[float, float, float, float], ...]  # boxes


@dataclass(frozen=True, slots=True)
class Shot:
    """How a paper lies and what happens to its picture. Lengths in pixels of the photograph."""

    kind: str
    seed: int
    width_mm: float = 210.0
    height_mm: float = 297.0
    points: float = 13.0
    dots_mm: float = 5.0
    turned: float = 90.0  # degrees; a sheet of A4 lies on its side, so that all of it is seen
    at: tuple[float, float] = (0.5, 0.5)
    tilt: float = 0.03
    ink: float = 0.12
    focus: float = 0.7
    motion: float = 0.0
    motion_angle: float = 0.0
    light: float = 0.9
    slope: float = 0.1  # how much darker one side is
    shadow: float = 0.0  # how much of the light it takes
    glare: float = 0.0
    glare_wide: float = 150.0
    glare_at: tuple[float, float] = (0.5, 0.5)
    noise: float = 2.0
    finger: float = 0.0  # how far in it lies, of the sheet's height
    quality: int = 85


@dataclass(frozen=True, slots=True)
class Photograph:
    shot: Shot
    grey: Grey
    read: float  # share of the words that can be read; 0 for a paper without any

    @property
    def truth(self) -> str:
        """ "legible", "illegible" or "doubtful"."""
        return "legible" if self.read >= _READ else "illegible" if self.read < _UNREAD else "doubtful"


@lru_cache(4)  # they are large
def sheet(width_mm: float, height_mm: float, points: float, seed: int) -> Sheet:
    """Print as offices write it: a heading, lines of words, a column of small print; points 0: nothing at all."""
    size = round(width_mm * _DOTS_MM), round(height_mm * _DOTS_MM)
    picture = Image.new("L", size, 255)
    if not points:
        return Sheet(picture, ())
    rng, draw = np.random.default_rng(seed), ImageDraw.Draw(picture)
    face = find_typeface().regular
    serif = face.with_name("DejaVuSerif.ttf")
    file = str(serif if seed % 2 and serif.exists() else face)
    margin, y = 14 * _DOTS_MM, 14.0 * _DOTS_MM
    boxes: list[tuple[float, float, float, float]] = []
    while True:
        here = points * (1.3 if y < 40 * _DOTS_MM and height_mm > 120 else 0.85 if rng.random() < 0.12 else 1.0)
        em = here * _POINT_MM * _DOTS_MM
        if y + 1.5 * em > size[1] - margin:
            return Sheet(picture, tuple(boxes))
        font, x = ImageFont.truetype(file, round(em)), float(margin)
        last = size[0] - margin if rng.random() < 0.75 else size[0] * rng.uniform(0.35, 0.7)
        while True:
            word = str(rng.choice(_WORDS.split()))
            wide = draw.textlength(word, font=font)
            if x + wide > last:
                break
            draw.text((x, y), word, 0, font=font)
            boxes.append((x, y, x + wide, y + 1.25 * em))
            x += wide + 0.33 * em
        y += em * rng.uniform(1.35, 1.9)


def photograph(shot: Shot) -> Photograph:
    drawn = sheet(shot.width_mm, shot.height_mm, shot.points, shot.seed % 7)
    rng = np.random.default_rng(shot.seed)
    corners = _corners(shot, rng)
    there = _homography(drawn.picture.size, corners)
    share = shot.dots_mm / _DOTS_MM
    small = drawn.picture.resize(
        (round(drawn.picture.width * share), round(drawn.picture.height * share)), Image.Resampling.LANCZOS
    )
    back = _homography_back(small.size, corners)
    white = Image.new("L", small.size, 255)
    ink = _warped(small, back, 255)
    lies = _warped(white, back, 0)
    paper = PAPER * (ink * (1 - shot.ink) + shot.ink)
    scene = TABLE + (paper - TABLE) * lies
    scene = _touched(scene, shot, corners)
    scene = _blurred(scene * _lit(shot), shot) + _glare(shot, corners)
    seen = 255 * np.clip(scene, 0, 1) + rng.normal(0, shot.noise, scene.shape)
    grey = _as_jpeg(np.clip(seen, 0, 255).astype(np.uint8), shot.quality)
    return Photograph(shot, grey, _readable(ink, grey, drawn.words, there, shot.points * _POINT_MM * shot.dots_mm))


def _corners(shot: Shot, rng: np.random.Generator) -> NDArray[np.float64]:
    """Where the four corners of the sheet are seen: top left, top right, bottom right, bottom left of its words."""
    wide, high = shot.width_mm * shot.dots_mm / 2, shot.height_mm * shot.dots_mm / 2
    flat = np.array([(-wide, -high), (wide, -high), (wide, high), (-wide, high)])
    angle = math.radians(shot.turned)
    turn = np.array([(math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))])
    flat = flat @ turn
    flat *= 1 + rng.uniform(-shot.tilt, shot.tilt, (4, 1))
    return np.asarray(flat + np.array([shot.at[0] * WIDE, shot.at[1] * HIGH]))


def _homography(size: tuple[int, int], corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """From dots of a sheet to pixels of the photograph."""
    flat = [(0, 0), (size[0], 0), size, (0, size[1])]
    rows, found = [], []
    for (x, y), (u, v) in zip(flat, corners, strict=True):
        rows += [(x, y, 1, 0, 0, 0, -u * x, -u * y), (0, 0, 0, x, y, 1, -v * x, -v * y)]
        found += [u, v]
    return np.append(np.linalg.solve(np.array(rows, float), np.array(found)), 1).reshape(3, 3)


def _homography_back(size: tuple[int, int], corners: NDArray[np.float64]) -> list[float]:
    back = np.linalg.inv(_homography(size, corners))
    return [float(each) for each in (back / back[2, 2]).ravel()[:8]]


def _warped(picture: Image.Image, back: list[float], outside: int) -> Light:
    seen = picture.transform(
        (WIDE, HIGH), Image.Transform.PERSPECTIVE, back, Image.Resampling.BICUBIC, fillcolor=outside
    )
    return np.asarray(np.asarray(seen, np.float32) / 255, np.float32)


def _touched(scene: Light, shot: Shot, corners: NDArray[np.float64]) -> Light:
    """A finger from a corner of the paper inwards."""
    if not shot.finger:
        return scene
    corner = corners[shot.seed % 4]
    inside = corner + (corners.mean(axis=0) - corner) * shot.finger
    whole = Image.fromarray((scene * 255).astype(np.uint8))
    outside = corner - (inside - corner) * 3
    draw, wide = ImageDraw.Draw(whole), 18 * shot.dots_mm
    draw.line((*outside, *inside), 128, round(wide))
    draw.ellipse((*(inside - wide / 2), *(inside + wide / 2)), 128)
    return np.asarray(np.asarray(whole, np.float32) / 255, np.float32)


def _lit(shot: Shot) -> Light:
    y, x = np.mgrid[0:HIGH, 0:WIDE].astype(np.float32)
    light = shot.light * (1 - shot.slope * (x / WIDE if shot.seed % 2 else y / HIGH))
    if shot.shadow:
        edge = WIDE * (0.35 + 0.3 * (shot.seed % 10) / 10) + 0.4 * (y - HIGH / 2)
        light *= 1 - shot.shadow / (1 + np.exp(np.clip((edge - x) / 25, -30, 30)))
    return np.asarray(light, np.float32)


def _blurred(scene: Light, shot: Shot) -> Light:
    found = _soft(scene, shot.focus)
    if not shot.motion:
        return found
    half, angle, moved = round(shot.motion / 2), math.radians(shot.motion_angle), np.zeros_like(found)
    for step in range(-half, half + 1):
        moved += np.roll(found, (round(step * math.sin(angle)), round(step * math.cos(angle))), (0, 1))
    return np.asarray(moved / (2 * half + 1), np.float32)


def _glare(shot: Shot, corners: NDArray[np.float64]) -> Light:
    """A lamp seen in the paper: light that comes from no ink."""
    if not shot.glare:
        return np.zeros((HIGH, WIDE), np.float32)
    y, x = np.mgrid[0:HIGH, 0:WIDE]
    low, high = corners.min(axis=0), corners.max(axis=0)
    at = low + (high - low) * shot.glare_at
    away = ((x - at[0]) / shot.glare_wide) ** 2 + ((y - at[1]) / (0.7 * shot.glare_wide)) ** 2
    return np.asarray(shot.glare * np.exp(-(away**1.5)), np.float32)


def _as_jpeg(grey: Grey, quality: int) -> Grey:
    made = io.BytesIO()
    Image.fromarray(grey).convert("RGB").save(made, "JPEG", quality=quality)
    return np.asarray(Image.open(made))[:, :, 1]


def _readable(
    ink: Light, grey: Grey, words: tuple[tuple[float, float, float, float], ...], there: NDArray[np.float64], em: float
) -> float:
    """Of the words that were drawn, how many are left: their strokes are where they were drawn, along the rows and
    along the columns, and dark enough. `em`: pixels of the photograph."""
    if not words:
        return 0.0
    boxes = np.array([[(x0, y0, 1), (x1, y0, 1), (x1, y1, 1), (x0, y1, 1)] for x0, y0, x1, y1 in words]) @ there.T
    seen = boxes[:, :, :2] / boxes[:, :, 2:]
    low, high = np.floor(seen.min(axis=1)), np.ceil(seen.max(axis=1))
    whole = (low >= 0).all(axis=1) & (high[:, 0] <= WIDE) & (high[:, 1] <= HIGH)
    read = whole.copy()
    for axis in (0, 1):
        drawn, found = (each - _soft(each, _BAND * em, (axis,)) for each in (ink * 255, grey.astype(np.float32)))
        sums = [_sums(each) for each in (drawn * drawn, drawn * found, found * found)]
        for number in np.flatnonzero(whole):
            (x0, y0), (x1, y1) = low[number].astype(int), high[number].astype(int)
            power, both, other = (each[y1, x1] - each[y0, x1] - each[y1, x0] + each[y0, x0] for each in sums)
            agrees, left = both / math.sqrt(power * other + 1e-6), 255 * both / (power + 1e-6)
            read[number] &= agrees >= _STROKES and left >= _FAINT
    return float(read.mean())


def _sums(picture: Light) -> NDArray[np.float64]:
    """Of all that lies above and to the left."""
    return np.pad(picture.astype(np.float64).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))


def _soft(picture: Light, radius: float, axes: tuple[int, ...] = (0, 1)) -> Light:
    """Out of focus: a Gaussian of so many pixels."""
    reach = math.ceil(3 * radius)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1, dtype=np.float32) / radius) ** 2)
    weights /= weights.sum()
    for axis in axes:
        wide = np.pad(picture, [(reach, reach) if axis == each else (0, 0) for each in (0, 1)], mode="edge")
        length = picture.shape[axis]
        picture = sum(
            (
                weight * (wide[n : n + length] if axis == 0 else wide[:, n : n + length])
                for n, weight in enumerate(weights)
            ),
            np.zeros_like(picture),
        )
    return picture


_SHEETS = ((210.0, 297.0, 90.0), (210.0, 297.0, -90.0), (210.0, 148.0, 0.0))  # A4 on its side, A5


def cases(seed: int, share: float = 1.0) -> Iterator[Shot]:
    """What residents lay under a camera, of every kind; another seed, other papers."""
    rng, number = np.random.default_rng(seed), 0
    for kind, (count, change) in _KINDS.items():
        for index in range(max(1, round(count * share))):
            number += 1
            wide, high, turned = _SHEETS[int(rng.integers(len(_SHEETS)))]
            shot = Shot(
                kind, 1000 * seed + number, wide, high, float(rng.integers(11, 16)), float(rng.uniform(4.4, 5.1)),
                turned + float(rng.uniform(-6, 6)), ink=float(rng.uniform(0.08, 0.3)),
                focus=float(rng.uniform(0.6, 1.1)), light=float(rng.uniform(0.55, 1.02)),
                slope=float(rng.uniform(0, 0.35)), noise=float(rng.uniform(1.5, 4)),
                quality=int(rng.integers(70, 93)),
            )  # fmt: skip
            yield change(shot, rng, index / max(1, round(count * share) - 1))


def _at_an_edge(shot: Shot, rng: np.random.Generator, share: float) -> Shot:
    far = 0.16 + 0.3 * share
    ways = ((0.5 - far, 0.5), (0.5 + far, 0.5), (0.5, 0.5 - far), (0.5, 0.5 + far))
    return replace(shot, at=ways[int(rng.integers(4))])


_ANGLES = (0, 20, 45, 70, 90, 135)
_KINDS: dict[str, tuple[int, Callable[[Shot, np.random.Generator, float], Shot]]] = {
    "good": (60, lambda s, _, n: s),
    "out of focus": (60, lambda s, _, n: replace(s, focus=1 + 7 * n**1.5)),
    "moved": (60, lambda s, r, n: replace(s, motion=2 + 18 * n, motion_angle=float(r.choice(_ANGLES)))),
    "lamp": (60, lambda s, r, n: replace(
        s, glare=float(r.uniform(0.15, 1.6)), glare_wide=60 + 340 * n,
        glare_at=(float(r.uniform(0.2, 0.8)), float(r.uniform(0.2, 0.8))),
    )),
    "shadow": (40, lambda s, _, n: replace(s, shadow=0.3 + 0.68 * n)),
    "dark": (50, lambda s, r, n: replace(s, light=0.02 + 0.3 * n, noise=float(r.uniform(2, 7)))),
    "too light": (24, lambda s, _, n: replace(s, light=1.05 + 1.2 * n)),
    "pale print": (24, lambda s, _, n: replace(s, ink=0.5 + 0.47 * n)),
    "finger": (30, lambda s, _, n: replace(s, finger=0.1 + 0.75 * n)),
    "out of the picture": (36, _at_an_edge),
    "upside down": (16, lambda s, _, n: replace(s, turned=s.turned + 180)),
    "blank": (40, lambda s, r, n: replace(
        s, points=0.0, glare=float(r.choice([0, 0, 0.5])), shadow=float(r.choice([0, 0.4]))
    )),
}  # fmt: skip
