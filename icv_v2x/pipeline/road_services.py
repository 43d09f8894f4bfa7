# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Third stage: the services that a road-side unit gives, with the hysteresis of their levels."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from icv_v2x.advisory.hysteresis import LevelHold
from icv_v2x.advisory.mode import Condition
from icv_v2x.advisory.types import Level, Mode
from icv_v2x.roads.ego import EgoRoadTracker
from icv_v2x.scenarios import dlm, glosa, hlw, ivs, rlvw, tjw
from icv_v2x.scenarios.ground import Ground
from icv_v2x.scenarios.gspa import ParkingService
from icv_v2x.scenarios.road_scene import RoadScene
from icv_v2x.scenarios.signal_approach import signals_without_map
from icv_v2x.scenarios.slw import SpeedLimits

if TYPE_CHECKING:
    from collections.abc import Callable

    from icv_v2x.advisory.types import Advisory, Ceiling
    from icv_v2x.parameters import Parameters
    from icv_v2x.parking import Guidance
    from icv_v2x.roads import RoadModel
    from icv_v2x.signals.signals import Signals
    from icv_v2x.translate.parking_areas import ParkingArea
    from icv_v2x.translate.road_events import RoadEvents
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

# Applications without memory.
APPLICATIONS: dict[str, Callable[[RoadScene, Parameters], list[Advisory]]] = {
    'hlw': hlw.assess, 'tjw': tjw.assess, 'ivs': ivs.assess, 'dlm': dlm.assess,
    'rlvw': rlvw.assess,
}

_log = logging.getLogger(__name__)


# Maps and signals come apart; only what does not fit for so long does not fit [ns].
_MISMATCHED = 2_000_000_000


class Remembering(Protocol):
    """An application that remembers something from one instant to the next."""

    def assess(self, scene: RoadScene, parameters: Parameters) -> list[Advisory]:
        """Return the candidates of an instant."""

    def clear(self) -> None:
        """Forget."""


@dataclass(frozen=True)
class RoadSide:
    """What the road side tells at one instant.

    Attributes:
        events: Events, signs and statements about lanes.
        roads: The road as far as its maps were heard, None without any.
        signals: What signals show, None where none was heard.
        parking: Parking areas that are known.
    """

    events: RoadEvents
    roads: RoadModel | None = None
    signals: Signals | None = None
    parking: tuple[ParkingArea, ...] = ()


class RoadServices:
    """Assesses one instant after the other and keeps what hysteresis must remember.

    Attributes:
        failures: Application to the instants at which it failed by a defect of its own.
    """

    def __init__(self, parameters: Parameters) -> None:
        """Start with nothing in force."""
        self._parameters = parameters
        self._hold = LevelHold(parameters.arbitration.hold)
        self._ego_road = EgoRoadTracker()
        self._remembering: dict[str, Remembering] = {'slw': SpeedLimits()}
        self._parking = ParkingService()
        self._mismatch, self._mismatched, self._compared = '', 0, 0
        self.failures: Counter[str] = Counter()

    def configure(self, parameters: Parameters) -> None:
        """Take changed parameters over; what is in force stays."""
        self._parameters = parameters
        self._hold.configure(parameters.arbitration.hold)

    def clear(self) -> None:
        """Forget what was in force."""
        self._hold.clear()
        self._ego_road.clear()
        self._parking.clear()
        self._mismatch, self._mismatched, self._compared = '', 0, 0
        for application in self._remembering.values():
            application.clear()

    def assess(
        self, tracks: Tracks, ego: EgoState | None, road_side: RoadSide
    ) -> list[Advisory]:
        """Return the candidates in force.

        Args:
            tracks: All objects at the instant of `tracks.stamp`.
            ego: The ego at that instant, None while unknown: then nothing is in force.
            road_side: What the road side tells at that instant.
        """
        if ego is None:
            self._hold.clear()
            self._parking.clear()
            return []
        scene = self._scene(tracks, ego, road_side)
        self._compare(scene)
        candidates = [
            candidate
            for name, assess in (
                *APPLICATIONS.items(),
                *((name, one.assess) for name, one in self._remembering.items()),
            )
            for candidate in self._of(name, assess, scene)
        ]
        ground = Ground(tracks, self._parameters)

        def ceiling(name: str) -> Ceiling:
            found = scene.ceiling(name)
            return ground.ceiling(name) if found is None else found

        # Speed advice and guidance are never held: they are gone with what they rest on.
        return [
            *self._hold.update(scene.stamp, candidates, ceiling),
            *self._of('glosa', glosa.assess, scene),
            *self._of('gspa', self._parking.assess, scene),
        ]

    @property
    def mismatch(self) -> str:
        """What does not fit between the own lane of the map and the signals, empty for nothing."""
        return self._mismatch if self._mismatched >= _MISMATCHED else ''

    def conditions(self) -> list[Condition]:
        """Return what the road side bounds at the last instant."""
        if not self.mismatch:
            return []
        return [Condition(Mode.DEGRADED, f'map_mismatch: {self.mismatch}', Level.IMMINENT)]

    def _compare(self, scene: RoadScene) -> None:
        """Note for how long none of the signals that are heard is that of the own lane."""
        found = ''
        if scene.signals is not None and len(scene.signals.intersections):
            ahead = scene.signals_ahead
            found = '' if ahead.signals else ahead.mismatch
            if not found and scene.road is not None and signals_without_map(
                scene.road.model, scene.signals
            ) == len(scene.signals.intersections):
                found = 'signal_without_map'
        elapsed = scene.stamp - self._compared if self._compared else 0
        self._compared = scene.stamp
        self._mismatched = self._mismatched + max(elapsed, 0) if found else 0
        self._mismatch = found

    @property
    def guidance(self) -> Guidance | None:
        """The guidance in a parking area at the last instant, None where there was none."""
        return self._parking.guidance

    def _scene(self, tracks: Tracks, ego: EgoState, road_side: RoadSide) -> RoadScene:
        road = None
        if road_side.roads is not None and len(road_side.roads):
            lever = self._parameters.vehicle.base_link_to_center
            try:
                road = self._ego_road.locate(road_side.roads, ego, lever)
            except Exception:
                self._note('ego_road')
        return RoadScene(
            ego, tracks, road_side.events, self._parameters, road, road_side.signals,
            road_side.parking)

    def _of(
        self, name: str, assess: Callable[[RoadScene, Parameters], list[Advisory]],
        scene: RoadScene,
    ) -> list[Advisory]:
        """Return the candidates of one application; a defect of it silences nobody else."""
        try:
            return assess(scene, self._parameters)
        except Exception:
            self._note(name)
            return []

    def _note(self, name: str) -> None:
        self.failures[name] += 1
        if self.failures[name] == 1:
            _log.exception('application %s failed; it is counted from now on', name)
