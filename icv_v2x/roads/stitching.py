# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Finds the lane that each connection leads to, by numbers and, where these fail, by geometry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.message_set.records.map_common import Maneuver
from icv_v2x.translate.lanes import NOT_GIVEN, UNKNOWN_MANEUVER, Connections, LaneType

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.translate.lanes import Floats, Lanes, Rows

# A link that begins farther than this from the stop line is not the next one [m].
_REACH = 120.0
# Lanes of successive sections meet within this [m].
_MEET = 2.5
# A way that changes direction by less goes straight on, by more than the other turns round [rad].
_STRAIGHT, _ROUND = np.radians(40.0), np.radians(150.0)
_AWAY = np.radians(120.0)


def stitched(lanes: Lanes) -> tuple[Lanes, Rows]:
    """Return the lanes with connections sorted and completed, and the lane each leads to.

    A connection names node and lane there. Where no lane of that number is known, the lane of
    the link that begins in the best continuation is taken; where the upstream node's number does
    not match either, the same is looked for among all lanes towards that node that begin close
    to the stop line. Lanes of one section are connected to the next section where they meet.
    Turns that the map does not tell follow from the directions of both lanes.

    Returns:
        The lanes, and (C,) indices of lanes, `NOT_GIVEN` where none is known.
    """
    lanes = replace(lanes, connections=_with_sections(lanes))
    ways = lanes.connections
    start, end = lanes.begin[:-1], lanes.begin[1:] - 1
    first = np.column_stack([lanes.x[start], lanes.y[start]])
    last = np.column_stack([lanes.x[end], lanes.y[end]])
    out = _direction(lanes, start, start + 1)
    into = _direction(lanes, end - 1, end)
    target = np.full(len(ways), NOT_GIVEN, np.int64)
    maneuver = ways.maneuver.copy()
    numbered = _by_number(lanes)
    for way in range(len(ways)):
        lane = int(ways.lane[way])
        named = numbered.get((
            int(ways.region[way]), int(ways.node[way]), int(lanes.region[lane]),
            int(lanes.node[lane]), int(ways.lane_id[way])))
        if named is not None and lanes.ends_at_node[lane]:
            target[way] = named
            if maneuver[way] == UNKNOWN_MANEUVER:
                maneuver[way] = _turn(float(out[named] - into[lane]))
            continue
        if ways.section[way] == lanes.section[lane] + 1 and not lanes.ends_at_node[lane]:
            candidates = _next_section(lanes, lane)
        else:
            candidates = _next_link(lanes, ways, way, np.hypot(*(first - last[lane]).T))
        target[way] = _best(
            lanes, ways, way, candidates, first - last[lane], out, float(into[lane]))
        if maneuver[way] == UNKNOWN_MANEUVER and target[way] >= 0:
            maneuver[way] = _turn(float(out[target[way]] - into[lane]))
    return replace(lanes, connections=replace(ways, maneuver=maneuver)), target


def _by_number(lanes: Lanes) -> dict[tuple[int, int, int, int, int], int]:
    """Return the lanes that vehicles can enter from a node by all their numbers."""
    first = (lanes.section <= 1) & (lanes.lane_type == LaneType.VEHICLE)
    first &= lanes.lane_id != NOT_GIVEN
    rows = np.flatnonzero(first)[::-1]
    keys = zip(*(column[rows].tolist() for column in (
        lanes.region, lanes.node, lanes.upstream_region, lanes.upstream_node, lanes.lane_id,
    )), strict=True)
    return dict(zip(keys, rows.tolist(), strict=True))


def _with_sections(lanes: Lanes) -> Connections:
    """Return the connections sorted by lane, those from section to section added."""
    ways = lanes.connections
    inner = np.flatnonzero(~lanes.ends_at_node)
    count = len(inner)
    added = Connections(
        lane=np.concatenate([ways.lane, inner]),
        region=np.concatenate([ways.region, lanes.region[inner]]),
        node=np.concatenate([ways.node, lanes.node[inner]]),
        section=np.concatenate([ways.section, lanes.section[inner] + 1]).astype(np.int32),
        lane_id=np.concatenate([ways.lane_id, lanes.lane_id[inner]]),
        maneuver=np.concatenate([
            ways.maneuver, np.full(count, Maneuver.MANEUVER_STRAIGHT)]).astype(np.uint8),
        phase=np.concatenate([ways.phase, np.full(count, NOT_GIVEN)]).astype(np.int32),
        begin=np.concatenate([ways.begin, np.full(count, ways.begin[-1])]),
        x=ways.x, y=ways.y)
    order = np.argsort(added.lane, kind='stable')
    steps = np.diff(added.begin)
    points = np.concatenate([
        np.zeros(0, np.int64),
        *(np.arange(added.begin[way], added.begin[way + 1]) for way in order if steps[way]),
    ]).astype(np.int64)
    return Connections(
        lane=added.lane[order], region=added.region[order], node=added.node[order],
        section=added.section[order], lane_id=added.lane_id[order],
        maneuver=added.maneuver[order], phase=added.phase[order],
        begin=np.concatenate([[0], np.cumsum(steps[order])]).astype(np.int64),
        x=added.x[points], y=added.y[points])


def _direction(lanes: Lanes, start: Rows, end: Rows) -> Floats:
    return np.asarray(
        np.arctan2(lanes.y[end] - lanes.y[start], lanes.x[end] - lanes.x[start]))


def _next_section(lanes: Lanes, lane: int) -> Rows:
    same = _same_link(lanes, lane)
    return np.flatnonzero(same & (lanes.section == lanes.section[lane] + 1))


def _same_link(lanes: Lanes, lane: int) -> NDArray[np.bool_]:
    same = np.ones(len(lanes), np.bool_)
    for column in (lanes.region, lanes.node, lanes.upstream_region, lanes.upstream_node):
        same &= column == column[lane]
    return same


def _next_link(lanes: Lanes, ways: Connections, way: int, distance: Floats) -> Rows:
    """Return the lanes that may follow: those of the link between both nodes, else near ones."""
    lane = ways.lane[way]
    towards = (lanes.node == ways.node[way]) & _agree(lanes.region, ways.region[way])
    towards &= (lanes.section <= 1) & (lanes.lane_type == LaneType.VEHICLE)
    link = towards & (lanes.upstream_node == lanes.node[lane])
    link &= _agree(lanes.upstream_region, lanes.region[lane])
    return np.flatnonzero(link) if np.any(link) else np.flatnonzero(towards & (distance < _REACH))


def _agree(regions: NDArray[np.int32], region: int) -> NDArray[np.bool_]:
    """Return which regions are the same, as far as they are given."""
    return np.asarray((regions == region) | (regions == NOT_GIVEN) | (region == NOT_GIVEN))


def _best(
    lanes: Lanes,
    ways: Connections,
    way: int,
    candidates: Rows,
    step: Floats,
    out: Floats,
    into: float,
) -> int:
    """Return the candidate with the number named, else the one in the best continuation."""
    if not len(candidates):
        return NOT_GIVEN
    lane = int(ways.lane[way])
    named = candidates[(lanes.lane_id[candidates] == ways.lane_id[way])
                       & (ways.lane_id[way] != NOT_GIVEN)]
    apart = np.hypot(step[:, 0], step[:, 1])
    inner = not lanes.ends_at_node[lane]
    if inner:
        named = named[apart[named] < _MEET]
    if len(named):
        return int(named[np.argmin(apart[named])])
    if inner:
        best = int(candidates[np.argmin(apart[candidates])])
        return best if apart[best] < _MEET else NOT_GIVEN
    line = np.arctan2(step[candidates, 1], step[candidates, 0])
    turn = _wrapped(line - into)
    # A smooth way turns as much before its chord as behind it.
    bend = np.abs(_wrapped(out[candidates] - line) - turn)
    fits = (np.abs(turn) < _AWAY) & _fits_turn(
        _wrapped(out[candidates] - into), int(ways.maneuver[way]))
    if not np.any(fits):
        return NOT_GIVEN
    cost = np.where(fits, bend + apart[candidates] / _REACH, np.inf)
    return int(candidates[np.argmin(cost)])


def _fits_turn(angle: Floats, maneuver: int) -> NDArray[np.bool_]:
    """Return which changes of direction agree with a turn."""
    if maneuver == Maneuver.MANEUVER_LEFT_TURN:
        return np.asarray(angle > 0.0)
    if maneuver == Maneuver.MANEUVER_RIGHT_TURN:
        return np.asarray(angle < 0.0)
    if maneuver == Maneuver.MANEUVER_STRAIGHT:
        return np.asarray(np.abs(angle) < np.radians(75.0))
    return np.ones(len(angle), np.bool_)


def _turn(angle: float) -> int:
    """Return the turn that a change of direction is."""
    angle = float(_wrapped(np.asarray(angle)))
    if abs(angle) < _STRAIGHT:
        return Maneuver.MANEUVER_STRAIGHT
    if abs(angle) > _ROUND:
        return Maneuver.MANEUVER_U_TURN
    return Maneuver.MANEUVER_LEFT_TURN if angle > 0.0 else Maneuver.MANEUVER_RIGHT_TURN


def _wrapped(angle: Floats) -> Floats:
    return np.asarray(np.remainder(angle + np.pi, 2.0 * np.pi) - np.pi)
