# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Gathers single lanes of a node into arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.message_set.records.map_common import (
    BarrierAttribute,
    BikeLaneAttribute,
    CrosswalkAttribute,
    ParkingLaneAttribute,
    SidewalkAttribute,
    StripingAttribute,
    TrackAttribute,
    VehicleLaneAttribute,
)
from icv_v2x.translate.lanes import Connections, Lanes, LaneType, Zones, no_lanes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.message_set.records.map_common import LaneAttributes
    from icv_v2x.translate.lanes import Floats, Rows, ZoneKind

_TYPES = {
    VehicleLaneAttribute: LaneType.VEHICLE,
    CrosswalkAttribute: LaneType.CROSSWALK,
    BikeLaneAttribute: LaneType.BIKE,
    SidewalkAttribute: LaneType.SIDEWALK,
    BarrierAttribute: LaneType.BARRIER,
    StripingAttribute: LaneType.STRIPING,
    TrackAttribute: LaneType.TRACKED_VEHICLE,
    ParkingLaneAttribute: LaneType.PARKING,
}


@dataclass(frozen=True)
class ConnectionDraft:
    """One way over a node; see `Connections`."""

    remote: tuple[int, int]
    section: int
    lane_id: int
    maneuver: int
    phase: int
    line: Floats


@dataclass(frozen=True)
class LaneDraft:
    """One lane of a node; see `Lanes`."""

    upstream: tuple[int, int]
    section: int
    lane_id: int
    ends_at_node: bool
    width: float
    attributes: LaneAttributes | None
    maneuvers: int
    limits: Floats
    line: Floats
    connections: list[ConnectionDraft]


def lanes_of_drafts(
    node: tuple[int, int],
    drafts: Sequence[LaneDraft],
    zones: Sequence[tuple[ZoneKind, Floats]],
) -> Lanes:
    """Return the lanes of one node as arrays.

    Args:
        node: Region and number of the node.
        drafts: Its lanes.
        zones: Its areas, corners (M, 3) [m].
    """
    if not drafts:
        return no_lanes()
    region, number = node
    begin, x, y, z = _lines([draft.line for draft in drafts])
    return Lanes(
        region=np.full(len(drafts), region, np.int32),
        node=np.full(len(drafts), number, np.int32),
        upstream_region=np.array([draft.upstream[0] for draft in drafts], np.int32),
        upstream_node=np.array([draft.upstream[1] for draft in drafts], np.int32),
        section=np.array([draft.section for draft in drafts], np.int32),
        lane_id=np.array([draft.lane_id for draft in drafts], np.int32),
        ends_at_node=np.array([draft.ends_at_node for draft in drafts], np.bool_),
        width=np.array([draft.width for draft in drafts]),
        lane_type=np.array([_type(draft.attributes) for draft in drafts], np.uint8),
        attributes=np.array([
            0 if draft.attributes is None else int(draft.attributes.lane_type)
            for draft in drafts], np.uint16),
        sharing=np.array([
            0 if draft.attributes is None else int(draft.attributes.share_with or 0)
            for draft in drafts], np.uint16),
        maneuvers=np.array([draft.maneuvers for draft in drafts], np.uint16),
        speed_limits=np.array([draft.limits for draft in drafts]),
        begin=begin, x=x, y=y, z=z,
        connections=_connections(drafts),
        zones=_zones(node, zones),
    )


def _type(attributes: LaneAttributes | None) -> LaneType:
    return LaneType.VEHICLE if attributes is None else _TYPES[type(attributes.lane_type)]


def _lines(lines: Sequence[Floats]) -> tuple[Rows, Floats, Floats, Floats]:
    begin = np.cumsum([0, *(len(line) for line in lines)]).astype(np.int64)
    points = np.concatenate([np.zeros((0, 3)), *lines])
    return begin, points[:, 0].copy(), points[:, 1].copy(), points[:, 2].copy()


def _connections(drafts: Sequence[LaneDraft]) -> Connections:
    ways = [(lane, way) for lane, draft in enumerate(drafts) for way in draft.connections]
    begin, x, y, _ = _lines([way.line for _, way in ways])
    return Connections(
        lane=np.array([lane for lane, _ in ways], np.int64),
        region=np.array([way.remote[0] for _, way in ways], np.int32),
        node=np.array([way.remote[1] for _, way in ways], np.int32),
        section=np.array([way.section for _, way in ways], np.int32),
        lane_id=np.array([way.lane_id for _, way in ways], np.int32),
        maneuver=np.array([way.maneuver for _, way in ways], np.uint8),
        phase=np.array([way.phase for _, way in ways], np.int32),
        begin=begin, x=x, y=y,
    )


def _zones(node: tuple[int, int], zones: Sequence[tuple[ZoneKind, Floats]]) -> Zones:
    begin, x, y, _ = _lines([corners for _, corners in zones])
    return Zones(
        region=np.full(len(zones), node[0], np.int32),
        node=np.full(len(zones), node[1], np.int32),
        kind=np.array([kind for kind, _ in zones], np.uint8),
        begin=begin, x=x, y=y,
    )
