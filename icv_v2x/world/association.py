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
    from icv_v2x.world.tracks import Tracks

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
    wide: float = 1.0, held: bool = False,
) -> Pairs:
    """Return the pairs as `possible_pairs`, of some rows (n,) with others (m,) only."""
    if not len(rows) or not len(others):
        none = np.empty(0, dtype=np.intp)
        return Pairs(none, none, np.empty(0))
    one, other = _neighbours(_places(first, rows), _places(second, others), wide * REACH)
    one, other = rows[one], others[other]
    place = _place(first, one, second, other, wide)
    gate = np.ones(len(one))
    if held:
        gate[first.identity[one] == second.identity[other]] = _HELD
    possible = (place <= gate).all(axis=0)
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
    chosen = np.zeros(len(pairs.first), dtype=np.bool_)
    if not len(chosen):
        return chosen
    rows, row = np.unique(pairs.first, return_inverse=True)
    columns, at = np.unique(pairs.second if column is None else column, return_inverse=True)
    count = len(rows)
    # Every row may stay alone, in a column of its own.
    alone = np.arange(count)
    costs = csr_matrix(
        (
            np.concatenate([pairs.cost, np.full(count, _UNPAIRED)]),
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
    tree, other = cKDTree(first), cKDTree(second)
    if tree.count_neighbors(other, reach) <= _NEIGHBOURS * len(first):
        near = tree.sparse_distance_matrix(other, reach, output_type='ndarray')
        return near['i'], near['j']
    apart, rows = other.query(tree.data, k=_NEIGHBOURS, distance_upper_bound=reach)
    one, rank = np.nonzero(np.isfinite(apart))
    return one, np.asarray(rows, dtype=np.intp)[one, rank]


def _places(tracks: Tracks, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the places of some rows, (n, 2) [m]."""
    return np.column_stack([tracks.x[rows], tracks.y[rows]])


def _place(
    first: Tracks, one: NDArray[np.intp], second: Tracks, other: NDArray[np.intp], wide: float,
) -> NDArray[np.float64]:
    """Return how far apart pairs are along and across, in units of the gates (2, k)."""
    east, north = first.x[one] - second.x[other], first.y[one] - second.y[other]
    # The heading of the faster one says more.
    heading = np.where(
        np.isfinite(first.heading[one]) & (
            ~np.isfinite(second.heading[other])
            | (np.abs(first.speed[one]) >= np.abs(second.speed[other]))),
        first.heading[one], second.heading[other])
    known = np.isfinite(heading)
    cosine, sine = np.cos(np.where(known, heading, 0.0)), np.sin(np.where(known, heading, 0.0))
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
    away = np.hypot(east, north)
    return np.stack([
        np.where(known, np.abs(cosine * east + sine * north) / gate_along, away / gate_across),
        np.where(known, np.abs(cosine * north - sine * east) / gate_across, 0.0),
    ]) / wide


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
