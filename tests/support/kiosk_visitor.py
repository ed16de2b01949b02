"""A resident at the real kiosk, with a finger on a real X server: every page on the screen is the one that flow and
scenes say, pixel by pixel where it is looked at."""

from __future__ import annotations

import ctypes
import os
import random
import time
import weakref

from controller.guides.model import REPEAT
from kiosk.acts import Act
from kiosk.filing.acts import Agree, Choose, Forward, Have, Key, Turn
from kiosk.filing.state import At
from kiosk.paint import Painter
from kiosk.sdl import pygame
from kiosk.widgets import Modules, Picture, Scene, Target
from tests.support import kiosk_cases as cases
from tests.support import kiosk_filing as support
from tests.support.kiosk_filing import Resident
from tests.support.kiosk_station import until
from tests.support.kiosk_touching import Finger

POINTS = 400
PACE_S, TYPING_S = 0.4, 0.1  # a page that is new is not touched at once
ALL_PLANES, Z_PIXMAP = 0xFFFFFFFF, 2


class Eye:
    """Another client of the X server, which sees single pixels."""

    def __init__(self, display: str) -> None:
        self._x = ctypes.CDLL("libX11.so.6")
        for name in ("XOpenDisplay", "XGetImage", "XDefaultRootWindow"):
            getattr(self._x, name).restype = ctypes.c_void_p
        self._x.XGetPixel.restype = ctypes.c_ulong
        self._server = ctypes.c_void_p(self._x.XOpenDisplay(display.encode()))
        self._root = ctypes.c_void_p(self._x.XDefaultRootWindow(self._server))
        # nobody else in this process is to find a display that has gone among its open files
        weakref.finalize(self, os.close, self._x.XConnectionNumber(self._server))

    def finds(self, case: cases.Case) -> bool:
        """Whether a page is on the screen as it is drawn."""
        whole = cases.drawn(case)
        return self.sees(pygame.image.frombytes(whole.tobytes(), whole.size, "RGB"), _points(cases.scene(case)))

    def sees(self, wanted: pygame.Surface, points: list[tuple[int, int]]) -> bool:
        width, height = wanted.get_size()
        image = ctypes.c_void_p(
            self._x.XGetImage(self._server, self._root, 0, 0, width, height, ctypes.c_ulong(ALL_PLANES), Z_PIXMAP)
        )
        seen = [int(self._x.XGetPixel(image, x, y)) & 0xFFFFFF for x, y in points]
        self._x.XDestroyImage(image)
        return seen == [self._colour(wanted, point) for point in points]

    @staticmethod
    def _colour(surface: pygame.Surface, point: tuple[int, int]) -> int:
        red, green, blue, _ = surface.get_at(point)
        return red << 16 | green << 8 | blue


def _points(scene: Scene) -> list[tuple[int, int]]:
    """Many of them in letters and on edges: half the points lie on what is drawn."""
    points = [(w.box.x + w.box.width // 2, w.box.y + w.box.height // 2) for w in scene[1:]]
    return points + [(random.randrange(1280), random.randrange(800)) for _ in range(POINTS)]  # noqa: S311 - any will do


class Visitor:
    """Touches the real screen where the scenes say an act stands, and waits until the next page is there."""

    def __init__(self, resident: Resident, display: str) -> None:
        self.resident, self._finger, self._eye = resident, Finger(display), Eye(display)
        self._surface = pygame.Surface((cases.SMALL.width, cases.SMALL.height))
        self._painter = Painter(self._surface, cases.fonts())
        self._turned = True  # what is shown has just come

    def sees(self) -> bool:
        scene = support.composed(self.resident.here)
        self._painter.forget()
        self._painter.show(scene)
        return self._eye.sees(self._surface, _points(scene))

    def reads(self) -> bool:
        """Whether the page is there but for what nobody can foretell: what a camera sees, and a token's code."""
        scene = support.composed(self.resident.here)
        self._painter.forget()
        self._painter.show(scene)
        hidden = [w.box for w in scene if isinstance(w, Picture | Modules)]
        points = [point for point in _points(scene) if not any(box.holds(*point) for box in hidden)]
        return self._eye.sees(self._surface, points)

    def touches(self, *acts: Act, look: bool = True) -> None:
        """`look`: not where a camera's picture is seen, which nobody can foretell."""
        for act in acts:
            if act not in self.resident.offered() and not isinstance(act, Turn):
                self._turn_to(act)
            scene = support.composed(self.resident.here)
            box = next(w.box for w in scene if isinstance(w, Target) and w.act == act)
            time.sleep(PACE_S if self._turned or not isinstance(act, Key) else TYPING_S)
            self._turned = not isinstance(act, Key)
            self._finger.at(box.x + box.width // 2, box.y + box.height // 2)
            self.resident.happens(act)
            if self.resident.filing is None:  # that was its last page
                return
            gone = self.resident.here.where.at is At.SENDING  # it is over sooner than anybody looks
            if look and not isinstance(act, Key) and not gone:
                until(self.sees, f"{self.resident.here.where} after {act}")

    def _turn_to(self, act: Act) -> None:
        """Of a page that has several parts, the one on which it stands."""
        parts = sorted({each.page for each in self.resident.offered() if isinstance(each, Turn)})
        for part in (0, *range(1, 40)):
            if act in self.resident.offered() or not parts:
                return
            if Turn(part) in self.resident.offered():
                self.touches(Turn(part))


def next_acts(resident: Resident) -> list[Act]:
    """What brings this page nearer to the end, by touches alone."""
    here = resident.here
    match here.where.at:
        case At.PAPERS:
            offered = [act for act in resident.offered() if isinstance(act, Have) and act.have == "no"]
            new = [act for act in offered if here.have.get(act.paper) != "no"]
            more = Turn(here.shown_page + 1)
            return [new[0] if new else more if more in resident.offered() else Forward()]
        case At.CONSENT:
            return [Agree(True), Forward()] if Agree(True) in resident.offered() else [Turn(here.shown_page + 1)]
        case At.ASK:
            page = here.asked
            assert page is not None
            question, typed = page.question, here.keyboard.text if here.keyboard else ""
            if question.choices:
                return [Choose(question.choices[-1 if question.kind == REPEAT else 0].name), Forward()]
            if question.look == "name":
                return [Key("l"), Key("y"), Key("\u0301"), Forward()]
            if question.look == "id_number":
                return [*(Key(digit) for digit in "001090000001"), Forward()]
            if question.kind == "date":
                return [*(Key(digit) for digit in "03021990"), Forward()]
            if question.required is None:
                return [Forward()]
            if question.kind == "integer":
                return [Forward()] if typed else [Key("2"), Forward()]
            return [Key("a"), Key("b"), Forward()]
        case _:
            return [Forward()]
