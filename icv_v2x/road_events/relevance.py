# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Where events and signs lie on a way: by path and direction, by link and lane, or by place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from icv_v2x.translate.road_events import NOT_GIVEN, RoadEventKind

if TYPE_CHECKING:
    from icv_v2x.translate.road_events import RoadEvents

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]

NOWHERE = np.inf
"""Distance to what does not lie on the way."""

# Points of the way that are looked at are so far apart, near and far [m].
_STEP, _FAR_STEP = 2.5, 5.0
_NEAR = 50.0
_BITS = 16
# Shorter sides have no direction, and smaller paths are points [m].
_TINY, _POINT = 1e-6, 1e-3


def _no_numbers() -> NDArray[np.int32]:
    return np.zeros(0, np.int32)


def _no_lengths() -> Floats:
    return np.zeros(0)


@dataclass(frozen=True)
class LaneStretches:
    """Lanes of the map that the way uses one after the other, L of them; none without a map.

    Attributes:
        region: (L,) of the node that the lane leads to, -1: not given.
        upstream: (L,) number of the node that it comes from.
        downstream: (L,) number of the node that it leads to.
        lane_id: (L,) -1: not given.
        begin: (L,) [m] along the way from the ego's front, negative behind it.
        end: (L,) [m].
    """

    region: NDArray[np.int32] = field(default_factory=_no_numbers)
    upstream: NDArray[np.int32] = field(default_factory=_no_numbers)
    downstream: NDArray[np.int32] = field(default_factory=_no_numbers)
    lane_id: NDArray[np.int32] = field(default_factory=_no_numbers)
    begin: Floats = field(default_factory=_no_lengths)
    end: Floats = field(default_factory=_no_lengths)

    def __len__(self) -> int:
        """Return the number of lanes."""
        return len(self.begin)


@dataclass(frozen=True)
class Way:
    """The way that the ego is expected to take.

    Attributes:
        points: (m, 2) [m] from the ego's front on, m at least 2, no two alike in a row.
        known: [m] how far it is planned; beyond that it may follow any path that it is on.
        lanes: Lanes that it uses.
    """

    points: Floats
    known: float = 0.0
    lanes: LaneStretches = field(default_factory=LaneStretches)


@dataclass(frozen=True)
class Relevance:
    """Where n events lie on a way; all infinite where it does not lead there.

    Attributes:
        begin: (n,) [m] from the ego's front to where the event begins to matter, negative inside.
        end: (n,) [m] to where it ceases to matter.
        distance: (n,) [m] to the event itself, that is to its place, else to `begin`; negative
            behind.
        own_lane: (n,) it concerns the lane that the way uses, as far as is known.
        placed: (n,) the distance is to its place; never of a sign, which stands beside the road
            and may hold far beyond its post.
    """

    begin: Floats
    end: Floats
    distance: Floats
    own_lane: Flags
    placed: Flags

    @property
    def inside(self) -> Flags:
        """Which events the ego's front is within, (n,)."""
        return (self.begin <= 0.0) & (self.end >= 0.0)

    @property
    def ahead(self) -> Flags:
        """Which events are on the way and not left behind, (n,)."""
        passed = self.placed & (self.distance < 0.0)
        return np.isfinite(self.begin) & (self.end >= 0.0) & ~passed


@dataclass(frozen=True)
class _Samples:
    """Points of the way: place, unit direction and way from the front."""

    place: Floats
    unit: Floats
    station: Floats


def relevance(
    events: RoadEvents, way: Way, *, reach: float, direction: float, lane_width: float
) -> Relevance:
    """Return where events lie on a way.

    Args:
        events: n events.
        way: The way.
        reach: How far ahead is looked [m].
        direction: A path matters to who drives along it within this angle [rad].
        lane_width: Of the lane that the way uses [m].

    Returns:
        Where they lie. An event with paths or links matters there alone; one with neither
        matters around its place.
    """
    count = len(events)
    samples = _samples(way.points, reach)
    found = _by_place(events, samples, lane_width)
    bound = np.zeros(count, np.bool_)
    bound[events.path_event] = True
    bound[events.link_event] = True
    found = _where(bound, _nowhere(count), found)
    if len(events.path_event):
        found = _nearer(
            found, _by_path(events, samples, way.known, np.cos(direction), lane_width))
    if len(events.link_event) and len(way.lanes):
        found = _nearer(found, _by_link(events, samples, way.lanes, lane_width))
    return found


def stations_on(
    way: Way, x: Floats, y: Floats, heading: Floats, reach: float
) -> tuple[Floats, Floats, Floats]:
    """Return where objects are along and beside a way.

    Args:
        way: The way.
        x: (n,) [m].
        y: (n,) [m].
        heading: (n,) [rad].
        reach: How far ahead is looked [m].

    Returns:
        Way from the front [m], NaN beyond the reach; offset, left positive [m]; heading relative
        to the way there [rad]; (n,) each.
    """
    samples = _samples(way.points, reach)
    station, offset = _projected(np.column_stack([x, y]), samples)
    place = np.clip(
        np.searchsorted(samples.station, np.nan_to_num(station)), 0, len(samples.station) - 1)
    unit = samples.unit[place]
    turned = np.arctan2(
        np.sin(heading) * unit[:, 0] - np.cos(heading) * unit[:, 1],
        np.cos(heading) * unit[:, 0] + np.sin(heading) * unit[:, 1])
    return station, offset, turned


def _samples(points: Floats, reach: float) -> _Samples:
    steps = np.diff(points, axis=0)
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    ends = np.cumsum(lengths)
    until = max(min(reach, float(ends[-1])), _STEP)
    station = np.concatenate([
        np.arange(0.0, min(until, _NEAR), _STEP), np.arange(_NEAR, until, _FAR_STEP)])
    side = np.minimum(np.searchsorted(ends, station, side='right'), len(lengths) - 1)
    unit = steps[side] / lengths[side, np.newaxis]
    rest = station - (ends[side] - lengths[side])
    return _Samples(points[side] + rest[:, np.newaxis] * unit, unit, station)


def _nowhere(count: int) -> Relevance:
    far, no = np.full((3, count), NOWHERE), np.zeros((2, count), np.bool_)
    return Relevance(*far, *no)


def _where(condition: Flags, first: Relevance, second: Relevance) -> Relevance:
    return Relevance(
        np.where(condition, first.begin, second.begin),
        np.where(condition, first.end, second.end),
        np.where(condition, first.distance, second.distance),
        np.where(condition, first.own_lane, second.own_lane),
        np.where(condition, first.placed, second.placed),
    )


def _nearer(first: Relevance, second: Relevance) -> Relevance:
    """Return of two ways to lie on the way the one that the ego is in or comes to first."""
    return _where(_rank(second) < _rank(first), second, first)


def _rank(place: Relevance) -> Floats:
    """Return what orders ways to lie on the way: those left behind come last."""
    return np.where(place.ahead, np.maximum(place.begin, 0.0), NOWHERE)


def _by_place(events: RoadEvents, samples: _Samples, lane_width: float) -> Relevance:
    """Return where the places of events lie, those with a radius as discs."""
    count = len(events)
    placed = np.isfinite(events.x) & np.isfinite(events.y)
    if not placed.any():
        return _nowhere(count)
    station, offset = _projected(np.column_stack([events.x, events.y]), samples)
    radius = np.where(np.isfinite(events.radius), events.radius, 0.0)
    reach = np.maximum(radius, 0.5 * lane_width)
    half = np.sqrt(np.maximum(reach**2 - offset**2, 0.0))
    # Without a radius all lanes beside count as the same road.
    near = np.abs(offset) <= np.where(radius > 0.0, reach, 3.0 * lane_width)
    near &= placed & np.isfinite(station)
    return Relevance(
        np.where(near, station - half, NOWHERE),
        np.where(near, station + half, NOWHERE),
        np.where(near, station, NOWHERE),
        near & ((np.abs(offset) <= reach) | (events.kind != int(RoadEventKind.EVENT))),
        near & (events.kind == int(RoadEventKind.EVENT)),
    )


def _hazard_places(events: RoadEvents) -> Floats:
    """Return the places of events that are on the road itself, (n, 2) [m], else NaN."""
    on_road = (events.kind == int(RoadEventKind.EVENT))[:, np.newaxis]
    return np.where(on_road, np.column_stack([events.x, events.y]), np.nan)


def _projected(points: Floats, samples: _Samples) -> tuple[Floats, Floats]:
    """Return stations and offsets (left positive) of points (n, 2) on the way.

    Stations behind the front are negative; NaN beyond what is looked at.
    """
    known: Flags = np.asarray(np.isfinite(points).all(axis=1))
    safe = np.where(known[:, np.newaxis], points, 0.0)
    apart = safe[:, np.newaxis, :] - samples.place
    nearest = np.argmin(np.hypot(apart[..., 0], apart[..., 1]), axis=1)
    rest = apart[np.arange(len(points)), nearest]
    unit = samples.unit[nearest]
    along = np.sum(rest * unit, axis=1)
    across = unit[:, 0] * rest[:, 1] - unit[:, 1] * rest[:, 0]
    beyond = (nearest == len(samples.station) - 1) & (along > _FAR_STEP)
    station = np.where(known & ~beyond, samples.station[nearest] + along, np.nan)
    return station, np.where(known, across, np.nan)


def _by_path(
    events: RoadEvents, samples: _Samples, known: float, aligned: float, lane_width: float
) -> Relevance:
    """Return where events lie by their paths; of several paths of one event the nearest."""
    count = len(events)
    paths = _near_paths(events, samples)
    found = _nowhere(count)
    if not len(paths):
        return found
    sides = _sides(events, paths)
    along, offset, turned = _on_paths(sides, samples)
    length = np.maximum.reduceat(sides.end, sides.first)
    half = events.path_half_width[paths]
    inside: Flags = (
        (np.abs(offset) <= half) & (along >= 0.0) & (along <= length) & (turned >= aligned))
    entered = inside.any(axis=0)
    entry = inside.argmax(axis=0)
    columns = np.arange(len(paths))
    station = samples.station
    # Where the way joins from the side, the path begins to matter where it is joined.
    begin = station[entry] - along[entry, columns]
    begin = np.where(
        entry > 0, np.maximum(begin, station[np.maximum(entry - 1, 0)]), begin)
    end = station[entry] + length - along[entry, columns]
    after = np.arange(len(station))[:, np.newaxis] > entry
    leaves: Flags = after & ~inside & (along < length) & (station[:, np.newaxis] <= known)
    leaving = np.where(leaves.any(axis=0), station[leaves.argmax(axis=0)], NOWHERE)
    owner = events.path_event[paths]
    place = _hazard_places(events)[owner]
    place_along, place_offset = _place_on_path(sides, place)
    placed = np.isfinite(place_along)
    distance = np.where(placed, station[entry] + place_along - along[entry, columns], begin)
    applies = entered & ~(placed & (distance > leaving))
    beside = np.abs(place_offset - offset[entry, columns]) > 0.5 * lane_width
    own = applies & ~(placed & beside & (half > 0.5 * lane_width))
    by_path = Relevance(begin, np.minimum(end, leaving), distance, own, placed)
    rank = np.where(applies, _rank(by_path), NOWHERE)
    order = np.lexsort((rank, ~applies, owner))
    rows, first = np.unique(owner[order], return_index=True)
    best = order[first]
    rows, best = rows[applies[best]], best[applies[best]]
    for column, value in (
        (found.begin, by_path.begin), (found.end, by_path.end),
        (found.distance, by_path.distance), (found.own_lane, own), (found.placed, placed),
    ):
        column[rows] = value[best]
    return found


@dataclass(frozen=True)
class _Sides:
    """Straight sides of paths, s of them; `first` are the rows at which the paths begin."""

    start: Floats
    unit: Floats
    length: Floats
    begin: Floats
    end: Floats
    path: Rows
    first: Rows
    is_first: Flags
    is_last: Flags


def _near_paths(events: RoadEvents, samples: _Samples) -> Rows:
    """Return the paths whose box holds a point of the way, and that are more than a point."""
    first = events.path_begin[:-1]
    # What is left out lies beside the path by more than rounding.
    half = events.path_half_width + _POINT
    meets = np.ones((len(samples.place), len(first)), np.bool_)
    extended = np.zeros(len(first), np.bool_)
    for axis, column in ((0, events.path_x), (1, events.path_y)):
        at = samples.place[:, axis, np.newaxis]
        least, most = np.minimum.reduceat(column, first), np.maximum.reduceat(column, first)
        meets &= (at >= least - half) & (at <= most + half)
        extended |= most - least > _POINT
    return np.flatnonzero(meets.any(axis=0) & extended)


def _sides(events: RoadEvents, paths: Rows) -> _Sides:
    points = np.column_stack([events.path_x, events.path_y])
    counts = np.diff(events.path_begin)
    number = np.full(len(counts), -1)
    number[paths] = np.arange(len(paths))
    belongs = np.repeat(number, counts)
    used = (belongs[1:] >= 0) & (belongs[1:] == belongs[:-1])
    start, end, owner = points[:-1][used], points[1:][used], belongs[1:][used]
    length = np.hypot(end[:, 0] - start[:, 0], end[:, 1] - start[:, 1])
    # A point sent twice makes a side without direction.
    long = length > _TINY
    start, end, owner, length = start[long], end[long], owner[long], length[long]
    unit = (end - start) / length[:, np.newaxis]
    is_first: Flags = np.diff(owner, prepend=-1) != 0
    is_last: Flags = np.diff(owner, append=len(paths)) != 0
    first = np.flatnonzero(is_first)
    total = np.cumsum(length)
    before = total - length
    begin = before - before[first][owner]
    return _Sides(
        start, unit, length, begin, begin + length, owner,
        first, is_first, is_last)


def _on_paths(sides: _Sides, samples: _Samples) -> tuple[Floats, Floats, Floats]:
    """Return way along, offset to the left and cosine of the angle to each path, (M, k) each."""
    along, offset, side = _nearest_side(sides, samples.place)
    turned = np.einsum('mi,mki->mk', samples.unit, sides.unit[side])
    return along, offset, turned


def _nearest_side(sides: _Sides, points: Floats) -> tuple[Floats, Floats, Rows]:
    """Return way along, offset to the left and nearest side of points on each path, (M, k)."""
    normal = np.column_stack([-sides.unit[:, 1], sides.unit[:, 0]])
    raw = points @ sides.unit.T - np.sum(sides.start * sides.unit, axis=1)
    across = points @ normal.T - np.sum(sides.start * normal, axis=1)
    apart = (raw - np.minimum(np.maximum(raw, 0.0), sides.length)) ** 2 + across**2
    least = np.minimum.reduceat(apart, sides.first, axis=1)
    rows = np.where(
        apart <= least[:, sides.path] + 1e-9, np.arange(len(sides.length)), len(sides.length))
    side = np.minimum.reduceat(rows, sides.first, axis=1)
    point = np.arange(len(points))[:, np.newaxis]
    # Before the first and behind the last side a path goes on straight, to tell who is not on it.
    low = np.where(sides.is_first, -np.inf, 0.0)[side]
    high = np.where(sides.is_last, np.inf, sides.length)[side]
    along = np.clip(raw[point, side], low, high) + sides.begin[side]
    return along, np.copysign(np.sqrt(least), across[point, side]), side


def _place_on_path(sides: _Sides, places: Floats) -> tuple[Floats, Floats]:
    """Return way along and offset of one place for each path, (k,) each, NaN without a place."""
    known: Flags = np.asarray(np.isfinite(places).all(axis=1))
    along, offset, _ = _nearest_side(sides, np.where(known[:, np.newaxis], places, 0.0))
    own = np.arange(len(places))
    return (
        np.where(known, along[own, own], np.nan), np.where(known, offset[own, own], np.nan))


def _by_link(
    events: RoadEvents, samples: _Samples, lanes: LaneStretches, lane_width: float
) -> Relevance:
    """Return where events lie by the links and lanes of the map that the way uses."""
    count = len(events)
    same = (
        (events.link_upstream[:, np.newaxis] == lanes.upstream)
        & (events.link_downstream[:, np.newaxis] == lanes.downstream)
        & (
            (events.link_region[:, np.newaxis] == lanes.region)
            | (events.link_region[:, np.newaxis] == NOT_GIVEN) | (lanes.region == NOT_GIVEN)))
    same &= lanes.end >= 0.0
    link, stretch = np.nonzero(same)
    if not len(link):
        return _nowhere(count)
    bits = events.link_lanes[link].astype(np.int64)
    lane = lanes.lane_id[stretch].astype(np.int64)
    countable = (lane >= 0) & (lane < _BITS)
    named = (bits >> np.where(countable, lane, 0)) & 1 == 1
    own = (bits == 0) | ~countable | named
    begin, end = np.full(count, NOWHERE), np.full(count, -NOWHERE)
    row = events.link_event[link]
    first = lanes.begin[stretch]
    np.minimum.at(begin, row, first)
    np.maximum.at(end, row, lanes.end[stretch])
    met = np.isfinite(begin)
    end = np.where(met, end, NOWHERE)
    mine = np.zeros(count, np.bool_)
    np.logical_or.at(mine, row, own & (np.maximum(first, 0.0) <= np.maximum(begin[row], 0.0)))
    station, offset = _projected(_hazard_places(events), samples)
    placed = met & np.isfinite(station)
    lanes_named = np.zeros(count, np.bool_)
    np.logical_or.at(lanes_named, row, bits != 0)
    mine &= lanes_named | ~placed | (np.abs(offset) <= 0.5 * lane_width)
    return Relevance(begin, end, np.where(placed, station, begin), mine, placed)
