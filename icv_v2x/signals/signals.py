# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""All signals at one instant, as the applications read them and `/v2x/signals` gives them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import IntEnum
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.translate.signal_reports import STEPS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Doubt(IntEnum):
    """Why what a signal shows is not known."""

    NONE = 0
    STALE = 1
    ENDED = 2
    CONTRADICTORY = 3
    UNCONFIRMED = 4
    NOT_STATED = 5
    OUT_OF_ORDER = 6

    @property
    def text(self) -> str:
        """The words for a person."""
        return self.name.lower().replace('_', ' ')


@dataclass(frozen=True)
class Signals:
    """State of n phases at one instant; times in s from it, unavailable is NaN.

    Attributes:
        stamp: The instant [ns since the Unix epoch].
        region: (n,) int32, -1 where none is given.
        intersection_id: (n,) int32 node.
        phase_id: (n,) uint8.
        light: (n,) uint8 what it shows now, values of `Light`; UNAVAILABLE once in doubt.
        time_to_end_min: (n,) earliest end of that light, not below 0.
        time_to_end_likely: (n,) likely end.
        time_to_end_max: (n,) latest end.
        next_light: (n,) uint8 what follows.
        next_duration: (n,) how long that lasts.
        confidence: (n,) of the likely end [0..1].
        status: (n,) uint16 bits of `IntersectionStatus`.
        age: (n,) of the statement.
        verification: (n,) uint8 values of `Verification`.
        signer: (n,) uint64.
        doubt: (n,) uint8 values of `Doubt`.
        steady: (n,) whether ends may be counted on: not under manual, priority or stopped
            control, and not running ahead of the clock.
        step_light: (n, STEPS) uint8 the lights to come, the present one first.
        step_start: (n, STEPS) when each begins.
        step_minimum_end: (n, STEPS) its earliest end.
        step_likely_end: (n, STEPS) its likely end.
        step_maximum_end: (n, STEPS) its latest end.
        step_next_start: (n, STEPS) when it comes again.
        step_next_end: (n, STEPS) and ends then.
    """

    stamp: int
    region: NDArray[np.int32]
    intersection_id: NDArray[np.int32]
    phase_id: NDArray[np.uint8]
    light: NDArray[np.uint8]
    time_to_end_min: Floats
    time_to_end_likely: Floats
    time_to_end_max: Floats
    next_light: NDArray[np.uint8]
    next_duration: Floats
    confidence: Floats
    status: NDArray[np.uint16]
    age: Floats
    verification: NDArray[np.uint8]
    signer: NDArray[np.uint64]
    doubt: NDArray[np.uint8]
    steady: NDArray[np.bool_]
    step_light: NDArray[np.uint8]
    step_start: Floats
    step_minimum_end: Floats
    step_likely_end: Floats
    step_maximum_end: Floats
    step_next_start: Floats
    step_next_end: Floats

    def __len__(self) -> int:
        """Return the number of phases."""
        return len(self.light)

    def take(self, rows: NDArray[Any]) -> Signals:
        """Return the phases that a mask or an index keeps."""
        columns = {f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name != 'stamp'}
        return replace(self, **columns)

    @cached_property
    def _rows(self) -> dict[tuple[int, int, int], int]:
        keys = zip(
            self.region.tolist(), self.intersection_id.tolist(), self.phase_id.tolist(),
            strict=True)
        return {key: row for row, key in enumerate(keys)}

    @cached_property
    def intersections(self) -> frozenset[tuple[int, int]]:
        """Region and node of every intersection that is heard."""
        return frozenset((region, node) for region, node, _ in self._rows)

    def row(self, region: int, intersection_id: int, phase_id: int) -> int | None:
        """Return the row of a phase, None where it was not heard of.

        A map or a signal that gives no region goes with any, where the number is unambiguous.
        """
        found = self._rows.get((region, intersection_id, phase_id))
        if found is not None:
            return found
        others = [
            row for (other, node, phase), row in self._rows.items()
            if node == intersection_id and phase == phase_id and (region < 0 or other < 0)
        ]
        return others[0] if len(others) == 1 else None


def no_signals(stamp: int) -> Signals:
    """Return a world without signals."""
    return Signals(stamp, *_no_columns())


@cache
def _no_columns() -> tuple[NDArray[Any], ...]:
    names = [f.name for f in fields(Signals) if f.name != 'stamp']
    return tuple(
        np.zeros((0, STEPS) if name.startswith('step_') else 0, _KINDS.get(name, np.float64))
        for name in names)


_KINDS = {
    'region': np.int32, 'intersection_id': np.int32, 'phase_id': np.uint8, 'light': np.uint8,
    'next_light': np.uint8, 'status': np.uint16, 'verification': np.uint8, 'signer': np.uint64,
    'doubt': np.uint8, 'steady': np.bool_, 'step_light': np.uint8,
}
