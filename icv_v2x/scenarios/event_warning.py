# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The applications that warn of events, one instant after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.scenarios import approach, avw, chpvp, clw, ebw, evw, hazards
from icv_v2x.scenarios.braking_evidence import BrakingEvidence
from icv_v2x.scenarios.events import Events
from icv_v2x.scenarios.own_path import Trail

if TYPE_CHECKING:
    from icv_v2x.advisory.types import Advisory
    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.conflicts import Conflicts
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks


class EventWarning:
    """The applications that warn of events, and what they remember from instant to instant."""

    def __init__(self) -> None:
        """Begin without memory."""
        self._trail = Trail()
        self._braking = BrakingEvidence()

    def clear(self) -> None:
        """Forget the way and all claims."""
        self._trail.clear()
        self._braking.clear()

    def assess(
        self,
        conflicts: Conflicts,
        tracks: Tracks,
        ego: EgoState,
        parameters: Parameters,
    ) -> list[Advisory]:
        """Return the candidates of all applications.

        Args:
            conflicts: Vehicles that the ego's present motion meets, of the same tracks.
            tracks: All vehicles at the instant.
            ego: The ego now.
            parameters: Parameters of the package.

        Returns:
            Candidates, at most one per application and subject.
        """
        self._trail.extend(ego)
        claims = self._braking.judge(tracks, parameters)
        events = Events(ego, tracks, self._trail, conflicts, claims, parameters)
        found = ebw.assess(events, tracks, ego, parameters)
        for hazard in (avw.find(events, tracks, parameters), clw.find(tracks, parameters)):
            if hazard is not None:
                found += hazards.candidates(hazard, events, tracks, ego, parameters)
        for special in (evw.find(tracks, parameters), chpvp.find(tracks, parameters)):
            if special is not None:
                found += approach.candidates(special, events, tracks, ego, parameters)
        return found
