# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps of each object which lanes it may be on, from one instant to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.roads.matching import CANDIDATES, LaneMatches, LanePrior, match_lanes
from icv_v2x.translate.lanes import NOT_GIVEN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.roads.model import RoadModel
    from icv_v2x.translate.lanes import Floats, Rows

# Older history says nothing of the lane any more [s].
_MEMORY = 3.0


class LaneMatcher:
    """Matches objects with history; what is remembered is that of the last call alone."""

    def __init__(self) -> None:
        """Remember nothing."""
        self.clear()

    def clear(self) -> None:
        """Forget the past."""
        self._keys = np.zeros(0, np.uint64)
        self._identity = np.zeros((0, CANDIDATES), np.int64)
        self._probability = np.zeros((0, CANDIDATES))
        self._stamp: int | None = None

    def match(
        self,
        model: RoadModel,
        stamp: int,
        keys: NDArray[np.uint64],
        x: Floats,
        y: Floats,
        heading: Floats,
        *,
        position_sigma: Floats | float = 1.0,
        heading_sigma: Floats | float = 0.05,
        moving: NDArray[np.bool_] | bool = True,
        weight: Floats | None = None,
    ) -> LaneMatches:
        """Return the lanes of n objects at an instant; further arguments as for `match_lanes`.

        Args:
            model: The road, of any version.
            stamp: The instant [ns since the Unix epoch]; going back forgets the past.
            keys: (n,) what an object is recognised by, unique.
            x: (n,) [m].
            y: (n,) [m].
            heading: (n,) [rad].
            position_sigma: (n,) or one for all [m].
            heading_sigma: (n,) or one for all [rad].
            moving: (n,) or one for all.
            weight: (L,) as for `match_lanes`.
        """
        if self._stamp is not None and stamp < self._stamp:
            self.clear()
        matches = match_lanes(
            model, x, y, heading, position_sigma=position_sigma, heading_sigma=heading_sigma,
            moving=moving, prior=self._prior(model, stamp, keys), weight=weight)
        order = np.argsort(keys)
        self._keys = np.asarray(keys)[order]
        known = matches.candidates[order]
        self._identity = np.where(
            known >= 0, model.identity[np.maximum(known, 0)] if len(model) else 0, 0)
        self._probability = np.where(known >= 0, matches.candidate_probability[order], 0.0)
        self._stamp = stamp
        return matches

    def _prior(
        self, model: RoadModel, stamp: int, keys: NDArray[np.uint64]
    ) -> LanePrior | None:
        """Return what was known of objects, lanes found again in the present model."""
        if self._stamp is None or not len(self._keys) or not len(model):
            return None
        row = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        elapsed = (stamp - self._stamp) / 1e9
        known = (self._keys[row] == keys) & (elapsed <= _MEMORY)
        return LanePrior(
            lanes=_found(model, self._identity[row]),
            probability=self._probability[row],
            elapsed=np.where(known, elapsed, np.inf))


def _found(model: RoadModel, identity: NDArray[np.int64]) -> Rows:
    order = np.argsort(model.identity, kind='stable')
    ordered = model.identity[order]
    place = np.minimum(np.searchsorted(ordered, identity), len(ordered) - 1)
    return np.where(ordered[place] == identity, order[place], NOT_GIVEN)
