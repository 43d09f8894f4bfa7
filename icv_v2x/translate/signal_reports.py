# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What any source says of signals, behind the decoder: what the signal store takes."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

STEPS = 8
"""Steps of a phase that are kept: the present one and those that follow."""


class Light(IntEnum):
    """What a signal shows; the numbers of `LightState` and of `icv_v2x_msgs/SignalArray`."""

    UNAVAILABLE = 0
    DARK = 1
    FLASHING_RED = 2
    RED = 3
    FLASHING_GREEN = 4
    PERMISSIVE_GREEN = 5
    PROTECTED_GREEN = 6
    YELLOW = 7
    FLASHING_YELLOW = 8


PERMANENT_GREEN = 255
"""Number of the phase that always shows green."""


@dataclass(frozen=True)
class SignalReports:
    """Statements on n phases; times in s from the instant of the statement, unavailable is NaN.

    The steps of a phase come in the order in which they follow, the present one first; times
    beyond an hour are infinite. Steps that are not there have the light UNAVAILABLE and begin
    at infinity.

    Attributes:
        frame: (n,) int64 index of the frame in its batch.
        time: (n,) int64 instant of the statement [ns since the Unix epoch].
        reception_time: (n,) int64 [ns since the Unix epoch].
        region: (n,) int32 region that numbers the node, -1 where none is given.
        intersection_id: (n,) int32 node.
        phase_id: (n,) uint8, 255 is permanent green.
        status: (n,) uint16 bits of `IntersectionStatus`.
        verification: (n,) uint8 values of `Verification`.
        signer: (n,) uint64, 0 where none is given.
        light: (n, STEPS) uint8 values of `Light`.
        start: (n, STEPS) begin of each step, 0 or less for the present one.
        minimum_end: (n, STEPS) earliest end.
        likely_end: (n, STEPS) likely end.
        maximum_end: (n, STEPS) latest end.
        confidence: (n, STEPS) of the likely end [0..1].
        next_start: (n, STEPS) when the step comes again.
        next_end: (n, STEPS) when it ends then.
    """

    frame: NDArray[np.int64]
    time: NDArray[np.int64]
    reception_time: NDArray[np.int64]
    region: NDArray[np.int32]
    intersection_id: NDArray[np.int32]
    phase_id: NDArray[np.uint8]
    status: NDArray[np.uint16]
    verification: NDArray[np.uint8]
    signer: NDArray[np.uint64]
    light: NDArray[np.uint8]
    start: NDArray[np.float64]
    minimum_end: NDArray[np.float64]
    likely_end: NDArray[np.float64]
    maximum_end: NDArray[np.float64]
    confidence: NDArray[np.float64]
    next_start: NDArray[np.float64]
    next_end: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of phases."""
        return len(self.frame)

    def take(self, rows: NDArray[Any]) -> SignalReports:
        """Return the rows that a mask or an index keeps."""
        return replace(self, **{f.name: getattr(self, f.name)[rows] for f in fields(self)})
