# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Which tracks of two sets are the same objects: pairs within gates, and the best choice of them.

The gates follow the heading, as lanes are narrow and vehicles long: a car beside another one in
the next lane must never be taken for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import min_weight_full_bipartite_matching
from scipy.spatial import cKDTree

from icv_v2x.message_set.vehicle_class import ObjectClass

if TYPE_CHECKING:
    from collections.abc import Callable

    from icv_v2x.world.tracks import Tracks

    Allowed = Callable[[NDArray[np.intp], NDArray[np.intp]], NDArray[np.bool_]]

REACH = 5.9
"""Pairs farther apart than this are none: the diagonal of the widest gates [m]."""

# Real objects have room for fewer; messages full of objects in one place must not cost a cycle.
_NEIGHBOURS = 16

_DEVIATIONS = 3.0
# Least and greatest gates between centres: half a car along, and less than a lane across.
_ALONG = (2.5, 5.0)
_ACROSS = (1.5, 3.0)
_SPEED = 3.0
_SPEED_SHARE = 0.1
_LEVEL = 4.0
# What is not known to be small counts as a vehicle from this length on [m].
_VEHICLE_LENGTH = 2.6
# What was one object before stays one within this many times the gates of place, and the reach.
_HELD = 1.4
# What is left out early lies beyond the gates by more than rounding.
_LEEWAY = 1.001
# More than the squares of a grid from west to east, so that every square has a number of its own.
_ROWS = 2**24
# Rows of squares in which whoever is near lies.
_AROUND = np.array([[-1], [0], [1]])
# Nine squares hold three times as many as lie within reach, and pairs cost little at first.
_CROWD = 4
# Costs are squares in units of the gates, at most 4, and must not be 0; leaving out costs more.
_LEAST_COST = 1.0
_UNPAIRED = 6.0

_VEHICLE, _RIDER, _WALKER, _THING = 1, 2, 4, 8
_SORTS = np.zeros(256, dtype=np.uint8)
_SORTS[[
    ObjectClass.CAR, ObjectClass.VAN, ObjectClass.TRUCK, ObjectClass.BUS, ObjectClass.EMERGENCY,
    ObjectClass.SPECIAL, ObjectClass.TRAILER,
]] = _VEHICLE
_SORTS[[ObjectClass.MOTORCYCLE, ObjectClass.TRICYCLE]] = _VEHICLE | _RIDER
_SORTS[ObjectClass.CYCLIST] = _RIDER
_SORTS[[ObjectClass.PEDESTRIAN, ObjectClass.ANIMAL]] = _WALKER
_SORTS[ObjectClass.OBSTACLE] = _THING


@dataclass(frozen=True)
class Pairs:
    """Rows of two sets of tracks that may be the same objects, k pairs.

    Attributes:
        first: (k,) rows of the first set.
        second: (k,) rows of the second set.
        cost: (k,) 1 for the same place up to 3 for the corner of the gates.
    """

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    cost: NDArray[np.float64]

    def take(self, rows: NDArray[np.bool_]) -> Pairs:
        """Return those of a mask (k,)."""
        return Pairs(self.first[rows], self.second[rows], self.cost[rows])


@dataclass(frozen=True)
class _Offset:
    """How far k pairs are apart.

    Attributes:
        cosine: (k,) of the direction along, 1 where it is unknown.
        sine: (k,) 0 where it is unknown.
        known: (k,) whether the direction is known.
        along: (k,) [m], the distance where it is unknown.
        across: (k,) [m], 0 where it is unknown.
    """

    cosine: NDArray[np.float64]
    sine: NDArray[np.float64]
    known: NDArray[np.bool_]
    along: NDArray[np.float64]
    across: NDArray[np.float64]

    def take(self, rows: NDArray[np.bool_]) -> _Offset:
        """Return those of a mask (k,)."""
        return _Offset(
            self.cosine[rows], self.sine[rows], self.known[rows], self.along[rows],
            self.across[rows])


def possible_pairs(
    first: Tracks, second: Tracks, *, wide: float = 1.0, held: bool = False
) -> Pairs:
    """Return the pairs within the gates of place, speed, kind and level.

    Args:
        first: n tracks at one instant.
        second: m tracks at the same instant.
        wide: Factor of the gates of place.
        held: Whether tracks of one identity, which were taken for one object before, may be
            farther apart, so that the bias of a receiver does not part them now and then.

    Returns:
        The pairs.
    """
    return possible_pairs_of(
        first, np.arange(len(first)), second, np.arange(len(second)), wide=wide, held=held)


def possible_pairs_of(
    first: Tracks, rows: NDArray[np.intp], second: Tracks, others: NDArray[np.intp], *,
    wide: float = 1.0, held: bool = False, allowed: Allowed | None = None,
) -> Pairs:
    """Return the pairs as `possible_pairs`, of some rows (n,) with others (m,) only.

    Args:
        first: Tracks at one instant.
        rows: Of the first, (n,).
        second: Tracks at the same instant.
        others: Of the second, (m,).
        wide: Factor of the gates of place.
        held: As of `possible_pairs`.
        allowed: Tells of rows of the first and of the second, (k,) each, which may be a pair at
            all, (k,) mask; what it leaves out costs little.

    Returns:
        The pairs.
    """
    if not len(rows) or not len(others):
        none = np.empty(0, dtype=np.intp)
        return Pairs(none, none, np.empty(0))
    one, other = _neighbours(_places(first, rows), _places(second, others), wide * REACH)
    one, other = rows[one], others[other]
    if allowed is not None:
        possible = allowed(one, other)
        one, other = one[possible], other[possible]
    gate = np.ones(len(one))
    if held:
        gate[first.identity[one] == second.identity[other]] = _HELD
    offset = _offset(first, one, second, other)
    # Most pairs on a full road are of two lanes: beyond the widest gate, however uncertain.
    possible = ~offset.known | (
        (offset.along <= _ALONG[1] * wide * _LEEWAY * gate)
        & (offset.across <= _ACROSS[1] * wide * _LEEWAY * gate))
    one, other, gate = one[possible], other[possible], gate[possible]
    offset = offset.take(possible)
    place = _place(first, one, second, other, offset) / wide
    possible = np.asarray((place <= gate).all(axis=0))
    possible &= _velocity_apart(first, one, second, other) <= _SPEED + _SPEED_SHARE * np.maximum(
        np.abs(first.speed[one]), np.abs(second.speed[other]))
    possible &= (_sorts(first)[one] & _sorts(second)[other]) != 0
    # Unknown heights are no objection.
    possible &= ~(np.abs(first.z[one] - second.z[other]) > _LEVEL)
    cost = _LEAST_COST + (place**2).sum(axis=0)
    return Pairs(one[possible], other[possible], cost[possible])


def best_pairs(pairs: Pairs, column: NDArray[np.int64] | None = None) -> NDArray[np.bool_]:
    """Return which pairs to believe: no row twice, at the least sum of costs.

    Args:
        pairs: k pairs, none twice.
        column: (k,) what may be taken once, None: the rows of the second set.

    Returns:
        (k,) mask.
    """
    if not len(pairs.first):
        return np.zeros(0, dtype=np.bool_)
    row = pairs.first
    at = pairs.second
    if column is not None:
        _, at = np.unique(column, return_inverse=True)
    # A row whose columns nobody else wants takes the cheapest: most are such.
    contested = np.bincount(row, weights=np.bincount(at)[at] > 1)[row] > 0
    chosen = np.zeros(len(row), dtype=np.bool_)
    free = np.flatnonzero(~contested)
    chosen[free[_cheapest(row[free], pairs.cost[free])]] = True
    disputed = np.flatnonzero(contested)
    if len(disputed):
        chosen[disputed] = _matched(row[disputed], at[disputed], pairs.cost[disputed])
    return chosen


def _cheapest(row: NDArray[np.intp], cost: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the cheapest entry of every row that occurs, the first of equal ones."""
    order = np.lexsort((cost, row))
    begins = np.ones(len(row), dtype=np.bool_)
    begins[1:] = row[order[1:]] != row[order[:-1]]
    return order[begins]


def _matched(
    row: NDArray[np.intp], at: NDArray[np.intp], cost: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which entries make the least sum of costs, no row and no column twice, (k,)."""
    rows, row = np.unique(row, return_inverse=True)
    columns, at = np.unique(at, return_inverse=True)
    count = len(rows)
    # Every row may stay alone, in a column of its own.
    alone = np.arange(count)
    costs = csr_matrix(
        (
            np.concatenate([cost, np.full(count, _UNPAIRED)]),
            (np.concatenate([row, alone]), np.concatenate([at, len(columns) + alone])),
        ),
        shape=(count, len(columns) + count))
    matched = np.full(count, -1, dtype=np.intp)
    taken, partner = min_weight_full_bipartite_matching(costs)
    matched[taken] = partner
    return np.asarray(matched[row] == at)


def _neighbours(
    first: NDArray[np.float64], second: NDArray[np.float64], reach: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows of pairs within reach, of no track more than the nearest few in a crowd.

    Args:
        first: Places, (n, 2) [m].
        second: Places, (m, 2) [m].
        reach: [m].
    """
    # Squares of a grid as wide as the reach: whoever is within it lies in one of nine of them,
    # and three beside each other are one range of the places in the order of their squares.
    low = np.minimum(first.min(axis=0), second.min(axis=0))
    square = np.floor((second - low) / reach).astype(np.int64)
    key = square[:, 1] * _ROWS + square[:, 0]
    order = np.argsort(key, kind='stable')
    key = key[order]
    square = np.floor((first - low) / reach).astype(np.int64)
    middle = ((square[:, 1] + _AROUND) * _ROWS + square[:, 0]).ravel()
    begin = np.searchsorted(key, middle - 1)
    count = np.searchsorted(key, middle + 1, side='right') - begin
    total = int(count.sum())
    # Where it is a crowd, they would be too many to be looked at one by one.
    if total <= _CROWD * _NEIGHBOURS * len(first):
        one = np.repeat(np.tile(np.arange(len(first)), len(_AROUND)), count)
        ends = np.cumsum(count)
        other = order[np.arange(total) + np.repeat(begin - (ends - count), count)]
        apart = first[one] - second[other]
        near = np.flatnonzero(apart[:, 0]**2 + apart[:, 1]**2 <= reach**2)
        if len(near) <= _NEIGHBOURS * len(first):
            near = near[np.argsort(one[near], kind='stable')]
            return one[near], other[near]
    apart, rows = cKDTree(second).query(first, k=_NEIGHBOURS, distance_upper_bound=reach)
    one, rank = np.nonzero(np.isfinite(apart))
    return one, np.asarray(rows, dtype=np.intp)[one, rank]


def _places(tracks: Tracks, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the places of some rows, (n, 2) [m]."""
    return np.column_stack([tracks.x[rows], tracks.y[rows]])


def _offset(
    first: Tracks, one: NDArray[np.intp], second: Tracks, other: NDArray[np.intp]
) -> _Offset:
    """Return how far apart pairs are along and across the heading of the faster one."""
    east, north = first.x[one] - second.x[other], first.y[one] - second.y[other]
    cosine, sine = _direction(first), _direction(second)
    # The heading of the faster one says more.
    leads = np.isfinite(first.heading)[one] & (
        ~np.isfinite(second.heading)[other]
        | (np.abs(first.speed)[one] >= np.abs(second.speed)[other]))
    cosine, sine = (
        np.where(leads, mine[one], others[other])
        for mine, others in zip(cosine, sine, strict=True))
    known = np.isfinite(cosine)
    cosine, sine = np.where(known, cosine, 1.0), np.where(known, sine, 0.0)
    return _Offset(
        cosine, sine, known,
        np.where(known, np.abs(cosine * east + sine * north), np.hypot(east, north)),
        np.where(known, np.abs(cosine * north - sine * east), 0.0))


def _direction(tracks: Tracks) -> NDArray[np.float64]:
    """Return the cosine and sine of the headings, (2, n), NaN where unknown."""
    return np.stack([np.cos(tracks.heading), np.sin(tracks.heading)])


def _place(
    first: Tracks, one: NDArray[np.intp], second: Tracks, other: NDArray[np.intp],
    offset: _Offset,
) -> NDArray[np.float64]:
    """Return how far apart pairs are along and across, in units of the gates (2, k)."""
    cosine, sine = offset.cosine, offset.sine
    xx = first.variance_xx[one] + second.variance_xx[other]
    xy = first.variance_xy[one] + second.variance_xy[other]
    yy = first.variance_yy[one] + second.variance_yy[other]
    along = _DEVIATIONS * np.sqrt(np.maximum(
        xx * cosine**2 + 2.0 * xy * cosine * sine + yy * sine**2, 0.0))
    across = _DEVIATIONS * np.sqrt(np.maximum(
        xx * sine**2 - 2.0 * xy * cosine * sine + yy * cosine**2, 0.0))
    small = (first.length[one] < _VEHICLE_LENGTH) | (second.length[other] < _VEHICLE_LENGTH)
    gate_along = np.where(small, np.clip(along, *_ACROSS), np.clip(along, *_ALONG))
    gate_across = np.clip(across, *_ACROSS)
    # Where nobody knows the heading the way is as narrow as a lane all around.
    return np.stack([
        offset.along / np.where(offset.known, gate_along, gate_across),
        offset.across / gate_across])


def _velocity_apart(
    first: Tracks, one: NDArray[np.intp], second: Tracks, other: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return the difference of velocities, of speeds where a heading is unknown, (k,) [m/s]."""
    speed, other_speed = first.speed[one], second.speed[other]
    turned = first.heading[one] - second.heading[other]
    turned = np.where(np.isfinite(turned), turned, 0.0)
    squared = speed**2 + other_speed**2 - 2.0 * speed * other_speed * np.cos(turned)
    return np.sqrt(np.maximum(squared, 0.0))


def _sorts(tracks: Tracks) -> NDArray[np.uint8]:
    """Return bits of what tracks may be; two objects without a common bit are different ones."""
    unknown = np.where(
        tracks.length >= _VEHICLE_LENGTH, _VEHICLE, _RIDER | _WALKER | _THING).astype(np.uint8)
    sort = _SORTS[tracks.object_class]
    return np.where(sort == 0, unknown, sort)
