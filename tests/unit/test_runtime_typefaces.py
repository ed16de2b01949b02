"""The typeface of kiosk and screens: the better one where both of its weights are installed."""

import shutil
from pathlib import Path

import pytest

from controller.core.errors import DeviceError
from controller.runtime.typefaces import find_typeface


def test_the_typeface_with_full_vietnamese_is_preferred(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="fonts-dejavu-core"):
        find_typeface([tmp_path, tmp_path / "nowhere"])
    here = find_typeface()
    (tmp_path / "dejavu").mkdir()
    for file in (here.regular, here.bold):
        shutil.copy(file, tmp_path / "dejavu" / file.name)
    assert find_typeface([tmp_path]).regular == tmp_path / "dejavu" / here.regular.name
    (tmp_path / "BeVietnamPro-Regular.ttf").touch()
    assert find_typeface([tmp_path]).regular.name == here.regular.name  # one weight is not enough
    (tmp_path / "BeVietnamPro-Bold.otf").touch()
    assert find_typeface([tmp_path]).bold.name == "BeVietnamPro-Bold.otf"
