# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Platooning over time: requests and statements in, a plan for every instant out."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

from icv_v2x.platooning import Member
from icv_v2x.scenarios import cpm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icv_v2x.advisory.types import Advisory
    from icv_v2x.inputs import PlatoonRequest
    from icv_v2x.parameters import Parameters
    from icv_v2x.platooning import PlatoonPlan, State
    from icv_v2x.translate.platoon_statements import PlatoonStatement
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

_log = logging.getLogger(__name__)


class PlatoonStage:
    """Plans one instant after the other; a defect costs the plan of its own instant.

    Attributes:
        refused_requests: How many requests could not be used.
        failures: `platooning` to the instants at which it failed by a defect of its own.
    """

    def __init__(self, parameters: Parameters) -> None:
        """Start free."""
        self._member = Member(parameters)
        self.refused_requests = 0
        self.failures: Counter[str] = Counter()

    def configure(self, parameters: Parameters) -> None:
        """Take changed parameters over; the platoon stays."""
        self._member.configure(parameters)

    def clear(self) -> None:
        """Forget the platoon."""
        self._member.clear()

    def request(self, request: PlatoonRequest) -> str | None:
        """Take a request; return why it is refused, None where it is taken."""
        refusal = self._member.request(request)
        if refusal is not None:
            self.refused_requests += 1
        return refusal

    @property
    def state(self) -> State:
        """Where the vehicle stands."""
        return self._member.state

    @property
    def disbelieved(self) -> Counter[str]:
        """Why statements did not count, by the number of instants at which they did not."""
        return self._member.disbelieved

    def assess(
        self, tracks: Tracks, ego: EgoState | None, seen: Tracks,
        statements: Iterable[PlatoonStatement],
    ) -> tuple[PlatoonPlan | None, list[Advisory]]:
        """Return the plan at the instant of the tracks, and what to say of it.

        Args:
            tracks: All objects that the radio gives.
            ego: The ego, None while unknown.
            seen: The own detections.
            statements: Newest statement of each sender.
        """
        try:
            plan = self._member.plan(tracks, ego, seen, statements)
            return plan, cpm.assess(plan, tracks, ego)
        except Exception:
            self.failures['platooning'] += 1
            self._member.clear()
            if self.failures['platooning'] == 1:
                _log.exception('platooning failed; it is counted from now on')
            return None, []
