# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Second stage: the collision applications, with the hysteresis of their levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.advisory.hysteresis import LevelHold
from icv_v2x.scenarios import fcw, icw
from icv_v2x.scenarios.conflicts import assess_conflicts
from icv_v2x.scenarios.ground import Ground

if TYPE_CHECKING:
    from icv_v2x.advisory.types import Advisory
    from icv_v2x.parameters import Parameters
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

APPLICATIONS = (fcw, icw)


class CollisionWarning:
    """Assesses one instant after the other and keeps what hysteresis must remember."""

    def __init__(self, parameters: Parameters) -> None:
        """Start with nothing in force."""
        self._parameters = parameters
        self._hold = LevelHold(parameters.arbitration.hold)

    def configure(self, parameters: Parameters) -> None:
        """Take changed parameters over; what is in force stays."""
        self._parameters = parameters
        self._hold.configure(parameters.arbitration.hold)

    def assess(self, tracks: Tracks, ego: EgoState | None) -> list[Advisory]:
        """Return the candidates in force.

        Args:
            tracks: All objects at the instant of `tracks.stamp`.
            ego: The ego at that instant, None while unknown: then nothing is in force.
        """
        if ego is None:
            self._hold.clear()
            return []
        conflicts = assess_conflicts(ego, tracks, self._parameters)
        candidates = [
            candidate
            for application in APPLICATIONS
            for candidate in application.assess(conflicts, tracks, ego, self._parameters)
        ]
        ground = Ground(tracks, self._parameters)
        return self._hold.update(tracks.stamp, candidates, ground.ceiling)

    def clear(self) -> None:
        """Forget what was in force."""
        self._hold.clear()
