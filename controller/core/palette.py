"""The colours of the one look of all faces that people see: the page, the kiosk, large screens. Pure.

Lacquer is for emergencies and faults and nothing else. `page.css` names the same colours; a test compares.
"""

from __future__ import annotations

Rgb = tuple[int, int, int]

PAPER: Rgb = (0xFB, 0xFA, 0xF5)
INK: Rgb = (0x1B, 0x1F, 0x1D)
MUTED: Rgb = (0x4A, 0x51, 0x4D)
BAMBOO: Rgb = (0x0B, 0x5D, 0x3B)
LEAF: Rgb = (0xDD, 0xEF, 0xE3)
TURMERIC: Rgb = (0xFF, 0xC8, 0x3D)
LACQUER: Rgb = (0xA1, 0x1A, 0x14)
NIGHT: Rgb = (0x10, 0x23, 0x1A)


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
