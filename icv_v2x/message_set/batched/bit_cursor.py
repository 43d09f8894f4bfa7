# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A reading head for many UPER frames at once, each frame at its own bit position.

UPER packs fields without padding, so an optional field shifts all that follow. Instead of sorting
the frames by layout, the cursor keeps one bit position per frame: an absent field advances it by
nothing. A batch of mixed layouts then costs what a uniform one does.
"""

from __future__ import annotations

from typing import Union

import numpy as np
from numpy.typing import NDArray

from icv_v2x.message_set.quantities import ABSENT, Raw

MAXIMUM_WIDTH = 57
"""Most bits of one reading: 64 less the bits before the field in its first octet."""

Mask = NDArray[np.bool_]
Rows = Union[NDArray[np.intp], slice]  # noqa: UP007 - an alias is evaluated at run time


class BitCursor:
    """Bit positions into a shared run of octets, one per frame.

    Attributes:
        position: Next bit of each row, counted from the start of the octets, (n,).
    """

    def __init__(self, words: NDArray[np.int64], position: Raw) -> None:
        """Take the words of `words_of` and where each row begins.

        Args:
            words: Eight octets from every octet on.
            position: First bit of each row, (n,).
        """
        self._words = words
        self._last = words.size - 1
        self.position = position

    def _word(self) -> Raw:
        octet = self.position >> 3
        np.minimum(octet, self._last, out=octet)
        return self._words.take(octet)

    def read(self, width: int) -> Raw:
        """Read one unsigned field from every row.

        Args:
            width: Bits, at most `MAXIMUM_WIDTH`.

        Returns:
            The numbers, (n,).
        """
        value = self._word()
        value >>= (64 - width) - (self.position & 7)
        value &= (1 << width) - 1
        self.position += width
        return value

    def read_run(self, *widths: int) -> list[Raw]:
        """Read adjoining fields from every row with a single access.

        Args:
            widths: Bits of each field, together at most `MAXIMUM_WIDTH`.

        Returns:
            The numbers of each field, each (n,).
        """
        left = sum(widths)
        run = self.read(left)
        fields = []
        for width in widths:
            left -= width
            fields.append((run >> left) & ((1 << width) - 1))
        return fields

    def read_where(self, present: Raw, width: int) -> Raw:
        """Read a field that only some rows hold.

        Args:
            present: 1 where the row holds the field, else 0, (n,).
            width: Bits, at most `MAXIMUM_WIDTH`.

        Returns:
            The numbers, `ABSENT` where there is none, (n,).
        """
        if not present.any():
            return np.full(self.position.size, ABSENT)
        value = self._word()
        value >>= (64 - width) - (self.position & 7)
        value &= (1 << width) - 1
        self.position += width * present
        value[present == 0] = ABSENT
        return value

    def read_widths(self, width: Raw) -> Raw:
        """Read one field whose width differs by row.

        Args:
            width: Bits by row, (n,), 0..`MAXIMUM_WIDTH`; 0 reads 0.

        Returns:
            The numbers, (n,).
        """
        value = self._word()
        # a shift by 64 is not defined, so a width of 0 is taken out by the mask alone
        value >>= np.minimum((64 - width) - (self.position & 7), 63)
        value &= (1 << width) - 1
        self.position += width
        return value

    def rows(self, rows: Rows) -> BitCursor:
        """Give a cursor of its own over some of the rows.

        Args:
            rows: Indices, (k,).

        Returns:
            A cursor at their positions.
        """
        taken = self.position[rows]
        return BitCursor(self._words, taken if taken.base is None else taken.copy())

    def placed(self, position: Raw) -> BitCursor:
        """Give a cursor of its own over the same octets.

        Args:
            position: Its positions, (k,); positions behind the end read what stands there last.

        Returns:
            The cursor.
        """
        return BitCursor(self._words, position)


def words_of(octets: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Prepare octets for `BitCursor`.

    Args:
        octets: A run of frames, (m,).

    Returns:
        The eight octets that begin at each octet, most significant first, (m + 1,), zeros behind
        the end.
    """
    padded = np.zeros(octets.size + 8, dtype=np.uint8)
    padded[:octets.size] = octets
    windows = np.lib.stride_tricks.sliding_window_view(padded, 8)
    return np.ascontiguousarray(windows).view('>i8').ravel().astype(np.int64)
