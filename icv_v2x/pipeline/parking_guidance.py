# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Guidance in parking areas as a stage of its own, for whoever hears the areas."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

from icv_v2x.scenarios.gspa import ParkingService
from icv_v2x.scenarios.road_scene import RoadScene
from icv_v2x.translate.road_events import no_road_events

if TYPE_CHECKING:
    from icv_v2x.advisory.types import Advisory
    from icv_v2x.parameters import Parameters
    from icv_v2x.parking import Guidance
    from icv_v2x.translate.parking_areas import ParkingArea
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

_log = logging.getLogger(__name__)


class ParkingGuidance:
    """Assesses one instant after the other.

    Attributes:
        failures: Application to the instants at which it failed by a defect of its own.
    """

    def __init__(self, parameters: Parameters) -> None:
        """Start without a goal."""
        self._parameters = parameters
        self._service = ParkingService()
        self.failures: Counter[str] = Counter()

    def configure(self, parameters: Parameters) -> None:
        """Take changed parameters over; the goal stays."""
        self._parameters = parameters

    def clear(self) -> None:
        """Forget the goal."""
        self._service.clear()

    @property
    def guidance(self) -> Guidance | None:
        """The guidance at the last instant, None where there was none."""
        return self._service.guidance

    def assess(
        self, tracks: Tracks, ego: EgoState | None, areas: tuple[ParkingArea, ...],
    ) -> list[Advisory]:
        """Return none or one candidate; arguments as of `RoadServices.assess`."""
        if ego is None:
            self._service.clear()
            return []
        scene = RoadScene(
            ego, tracks, no_road_events(), self._parameters, None, None, areas)
        try:
            return self._service.assess(scene, self._parameters)
        except Exception:
            self.failures['gspa'] += 1
            if self.failures['gspa'] == 1:
                _log.exception('application gspa failed; it is counted from now on')
            return []
