# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Third stage: the services that a road-side unit gives, with the hysteresis of their levels."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

from icv_v2x.advisory.hysteresis import LevelHold
from icv_v2x.scenarios.ground import Ground

if TYPE_CHECKING:
    from collections.abc import Callable

    from icv_v2x.advisory.types import Advisory, Ceiling
    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.road_scene import RoadScene

# Applications without memory; each takes the scene and the parameters.
APPLICATIONS: dict[str, Callable[[RoadScene, Parameters], list[Advisory]]] = {}

_log = logging.getLogger(__name__)


class RoadServices:
    """Assesses one instant after the other and keeps what hysteresis must remember.

    Attributes:
        failures: Application to the instants at which it failed by a defect of its own.
    """

    def __init__(self, parameters: Parameters) -> None:
        """Start with nothing in force."""
        self._parameters = parameters
        self._hold = LevelHold(parameters.arbitration.hold)
        self.failures: Counter[str] = Counter()

    def configure(self, parameters: Parameters) -> None:
        """Take changed parameters over; what is in force stays."""
        self._parameters = parameters
        self._hold.configure(parameters.arbitration.hold)

    def clear(self) -> None:
        """Forget what was in force."""
        self._hold.clear()

    def assess(self, scene: RoadScene | None) -> list[Advisory]:
        """Return the candidates in force.

        Args:
            scene: The instant, None while the ego is unknown: then nothing is in force.
        """
        if scene is None:
            self._hold.clear()
            return []
        candidates = [
            candidate
            for name, assess in APPLICATIONS.items()
            for candidate in self._of(name, assess, scene)
        ]
        ground = Ground(scene.tracks, self._parameters)

        def ceiling(name: str) -> Ceiling:
            found = scene.ceiling(name, self._parameters)
            return ground.ceiling(name) if found is None else found

        return self._hold.update(scene.stamp, candidates, ceiling)

    def _of(
        self, name: str, assess: Callable[[RoadScene, Parameters], list[Advisory]],
        scene: RoadScene,
    ) -> list[Advisory]:
        """Return the candidates of one application; a defect of it silences nobody else."""
        try:
            return assess(scene, self._parameters)
        except Exception:
            self.failures[name] += 1
            if self.failures[name] == 1:
                _log.exception('application %s failed; it is counted from now on', name)
            return []
