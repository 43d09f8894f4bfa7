# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Matches many objects to lanes at once: a filter over the lanes that each may be on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.translate.lanes import NOT_GIVEN, LaneType

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.roads.model import RoadModel
    from icv_v2x.roads.segments import Near
    from icv_v2x.translate.lanes import Floats, Rows

    Flags = NDArray[np.bool_]

CANDIDATES = 6
"""Lanes kept of each object at most."""

# Who keeps a lane is this share of its width off its middle, 1 sigma.
_KEEPING = 1.0 / 6.0
# Directions of vehicles and of drawn lines differ by so much, 1 sigma [rad].
_ALIGNMENT = 0.15
# Ends of drawn lines are this exact, 1 sigma [m].
_END = 1.0
# An object this many sigmas off a lane is as likely on none.
_OFF = 3.0
# Beyond this angle an object does not follow the lane [rad].
_ACROSS = 0.5 * np.pi
# An observation of position counts in full after so much time: errors in between are one [s].
_INDEPENDENT = 0.1
# How often vehicles change lane [1/s], and odds of all that no map foresees.
_CHANGES = 0.02
_JUMP = 1e-6
_LEAVES, _ENTERS = 1e-3, 0.2
_FOLLOWS = 0.5
_TINY = -1e9


@dataclass(frozen=True)
class LaneMatches:
    """Where n objects are in terms of lanes.

    Attributes:
        lane: (n,) index of the lane in its model, `NOT_GIVEN` for none.
        station: (n,) [m] along the lane of the object's position, NaN without lane.
        offset: (n,) [m] from its middle, left positive.
        turned: (n,) [rad] heading relative to the lane's.
        probability: (n,) that this is the lane.
        distance_to_stop: (n,) [m] along the lane from the position to the stop line, negative
            beyond.
        candidates: (n, K) lanes that the object may be on, the most probable first, `NOT_GIVEN`
            where there are fewer.
        candidate_probability: (n, K), 0 where there is none; what is missing to 1 is the
            probability of no lane.
    """

    lane: Rows
    station: Floats
    offset: Floats
    turned: Floats
    probability: Floats
    distance_to_stop: Floats
    candidates: Rows
    candidate_probability: Floats

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.lane)

    @property
    def matched(self) -> Flags:
        """Which objects are on a lane, (n,)."""
        return np.asarray(self.lane >= 0)


@dataclass(frozen=True)
class LanePrior:
    """What was known of n objects before.

    Attributes:
        lanes: (n, K) lanes in the present model, `NOT_GIVEN` for none.
        probability: (n, K); what is missing to 1 is that of no lane.
        elapsed: (n,) [s] since then, inf for objects not known before.
    """

    lanes: Rows
    probability: Floats
    elapsed: Floats


def match_lanes(
    model: RoadModel,
    x: Floats,
    y: Floats,
    heading: Floats,
    *,
    position_sigma: Floats | float = 1.0,
    heading_sigma: Floats | float = 0.05,
    moving: Flags | bool = True,
    prior: LanePrior | None = None,
    weight: Floats | None = None,
) -> LaneMatches:
    """Return the lanes of n objects.

    A hidden Markov filter over lanes: how far an object is off the middle of a lane and turned
    against it, weighed by the lanes that it may have come from. After Newson and Krumm, Hidden
    Markov map matching through noise and sparseness, 2009, with lanes for roads.

    Args:
        model: The road.
        x: (n,) [m] of the objects' centres.
        y: (n,) [m].
        heading: (n,) [rad], NaN where unknown.
        position_sigma: (n,) or one for all, 1 sigma per axis [m]; NaN counts as 1 m.
        heading_sigma: (n,) or one for all [rad]; NaN counts as 0.05 rad.
        moving: (n,) or one for all; the heading of who stands may be that of a parked vehicle,
            and tells less.
        prior: What was known before, None for nothing.
        weight: (L,) log-likelihood of each lane by what lies ahead, such as a planned path, for
            all objects alike; it decides but is not carried on, since it comes again next time.

    Returns:
        The matches; a lane is named where it is more probable than no lane and than any other.
    """
    count = len(x)
    if not len(model) or not count:
        return _none(count)
    sigma = _filled(position_sigma, count, 1.0)
    angle = _filled(heading_sigma, count, 0.05)
    near = model.grid.near(np.asarray(x, np.float64), np.asarray(y, np.float64))
    near, likelihood, turned = _likelihood(model, near, heading, sigma, angle, moving)
    seat, row = _seats(near, likelihood, count)
    lanes = np.full((count, CANDIDATES), NOT_GIVEN, np.int64)
    evidence = np.full((count, CANDIDATES + 1), _TINY)
    lanes[near.point[row], seat] = near.lane[row]
    evidence[near.point[row], seat] = likelihood[row]
    evidence[:, CANDIDATES] = -0.5 * _OFF * _OFF
    belief = _predicted(model, lanes, prior, count)
    if prior is not None:
        evidence *= np.clip(prior.elapsed / _INDEPENDENT, 0.0, 1.0)[:, np.newaxis]
    total = np.where(
        np.pad(lanes, ((0, 0), (0, 1))) >= 0, evidence + np.log(belief), -np.inf)
    share = _shares(total)
    decides = share
    if weight is not None:
        ahead = np.where(lanes >= 0, weight[np.maximum(lanes, 0)], 0.0)
        total[:, :CANDIDATES] += ahead - ahead.max(axis=1, keepdims=True, initial=_TINY)
        decides = _shares(total)
    return _answer(model, near, turned, (row, seat), lanes, (share, decides))


def _shares(logarithm: Floats) -> Floats:
    share = np.exp(logarithm - logarithm.max(axis=1, keepdims=True))
    return np.asarray(share / share.sum(axis=1, keepdims=True))


def _likelihood(
    model: RoadModel, near: Near, heading: Floats, sigma: Floats, angle: Floats,
    moving: Flags | bool,
) -> tuple[Near, Floats, Floats]:
    """Return the pairs that can be, their log-likelihoods and the angles to the lanes."""
    turned = _wrapped(np.asarray(heading, np.float64)[near.point] - near.heading)
    tells = np.broadcast_to(np.asarray(moving), np.shape(heading))[near.point]
    can = ~(np.abs(turned) > _ACROSS) & _drivable(model)[near.lane]
    turned, tells = turned[can], tells[can]
    near = near.take(can)
    variance = sigma[near.point] ** 2
    across = variance + (_KEEPING * model.lanes.width[near.lane]) ** 2
    skew = np.where(np.isnan(turned), 0.0, turned) ** 2 / (
        angle[near.point] ** 2 + np.where(tells, 1.0, 4.0) * _ALIGNMENT ** 2)
    likelihood = -0.5 * (
        near.offset ** 2 / across + near.beyond ** 2 / (variance + _END ** 2) + skew)
    return near, likelihood, turned


def _drivable(model: RoadModel) -> Flags:
    kind = model.lanes.lane_type
    return np.asarray((kind == LaneType.VEHICLE) | (kind == LaneType.BIKE)
                      | (kind == LaneType.TRACKED_VEHICLE) | (kind == LaneType.PARKING))


def _seats(near: Near, likelihood: Floats, count: int) -> tuple[Rows, Rows]:
    """Return the rank of the most likely pairs of each object, and the rows of these pairs."""
    order = np.lexsort((near.lane, -likelihood, near.point))
    first = np.searchsorted(near.point, np.arange(count))
    rank = np.arange(len(order)) - first[near.point[order]]
    kept = rank < CANDIDATES
    return rank[kept], order[kept]


def _predicted(
    model: RoadModel, lanes: Rows, prior: LanePrior | None, count: int
) -> Floats:
    """Return the belief in each candidate and in no lane before looking, (n, K + 1)."""
    fresh = np.full((count, CANDIDATES + 1), _ENTERS)
    if prior is None:
        return fresh
    before = np.clip(prior.probability, 0.0, 1.0)
    known = np.isfinite(prior.elapsed)
    elapsed = np.where(known, prior.elapsed, 0.0)
    odds = np.empty((count, 4))
    odds[:, 0] = _JUMP
    odds[:, 1] = 1.0
    odds[:, 2] = -np.expm1(-_CHANGES * elapsed) + _JUMP
    odds[:, 3] = _FOLLOWS
    relation = model.relation[
        np.maximum(prior.lanes, 0)[:, :, np.newaxis], np.maximum(lanes, 0)[:, np.newaxis, :]]
    step = odds[np.arange(count)[:, np.newaxis, np.newaxis], relation]
    real = np.where(prior.lanes >= 0, before, 0.0)
    outside = np.maximum(1.0 - real.sum(axis=1), 0.0)
    belief = np.empty((count, CANDIDATES + 1))
    belief[:, :CANDIDATES] = (
        np.einsum('ni,nij->nj', real, step) + (_ENTERS * outside)[:, np.newaxis])
    leaves = np.minimum(_LEAVES * elapsed / _INDEPENDENT, 0.1)
    belief[:, CANDIDATES] = outside + leaves * (1.0 - outside)
    belief = np.maximum(belief, 1e-12)
    return np.where(known[:, np.newaxis], belief, fresh)


def _answer(
    model: RoadModel, near: Near, turned: Floats, pairs: tuple[Rows, Rows], lanes: Rows,
    shares: tuple[Floats, Floats],
) -> LaneMatches:
    """Return the matches by shares of belief and of what decides, both with that of no lane."""
    row, seat = pairs
    belief, share = shares
    every = np.arange(len(lanes))
    order = np.argsort(-share[:, :CANDIDATES], axis=1, kind='stable')
    first = order[:, 0]
    best = share[every, first] > share[:, CANDIDATES]
    pair = np.zeros((len(lanes), CANDIDATES), np.int64)
    pair[near.point[row], seat] = row
    chosen = pair[every, first]
    lane = np.where(best, lanes[every, first], NOT_GIVEN)

    def of_pair(values: Floats) -> Floats:
        if not len(values):
            return np.full(len(lanes), np.nan)
        return np.where(best, values[chosen], np.nan)

    signed = np.where(near.before_begin, -near.beyond, near.beyond)
    station = of_pair(near.station + signed)
    return LaneMatches(
        lane=lane, station=station, offset=of_pair(near.offset), turned=of_pair(turned),
        probability=np.where(best, share[every, first], share[:, CANDIDATES]),
        distance_to_stop=np.where(best, model.length[np.maximum(lane, 0)] - station, np.nan),
        candidates=np.take_along_axis(lanes, order, axis=1),
        candidate_probability=np.take_along_axis(belief[:, :CANDIDATES], order, axis=1))


def _none(count: int) -> LaneMatches:
    missing = np.full(count, np.nan)
    return LaneMatches(
        lane=np.full(count, NOT_GIVEN, np.int64), station=missing, offset=missing,
        turned=missing, probability=np.ones(count), distance_to_stop=missing,
        candidates=np.full((count, CANDIDATES), NOT_GIVEN, np.int64),
        candidate_probability=np.zeros((count, CANDIDATES)))


def _filled(values: Floats | float, count: int, otherwise: float) -> Floats:
    array = np.broadcast_to(np.asarray(values, np.float64), (count,))
    return np.where(np.isfinite(array), array, otherwise)


def _wrapped(angle: Floats) -> Floats:
    return np.asarray(np.remainder(angle + np.pi, 2.0 * np.pi) - np.pi)
