# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps what is needed to draw merges: the ego's place over time between leader and follower."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from icv_v2x.merging import State

if TYPE_CHECKING:
    from icv_v2x.advisory.merge_plan import MergePlan
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

_ROWS = 6_000
_STATES = (State.MERGE, State.HOLD, State.ABORT)


class MergeRecorder:
    """Places along the road while a merge is planned, bounded."""

    def __init__(self) -> None:
        """Start empty."""
        self.omitted = 0
        self._rows: list[tuple[int, str, float, float | None, float | None]] = []
        self._place = 0.0
        self._last: tuple[float, float] | None = None

    def add(
        self, stamp: int, plan: MergePlan | None, ego: EgoState | None, tracks: Tracks | None,
    ) -> None:
        """Take one cycle.

        Args:
            stamp: Instant of the cycle [ns].
            plan: The merge plan, None: nothing is asked.
            ego: The ego.
            tracks: All objects.
        """
        if plan is None or ego is None or tracks is None or plan.state not in _STATES:
            return
        if len(self._rows) >= _ROWS:
            self.omitted += 1
            return
        if self._last is not None:
            self._place += math.hypot(ego.x - self._last[0], ego.y - self._last[1])
        self._last = (ego.x, ego.y)
        pair = ('', '') if plan.chosen < 0 else (
            plan.gap_leader[plan.chosen], plan.gap_follower[plan.chosen])
        leader, follower = (self._ahead(name, ego, tracks) for name in pair)
        self._rows.append((
            stamp, plan.state.name, self._place,
            None if leader is None else self._place + leader[0] - 0.5 * leader[1],
            None if follower is None else self._place + follower[0] + 0.5 * follower[1]))

    def document(self, origin: int) -> dict[str, Any] | None:
        """Return what the page draws, None without a merge.

        Args:
            origin: Instant that the page calls zero [ns].

        Returns:
            Times [ms], states, and places against a vehicle that drives at the mean speed [m],
            which is given as well [m/s].
        """
        if len(self._rows) < 2:
            return None
        begin, end = self._rows[0], self._rows[-1]
        seconds = max((end[0] - begin[0]) / 1e9, 1e-3)
        mean = (end[2] - begin[2]) / seconds

        def against(value: float | None, stamp: int) -> float | None:
            return None if value is None else value - mean * (stamp - begin[0]) / 1e9

        columns = [
            [against(place, row[0]) for place, row in zip(places, self._rows, strict=True)]
            for places in (
                [row[2] for row in self._rows], [row[3] for row in self._rows],
                [row[4] for row in self._rows])]
        least = min(value for column in columns for value in column if value is not None)
        return {
            'time': [round((row[0] - origin) / 1e6) for row in self._rows],
            'state': [row[1] for row in self._rows],
            'speed': round(mean, 2),
            **{
                name: [None if value is None else round(value - least, 1) for value in column]
                for name, column in zip(('ego', 'leader', 'follower'), columns, strict=True)},
        }

    @staticmethod
    def _ahead(name: str, ego: EgoState, tracks: Tracks) -> tuple[float, float] | None:
        """Return how far ahead of the ego an object is, and its length [m]."""
        if not name:
            return None
        for row in range(len(tracks)):
            if tracks.name(row) == name:
                away = (
                    (float(tracks.x[row]) - ego.x) * math.cos(ego.heading)
                    + (float(tracks.y[row]) - ego.y) * math.sin(ego.heading))
                return away, float(tracks.length[row])
        return None
