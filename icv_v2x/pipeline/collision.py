# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Second stage: the collision applications, with the hysteresis of their levels."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from icv_v2x.advisory.hysteresis import LevelHold
from icv_v2x.scenarios import bsw, dnpw, fcw, icw, lcw, lta, vrucw
from icv_v2x.scenarios.braking_evidence import LastingBraking
from icv_v2x.scenarios.conflicts import assess_conflicts
from icv_v2x.scenarios.event_warning import EventWarning
from icv_v2x.scenarios.ground import Ground
from icv_v2x.scenarios.intent import OwnCourse, read_intent
from icv_v2x.scenarios.on_lanes import beside_on_the_way, on_a_lane, with_lanes
from icv_v2x.scenarios.road_users import vulnerable
from icv_v2x.scenarios.stop_advice import with_stop_profiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from icv_v2x.advisory.types import Advisory
    from icv_v2x.parameters import Parameters
    from icv_v2x.roads import RoadModel
    from icv_v2x.scenarios.conflicts import Conflicts
    from icv_v2x.signals import Signals
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

APPLICATIONS = {'fcw': fcw.assess, 'icw': icw.assess}
# What speaks before any conflict is predicted, of bicycles as of cars.
MANOEUVRES = {
    'bsw': bsw.assess, 'lcw': lcw.assess, 'dnpw': dnpw.assess, 'lta': lta.assess,
}

_log = logging.getLogger(__name__)


class CollisionWarning:
    """Assesses one instant after the other and keeps what hysteresis must remember.

    Attributes:
        failures: Application to the instants at which it failed by a defect of its own.
    """

    def __init__(self, parameters: Parameters) -> None:
        """Start with nothing in force."""
        self._parameters = parameters
        self._hold = LevelHold(parameters.arbitration.hold)
        self._events = EventWarning()
        self._course = OwnCourse()
        self._braking = LastingBraking()
        self.failures: Counter[str] = Counter()

    def configure(self, parameters: Parameters) -> None:
        """Take changed parameters over; what is in force stays."""
        self._parameters = parameters
        self._hold.configure(parameters.arbitration.hold)

    def assess(
        self, tracks: Tracks, ego: EgoState | None, roads: RoadModel | None = None,
        signals: Signals | None = None,
    ) -> list[Advisory]:
        """Return the candidates in force.

        Args:
            tracks: All objects at the instant of `tracks.stamp`.
            ego: The ego at that instant, None while unknown: then nothing is in force.
            roads: The road as far as its maps were heard, None without any.
            signals: What signals show, None where none was heard.
        """
        if ego is None:
            self._hold.clear()
            return []
        parameters = self._parameters
        on_foot = vulnerable(tracks)
        vehicles = tracks.take(~on_foot) if on_foot.any() else tracks
        conflicts = assess_conflicts(ego, vehicles, parameters)
        lasting = self._braking.judge(vehicles, parameters)
        conflicts = replace(conflicts, lasting=lasting[conflicts.row])
        conflicts = self._on_lanes(conflicts, ego, vehicles, roads, signals)
        self._course.extend(ego)
        intent = read_intent(ego, self._course, parameters)
        candidates = [
            *self._of('vrucw', vrucw.assess, tracks.take(on_foot), ego, parameters),
            *self._of('events', self._events.assess, conflicts, vehicles, ego, parameters),
        ]
        for name, assess in APPLICATIONS.items():
            candidates += self._of(name, assess, conflicts, vehicles, ego, parameters)
        side = 1.0 if parameters.driving_side == 'right' else -1.0
        for name, foresee in MANOEUVRES.items():
            lane = (partial(on_a_lane, roads),) if name == 'dnpw' else ()
            found = self._of(name, foresee, tracks, ego, intent, parameters, *lane)
            # Whom the ego passes in a lane of its own direction it passes before nobody.
            if name == 'dnpw' and found and beside_on_the_way(ego, roads, side):
                continue
            candidates += found
        ground = Ground(tracks, self._parameters)
        in_force = self._hold.update(tracks.stamp, candidates, ground.ceiling)
        # A defect there costs the profiles, not the warnings.
        return self._of(
            'stop_profile', with_stop_profiles, in_force, tracks, ego, parameters) or in_force

    def _on_lanes(
        self, conflicts: Conflicts, ego: EgoState, vehicles: Tracks, roads: RoadModel | None,
        signals: Signals | None,
    ) -> Conflicts:
        """Return conflicts with what lanes tell; a defect there leaves them as they are."""
        try:
            return with_lanes(conflicts, ego, vehicles, roads, signals, self._parameters)
        except Exception:
            self._failed('lanes')
            return conflicts

    def _of(
        self, name: str, assess: Callable[..., list[Advisory]], *arguments: object
    ) -> list[Advisory]:
        """Return the candidates of one application; a defect of it silences nobody else."""
        try:
            return assess(*arguments)
        except Exception:
            self._failed(name)
            return []

    def _failed(self, name: str) -> None:
        self.failures[name] += 1
        if self.failures[name] == 1:
            _log.exception('application %s failed; it is counted from now on', name)

    def clear(self) -> None:
        """Forget what was in force."""
        self._hold.clear()
        self._events.clear()
        self._course.clear()
        self._braking.clear()
