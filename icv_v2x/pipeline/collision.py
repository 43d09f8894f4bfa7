# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Second stage: the collision applications, with the hysteresis of their levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.advisory.hysteresis import LevelHold
from icv_v2x.scenarios import bsw, dnpw, fcw, icw, lcw, lta, vrucw
from icv_v2x.scenarios.conflicts import assess_conflicts
from icv_v2x.scenarios.event_warning import EventWarning
from icv_v2x.scenarios.ground import Ground
from icv_v2x.scenarios.intent import OwnCourse, read_intent
from icv_v2x.scenarios.road_users import vulnerable

if TYPE_CHECKING:
    from icv_v2x.advisory.types import Advisory
    from icv_v2x.parameters import Parameters
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

APPLICATIONS = (fcw, icw)
# What speaks before any conflict is predicted, of bicycles as of cars.
MANOEUVRES = (bsw, lcw, dnpw, lta)


class CollisionWarning:
    """Assesses one instant after the other and keeps what hysteresis must remember."""

    def __init__(self, parameters: Parameters) -> None:
        """Start with nothing in force."""
        self._parameters = parameters
        self._hold = LevelHold(parameters.arbitration.hold)
        self._events = EventWarning()
        self._course = OwnCourse()

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
        parameters = self._parameters
        on_foot = vulnerable(tracks)
        vehicles = tracks.take(~on_foot) if on_foot.any() else tracks
        conflicts = assess_conflicts(ego, vehicles, parameters)
        candidates = [
            candidate
            for application in APPLICATIONS
            for candidate in application.assess(conflicts, vehicles, ego, parameters)
        ]
        candidates += self._events.assess(conflicts, vehicles, ego, parameters)
        self._course.extend(ego)
        intent = read_intent(ego, self._course, parameters)
        for manoeuvre in MANOEUVRES:
            candidates += manoeuvre.assess(tracks, ego, intent, parameters)
        candidates += vrucw.assess(tracks.take(on_foot), ego, parameters)
        ground = Ground(tracks, self._parameters)
        return self._hold.update(tracks.stamp, candidates, ground.ceiling)

    def clear(self) -> None:
        """Forget what was in force."""
        self._hold.clear()
        self._events.clear()
        self._course.clear()
