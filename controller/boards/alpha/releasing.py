"""Whether the priority file of an Alpha sign is still to be released. Pure.

The release is one bare frame, and a lost one would leave the sign in its emergency for ever: it is asked after, and
sent again, if the sign does not say that the file is empty.
"""

from __future__ import annotations

AT_MOST = 3  # in a row, if the sign does not say that it is empty


class Releasing:
    """`is_due`: to be sent, when nothing shall stand in the file. `is_owed`: the sign is not known to be free."""

    def __init__(self) -> None:
        self._left = 0
        self.owe()

    def owe(self) -> None:
        """Something may stand in the priority file."""
        self.is_due, self._left = True, AT_MOST

    def sent(self) -> None:
        self.is_due, self._left = False, self._left - 1

    def seen(self, is_empty: bool) -> None:
        """The sign has said what is in the file, asked whether the release was heard."""
        self._left = 0 if is_empty else self._left
        self.is_due = self._left > 0

    def again(self) -> None:
        """It may have been lost unseen."""
        self.is_due, self._left = True, max(1, self._left)

    @property
    def is_owed(self) -> bool:
        return self._left > 0

    @property
    def is_to_be_seen(self) -> bool:
        """It was sent, and the sign is to be asked whether it was heard."""
        return self.is_owed and not self.is_due
