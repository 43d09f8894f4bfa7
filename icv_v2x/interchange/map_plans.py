# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Lanes in the map turned into the MAP frame that a road-side unit beside them would send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.message_set import codec
from icv_v2x.message_set.records.map_common import AllowedManeuver, Maneuver, SpeedLimitType
from icv_v2x.message_set.records.position_offset import PositionOffset, offset_from_si

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icv_v2x.frames import MapFrame

MAP_AID = 3618
"""Application id of road maps (T/CSAE 53-2020 and YD/T 3707)."""

_BITS = {
    Maneuver.MANEUVER_STRAIGHT: AllowedManeuver.MANEUVER_STRAIGHT_ALLOWED,
    Maneuver.MANEUVER_LEFT_TURN: AllowedManeuver.MANEUVER_LEFT_ALLOWED,
    Maneuver.MANEUVER_RIGHT_TURN: AllowedManeuver.MANEUVER_RIGHT_ALLOWED,
    Maneuver.MANEUVER_U_TURN: AllowedManeuver.MANEUVER_U_TURN_ALLOWED,
}


@dataclass(frozen=True)
class WayOver:
    """A connection over the node at the end of a lane.

    Attributes:
        node: Next node.
        lane_id: Lane there.
        phase: Signal phase, 0: none is sent.
        maneuver: The turn.
    """

    node: int
    lane_id: int
    phase: int = 0
    maneuver: Maneuver = Maneuver.MANEUVER_STRAIGHT


@dataclass(frozen=True)
class LanePlan:
    """A lane that leads to a node.

    Attributes:
        lane_id: Its number in the link.
        points: (M, 2) [m] centre line in the map, the last point at the stop line.
        ways: Where it leads.
        allowed: Further bits, values of `AllowedManeuver`.
    """

    lane_id: int
    points: NDArray[np.float64]
    ways: tuple[WayOver, ...] = ()
    allowed: int = 0


@dataclass(frozen=True)
class LinkPlan:
    """The lanes from one node to another.

    Attributes:
        upstream: Number of the node that they come from.
        node: Number of the node that they lead to.
        lanes: The lanes.
        width: Of each of them [m].
        limit: Speed limit [m/s].
    """

    upstream: int
    node: int
    lanes: tuple[LanePlan, ...]
    width: float = 3.5
    limit: float = 50.0 / 3.6


def map_octets(
    links: Sequence[LinkPlan], map_frame: MapFrame, *, region: int = 1, count: int = 0
) -> bytes:
    """Return one MAP frame of all nodes that the links lead to, UPER.

    Args:
        links: At least one.
        map_frame: Where the map lies on earth.
        region: Of all nodes.
        count: Message count.
    """
    nodes: dict[int, list[LinkPlan]] = {}
    for link in links:
        nodes.setdefault(link.node, []).append(link)
    return codec.encode({'mapFrame': {
        'msgCnt': count % 128,
        'nodes': [_node(number, into, map_frame, region) for number, into in nodes.items()],
    }})


def _node(
    number: int, links: Sequence[LinkPlan], map_frame: MapFrame, region: int
) -> dict[str, Any]:
    ends = np.array([lane.points[-1] for link in links for lane in link.lanes])
    latitude, longitude = _geodetic(ends.mean(axis=0)[np.newaxis], map_frame)
    reference = float(latitude[0]), float(longitude[0])
    return {
        'id': {'region': region, 'id': number},
        'refPos': {'lat': round(reference[0] * 1e7), 'long': round(reference[1] * 1e7)},
        'inLinks': [{
            'upstreamNodeId': {'region': region, 'id': link.upstream},
            'speedLimits': [{
                'type': _word(SpeedLimitType.VEHICLE_MAX_SPEED),
                'speed': round(link.limit / 0.02),
            }],
            'linkWidth': round(100.0 * link.width * len(link.lanes)),
            'lanes': [_lane(lane, reference, map_frame, region) for lane in link.lanes],
        } for link in links],
    }


def _lane(
    lane: LanePlan, reference: tuple[float, float], map_frame: MapFrame, region: int
) -> dict[str, Any]:
    latitude, longitude = _geodetic(lane.points, map_frame)
    bits = AllowedManeuver(lane.allowed)
    for way in lane.ways:
        bits |= _BITS[way.maneuver]
    return {
        'laneID': lane.lane_id,
        'maneuvers': _allowed(bits),
        **({'connectsTo': [_connection(way, region) for way in lane.ways]} if lane.ways else {}),
        'points': [
            {'posOffset': offset_from_si(
                PositionOffset(float(north) - reference[0], float(east) - reference[1]))}
            for north, east in zip(latitude, longitude, strict=True)
        ],
    }


def _connection(way: WayOver, region: int) -> dict[str, Any]:
    return {
        'remoteIntersection': {'region': region, 'id': way.node},
        'connectingLane': {'lane': way.lane_id, 'maneuver': _allowed(_BITS[way.maneuver])},
        **({'phaseId': way.phase} if way.phase else {}),
    }


def _allowed(bits: AllowedManeuver) -> dict[str, Any]:
    text = format(int(bits), '012b')[::-1] + '0000'
    return {'value': f'{int(text, 2):04X}', 'length': 12}


def _word(kind: SpeedLimitType) -> str:
    first, *others = kind.name.lower().split('_')
    return first + ''.join(word.capitalize() for word in others)


def _geodetic(
    points: NDArray[np.float64], map_frame: MapFrame
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    latitude, longitude, _ = map_frame.to_geodetic(
        points[:, 0], points[:, 1], np.zeros(len(points)))
    return latitude, longitude
