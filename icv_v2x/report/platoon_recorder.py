# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps what is needed to draw a platoon: gap, wanted gap and speeds over time, by state."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from icv_v2x.platooning import State

if TYPE_CHECKING:
    from icv_v2x.platooning import PlatoonPlan
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

_ROWS = 12_000


class _Row(NamedTuple):
    stamp: int
    state: str
    members: int
    gap: float
    wanted: float
    speed: float
    ahead: float
    leader: float


class PlatoonRecorder:
    """Rows of a run in which the ego belongs to a platoon, bounded."""

    def __init__(self) -> None:
        """Start empty."""
        self.omitted = 0
        self._rows: list[_Row] = []

    def add(
        self, stamp: int, plan: PlatoonPlan | None, ego: EgoState | None, tracks: Tracks | None,
    ) -> None:
        """Take one cycle.

        Args:
            stamp: Instant of the cycle [ns].
            plan: The plan, None: no platoon is wanted.
            ego: The ego.
            tracks: All objects.
        """
        if plan is None or ego is None or tracks is None or plan.state == State.FREE:
            return
        if len(self._rows) >= _ROWS:
            self.omitted += 1
            return
        speeds = {
            int(sender): float(speed) for sender, number, speed in zip(
                tracks.sender_id, tracks.object_id, tracks.speed, strict=True) if number < 0}
        ahead = int(plan.ahead.partition(':')[0], 16) if plan.ahead else 0
        leader = plan.members[0] if plan.place and plan.members else 0
        follows = plan.place != 0
        self._rows.append(_Row(
            stamp, plan.state.name, len(plan.members), plan.gap if follows else math.nan,
            plan.gap_wanted, ego.speed, speeds.get(ahead, math.nan),
            speeds.get(leader, math.nan)))

    def document(self, origin: int) -> dict[str, Any] | None:
        """Return what the page draws, None without a platoon.

        Args:
            origin: Instant that the page calls zero [ns].

        Returns:
            Times [ms], states, numbers of members, gaps [m] and speeds [m/s]; what is not known
            is None.
        """
        if len(self._rows) < 2:
            return None
        return {
            'time': [round((row.stamp - origin) / 1e6) for row in self._rows],
            'state': [row.state for row in self._rows],
            'members': [row.members for row in self._rows],
            **{
                name: [
                    None if not np.isfinite(value) else round(float(value), 2)
                    for value in (getattr(row, name) for row in self._rows)]
                for name in ('gap', 'wanted', 'speed', 'ahead', 'leader')},
        }
