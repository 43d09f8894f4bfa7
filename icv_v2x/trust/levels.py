# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The vocabulary of trust: how far a sender is believed, and which check it failed."""

from __future__ import annotations

from enum import IntEnum


class TrustLevel(IntEnum):
    """How far a sender is believed (constants of `icv_v2x_msgs/ObjectArray`)."""

    NO_DOUBT = 0
    SUSPECT = 1
    DISTRUSTED = 2


class Check(IntEnum):
    """What was found implausible or inconsistent; the name in lower case is that of the detector.

    APPEARANCE alone makes a sender suspect, never distrusted: honest vehicles come out of
    courtyards and from behind lorries.
    """

    POSITION_JUMP = 0
    MOTION_MISMATCH = 1
    SPEED_STEP = 2
    ACCELERATION_MISMATCH = 3
    UNFOUNDED_EVENT = 4
    RATE = 5
    RANGE = 6
    SEVERAL_IDS = 7
    SAME_PLACE = 8
    APPEARANCE = 9

    @property
    def detector(self) -> str:
        """The name under which it is reported."""
        return self.name.lower()
