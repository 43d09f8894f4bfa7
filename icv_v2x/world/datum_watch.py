# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Whether all that vehicles send is shifted as GCJ-02 is from WGS-84, by the own detections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.clock import age
from icv_v2x.frames import wgs84_to_gcj02, wrap_angle

if TYPE_CHECKING:
    from icv_v2x.frames import MapFrame
    from icv_v2x.world.tracks import Tracks

_NEAR = 8.0
_SPEED = 2.0
_HEADING = 0.3
_FEWEST = 2
_LASTS = 1.5
_MOVING = 2.0


class DatumWatch:
    """Looks for own detections that nobody sends from, but somebody does a datum shift away.

    The shift of GCJ-02 is a known vector of some hundred metres at every place, so that two
    vehicles that are off by just that are no coincidence.
    """

    def __init__(self, map_frame: MapFrame, latitude: float, longitude: float) -> None:
        """Start without doubt.

        Args:
            map_frame: The map.
            latitude: Of its origin [deg].
            longitude: Likewise.
        """
        there = wgs84_to_gcj02(np.array([latitude]), np.array([longitude]))
        x, y, _ = map_frame.to_map(there[0], there[1], np.zeros(1))
        shift = complex(float(x[0]), float(y[0]))
        self._size = abs(shift)
        self._shifts = [shift, -shift] if self._size > 2.0 * _NEAR else []
        self.clear()

    def clear(self) -> None:
        """Forget what was seen."""
        self._since: int | None = None
        self._last: int | None = None

    def look(self, now: int, heard: Tracks, seen: Tracks) -> None:
        """Compare what is heard with what is seen.

        Args:
            now: [ns since the Unix epoch].
            heard: Objects by radio.
            seen: Own detections.
        """
        if self._shifted(heard, seen):
            self._since = now if self._since is None else self._since
            self._last = now
        elif self._last is not None and float(age(self._last, now)) > _LASTS:
            self.clear()

    def doubt(self, now: int) -> str:
        """Return what is wrong, empty for nothing."""
        if self._since is None or float(age(self._since, now)) < _LASTS:
            return ''
        return (
            f'positions by radio lie {self._size:.0f} m off what is seen, as GCJ-02 '
            'does from WGS-84: set the datum.* parameters')

    def _shifted(self, heard: Tracks, seen: Tracks) -> bool:
        if not self._shifts or len(seen) < _FEWEST or not len(heard):
            return False
        moving = np.abs(seen.speed) > _MOVING
        if np.count_nonzero(moving) < _FEWEST:
            return False
        where = (seen.x + 1j * seen.y)[moving, np.newaxis]
        alike = (np.abs(seen.speed[moving, np.newaxis] - heard.speed) < _SPEED) & (
            np.abs(wrap_angle(seen.heading[moving, np.newaxis] - heard.heading)) < _HEADING)
        apart = heard.x + 1j * heard.y - where
        sent = (alike & (np.abs(apart) < _NEAR)).any(axis=1)
        needed = max(_FEWEST, int(np.count_nonzero(sent)) + 1)
        return any(
            int(np.count_nonzero(
                (alike & (np.abs(apart - shift) < _NEAR)).any(axis=1) & ~sent)) >= needed
            for shift in self._shifts)
