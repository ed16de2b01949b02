"""Where the typeface of large letters lies: what the kiosk and the screens write with, in two weights.

Be Vietnam Pro where it is installed, DejaVu Sans otherwise; both have all Vietnamese letters. Opens no file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from controller.core.errors import DeviceError

_FOLDERS = (Path("/usr/local/share/fonts"), Path("/usr/share/fonts"))
_TYPEFACES = (("BeVietnamPro-Regular", "BeVietnamPro-Bold"), ("DejaVuSans", "DejaVuSans-Bold"))


@dataclass(frozen=True, slots=True)
class Typeface:
    regular: Path
    bold: Path

    def weight(self, bold: bool) -> Path:
        return self.bold if bold else self.regular


def find_typeface(folders: Iterable[Path] = _FOLDERS) -> Typeface:
    """The first typeface of which both weights are installed, or DeviceError that says what to install."""
    found: dict[str, Path] = {}
    for folder in folders:
        for parent, _, names in os.walk(folder):
            for name in names:
                file = Path(parent, name)
                if file.suffix.lower() in {".ttf", ".otf"}:
                    found.setdefault(file.stem, file)
    for regular, bold in _TYPEFACES:
        if regular in found and bold in found:
            return Typeface(found[regular], found[bold])
    raise DeviceError("no typeface for screens: install the Debian package fonts-dejavu-core")
