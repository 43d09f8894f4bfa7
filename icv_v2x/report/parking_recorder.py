# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps parking areas, what became of their slots, and the guidance of a run, for its page."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.scenarios.gspa import names_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icv_v2x.parking import Guidance
    from icv_v2x.translate.parking_areas import ParkingArea, ParkingDrives

# Step of the whole numbers on the page [m].
STEP = 0.05

_AREAS = 16
_CHANGES = 20_000
_ROUTES = 2_000


class ParkingRecorder:
    """Areas, changes of slots and routes over time, bounded."""

    def __init__(self) -> None:
        """Start empty."""
        self.omitted = 0
        self._areas: list[tuple[int, ParkingArea]] = []
        self._states: dict[tuple[int, int], NDArray[np.int64]] = {}
        self._drawn: dict[tuple[int, int], ParkingDrives] = {}
        self._changes: list[tuple[int, tuple[int, int], int, int]] = []
        self._routes: list[tuple[int, list[list[int]] | None]] = []
        self._last: tuple[tuple[int, int], int, tuple[int, ...]] | None = None

    def add(
        self, stamp: int, areas: Sequence[ParkingArea], guidance: Guidance | None
    ) -> None:
        """Take one cycle.

        Args:
            stamp: Instant of the cycle [ns].
            areas: Those that are known.
            guidance: Where the vehicle is guided to, None for nowhere.
        """
        for area in areas:
            self._take(stamp, area)
        self._follow(stamp, guidance)

    @property
    def names(self) -> dict[str, str]:
        """Names of slots and exits, and what a person calls them."""
        return {name: text for _, area in self._areas for name, text in names_in(area).items()}

    def document(self, origin: int) -> dict[str, Any] | None:
        """Return all of it in the form that the page reads, None if there is nothing.

        Args:
            origin: Instant that the page calls zero [ns].
        """
        if not self._areas:
            return None
        return {
            'step': STEP,
            'areas': [
                {'key': list(area.key), 'from': _milliseconds(start, origin),
                 **_document(area)} for start, area in self._areas],
            'changes': [
                [_milliseconds(stamp, origin), list(key), slot, status]
                for stamp, key, slot, status in self._changes],
            'routes': [
                [_milliseconds(stamp, origin), line] for stamp, line in self._routes],
        }

    def _take(self, stamp: int, area: ParkingArea) -> None:
        if self._drawn.get(area.key) is not area.drives and not self._same(area):
            if len(self._areas) >= _AREAS:
                self.omitted += 1
                return
            self._areas.append((stamp, area))
            self._states[area.key] = area.slots.status
        self._drawn[area.key] = area.drives
        before = self._states[area.key]
        if before is area.slots.status:
            return
        for row in np.flatnonzero(before != area.slots.status).tolist():
            if len(self._changes) >= _CHANGES:
                self.omitted += 1
                continue
            self._changes.append((
                stamp, area.key, int(area.slots.number[row]), int(area.slots.status[row])))
        self._states[area.key] = area.slots.status

    def _same(self, area: ParkingArea) -> bool:
        """Whether the area lies and is divided as the one that was drawn."""
        drawn = next((one for _, one in reversed(self._areas) if one.key == area.key), None)
        return (
            drawn is not None
            and np.array_equal(drawn.drives.x, area.drives.x)
            and np.array_equal(drawn.drives.y, area.drives.y)
            and np.array_equal(drawn.slots.number, area.slots.number))

    def _follow(self, stamp: int, guidance: Guidance | None) -> None:
        route = None if guidance is None else guidance.route
        shown = None
        if guidance is not None and route is not None:
            shown = (guidance.area.key, guidance.slot, route.drives)
        if shown == self._last:
            return
        if len(self._routes) >= _ROUTES:
            self.omitted += 1
            return
        self._last = shown
        line = None if route is None else _steps(np.column_stack((route.x, route.y)))
        self._routes.append((stamp, line))


def _document(area: ParkingArea) -> dict[str, Any]:
    drives, slots = area.drives, area.slots
    return {
        'name': area.name,
        'drives': [
            {'line': _steps(np.column_stack((
                drives.x[drives.points(row)], drives.y[drives.points(row)]))),
             'floor': _whole(float(area.nodes.floor[drives.node[row]]))}
            for row in range(len(drives))],
        'slots': [
            [int(slots.number[row]), *_step(float(slots.x[row]), float(slots.y[row])),
             _whole(float(area.nodes.floor[drives.node[slots.drive[row]]])),
             int(slots.status[row])]
            for row in range(len(slots))],
    }


def _whole(value: float) -> int | None:
    return round(value) if math.isfinite(value) else None


def _step(x: float, y: float) -> tuple[int, int]:
    return round(x / STEP), round(y / STEP)


def _milliseconds(stamp: int, origin: int) -> int:
    return round((stamp - origin) / 1e6)


def _steps(line: NDArray[np.float64]) -> list[list[int]]:
    """Return x and y of a line in whole steps, the first value and then the changes."""
    whole = np.round(line / STEP).astype(np.int64)
    return [np.diff(column, prepend=0).tolist() for column in whole.T]
