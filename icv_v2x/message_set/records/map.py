# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Nodes, links and lanes (MAP)."""

from __future__ import annotations

from dataclasses import dataclass, field

from icv_v2x.message_set.records.common import Position
from icv_v2x.message_set.records.map_common import (
    AllowedManeuver,
    LaneAttributes,
    NodeReference,
    RegulatorySpeedLimit,
    RoadPoint,
)
from icv_v2x.message_set.records.map_extended import LinkEx, ProhibitedZone
from icv_v2x.message_set.records.registry import record, sent_as


@record('MapData')
@dataclass(frozen=True)
class MapData:
    """Map data: MapData of T/CSAE 53-2020.

    Attributes:
        message_count: Counter of the sender, 0..127, one up per message.
        time_of_year: Time of year, since the UTC year began, in whole minutes [s]; NaN
            unavailable.
        nodes: Nodes, 1..32.
    """

    message_count: int = field(metadata=sent_as('msgCnt'))
    time_of_year: float = field(metadata=sent_as('timeStamp'))
    nodes: tuple[Node, ...] = field(metadata=sent_as('nodes'))


@record('Node')
@dataclass(frozen=True)
class Node:
    """Node: Node of T/CSAE 53-2020.

    Attributes:
        name: Name, text; None absent.
        id: Id.
        reference_position: Position that all offsets of the node count from.
        links: Links that end at the node, 1..32; empty where absent.
        extended_links: Links that end at the node, in the extended form, 1..32; empty where
            absent.
        prohibited_zone: Prohibited zone; None absent.
    """

    name: str | None = field(metadata=sent_as('name'))
    id: NodeReference = field(metadata=sent_as('id'))
    reference_position: Position = field(metadata=sent_as('refPos'))
    links: tuple[Link, ...] = field(metadata=sent_as('inLinks'))
    extended_links: tuple[LinkEx, ...] = field(metadata=sent_as('inLinks-ex'))
    prohibited_zone: ProhibitedZone | None = field(metadata=sent_as('prohibitedzone'))


@record('Link')
@dataclass(frozen=True)
class Link:
    """Link: Link of T/CSAE 53-2020.

    Attributes:
        name: Name, text; None absent.
        upstream_node_id: Node where the link begins.
        speed_limits: Limits that hold here, 1..9; empty where absent.
        link_width: Width of all lanes together [m].
        points: Centre line from upstream to downstream, offsets from the node, 2..31; empty where
            absent.
        movements: Where the link leads to, 1..32; empty where absent.
        lanes: Lanes of the link, 1..32.
    """

    name: str | None = field(metadata=sent_as('name'))
    upstream_node_id: NodeReference = field(metadata=sent_as('upstreamNodeId'))
    speed_limits: tuple[RegulatorySpeedLimit, ...] = field(metadata=sent_as('speedLimits'))
    link_width: float = field(metadata=sent_as('linkWidth'))
    points: tuple[RoadPoint, ...] = field(metadata=sent_as('points'))
    movements: tuple[Movement, ...] = field(metadata=sent_as('movements'))
    lanes: tuple[Lane, ...] = field(metadata=sent_as('lanes'))


@record('Movement')
@dataclass(frozen=True)
class Movement:
    """Movement: Movement of T/CSAE 53-2020.

    Attributes:
        remote_intersection: Node that the way leads to.
        phase_id: Signal phase that governs it; None unknown.
    """

    remote_intersection: NodeReference = field(metadata=sent_as('remoteIntersection'))
    phase_id: int | None = field(metadata=sent_as('phaseId'))


@record('Lane')
@dataclass(frozen=True)
class Lane:
    """Lane: Lane of T/CSAE 53-2020.

    Attributes:
        lane_id: Lane id; None unknown.
        lane_width: Lane width [m]; NaN unavailable.
        lane_attributes: Lane attributes; None absent.
        maneuvers: Maneuvers, bits; None absent.
        connections: Where the lane leads to behind the stop line, 1..8; empty where absent.
        speed_limits: Limits that hold here, 1..9; empty where absent.
        points: Centre line from upstream to downstream, offsets from the node, 2..31; empty where
            absent.
    """

    lane_id: int | None = field(metadata=sent_as('laneID'))
    lane_width: float = field(metadata=sent_as('laneWidth'))
    lane_attributes: LaneAttributes | None = field(metadata=sent_as('laneAttributes'))
    maneuvers: AllowedManeuver | None = field(metadata=sent_as('maneuvers'))
    connections: tuple[Connection, ...] = field(metadata=sent_as('connectsTo'))
    speed_limits: tuple[RegulatorySpeedLimit, ...] = field(metadata=sent_as('speedLimits'))
    points: tuple[RoadPoint, ...] = field(metadata=sent_as('points'))


@record('Connection')
@dataclass(frozen=True)
class Connection:
    """Connection: Connection of T/CSAE 53-2020.

    Attributes:
        remote_intersection: Node that the way leads to.
        connecting_lane: Connecting lane; None absent.
        phase_id: Signal phase that governs it; None unknown.
    """

    remote_intersection: NodeReference = field(metadata=sent_as('remoteIntersection'))
    connecting_lane: ConnectingLane | None = field(metadata=sent_as('connectingLane'))
    phase_id: int | None = field(metadata=sent_as('phaseId'))


@record('ConnectingLane')
@dataclass(frozen=True)
class ConnectingLane:
    """Connecting lane: ConnectingLane of T/CSAE 53-2020.

    Attributes:
        lane: Lane; None unknown.
        maneuver: Maneuver, bits; None absent.
    """

    lane: int | None = field(metadata=sent_as('lane'))
    maneuver: AllowedManeuver | None = field(metadata=sent_as('maneuver'))
