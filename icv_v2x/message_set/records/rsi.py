# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Roadside information (RSI): events and signs."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

from icv_v2x.message_set.records.common import Position
from icv_v2x.message_set.records.map_common import NodeReference
from icv_v2x.message_set.records.position_offset import PositionOffset
from icv_v2x.message_set.records.registry import enumeration, flags, record, sent_as


@record('RoadSideInformation')
@dataclass(frozen=True)
class RoadSideInformation:
    """Road side information: RoadSideInformation of T/CSAE 53-2020.

    Attributes:
        message_count: Counter of the sender, 0..127, one up per message.
        time_of_year: Time of year, since the UTC year began, in whole minutes [s]; NaN
            unavailable.
        id: RSU id, eight octets, big-endian.
        reference_position: Position that offsets count from.
        events: Events, 1..8; empty where absent.
        signs: Signs, 1..16; empty where absent.
    """

    message_count: int = field(metadata=sent_as('msgCnt'))
    time_of_year: float = field(metadata=sent_as('moy'))
    id: int = field(metadata=sent_as('id'))
    reference_position: Position = field(metadata=sent_as('refPos'))
    events: tuple[RoadTrafficEvent, ...] = field(metadata=sent_as('rtes'))
    signs: tuple[RoadTrafficSign, ...] = field(metadata=sent_as('rtss'))


@record('RTEData')
@dataclass(frozen=True)
class RoadTrafficEvent:
    """Road traffic event: RTEData of T/CSAE 53-2020.

    Attributes:
        event_id: Event id.
        event_type: GB/T 29100-2012 code.
        event_source: Event source.
        event_position: Where it is, from the reference position; None absent.
        event_radius: How far around it it matters [m]; NaN unavailable.
        description: Description, text; None absent.
        time_details: Time details; None absent.
        priority: Priority, 0..7, the larger the more urgent; None absent.
        reference_paths: Stretches of road where it matters, 1..8; empty where absent.
        reference_links: Links of the map where it matters, 1..16; empty where absent.
        event_confidence: Event confidence, 0..1; NaN unavailable.
    """

    event_id: int = field(metadata=sent_as('rteId'))
    event_type: int = field(metadata=sent_as('eventType'))
    event_source: EventSource = field(metadata=sent_as('eventSource'))
    event_position: PositionOffset | None = field(metadata=sent_as('eventPos'))
    event_radius: float = field(metadata=sent_as('eventRadius'))
    description: str | None = field(metadata=sent_as('description'))
    time_details: EventTimes | None = field(metadata=sent_as('timeDetails'))
    priority: int | None = field(metadata=sent_as('priority'))
    reference_paths: tuple[ReferencePath, ...] = field(metadata=sent_as('referencePaths'))
    reference_links: tuple[ReferenceLink, ...] = field(metadata=sent_as('referenceLinks'))
    event_confidence: float = field(metadata=sent_as('eventConfidence'))


@enumeration('EventSource')
class EventSource(IntEnum):
    """EventSource of RSI."""

    UNKNOWN = 0
    POLICE = 1
    GOVERNMENT = 2
    METEOROLOGICAL = 3
    INTERNET = 4
    DETECTION = 5


@record('RSITimeDetails')
@dataclass(frozen=True)
class EventTimes:
    """Event times: RSITimeDetails of T/CSAE 53-2020.

    Attributes:
        start: When it begins to hold [s]; NaN unavailable.
        end: When it ceases to hold [s]; NaN unavailable.
        end_confidence: End confidence, 95 % [s]; NaN unavailable.
    """

    start: float = field(metadata=sent_as('startTime'))
    end: float = field(metadata=sent_as('endTime'))
    end_confidence: float = field(metadata=sent_as('endTimeConfidence'))


@record('ReferencePath')
@dataclass(frozen=True)
class ReferencePath:
    """Reference path: ReferencePath of T/CSAE 53-2020.

    Attributes:
        active_path: Centre line of the stretch of road concerned, 2..32.
        path_radius: Half width of the stretch concerned [m].
    """

    active_path: tuple[PositionOffset, ...] = field(metadata=sent_as('activePath'))
    path_radius: float = field(metadata=sent_as('pathRadius'))


@record('RTSData')
@dataclass(frozen=True)
class RoadTrafficSign:
    """Road traffic sign: RTSData of T/CSAE 53-2020.

    Attributes:
        sign_id: Sign id.
        sign_type: GB 5768.2 code.
        sign_position: Where it stands, from the reference position; None absent.
        description: Description, text; None absent.
        time_details: Time details; None absent.
        priority: Priority, 0..7, the larger the more urgent; None absent.
        reference_paths: Stretches of road where it matters, 1..8; empty where absent.
        reference_links: Links of the map where it matters, 1..16; empty where absent.
        auxiliary_sign: Auxiliary sign; None absent.
    """

    sign_id: int = field(metadata=sent_as('rtsId'))
    sign_type: int = field(metadata=sent_as('signType'))
    sign_position: PositionOffset | None = field(metadata=sent_as('signPos'))
    description: str | None = field(metadata=sent_as('description'))
    time_details: EventTimes | None = field(metadata=sent_as('timeDetails'))
    priority: int | None = field(metadata=sent_as('priority'))
    reference_paths: tuple[ReferencePath, ...] = field(metadata=sent_as('referencePaths'))
    reference_links: tuple[ReferenceLink, ...] = field(metadata=sent_as('referenceLinks'))
    auxiliary_sign: AuxiliarySign | None = field(metadata=sent_as('auxiliarySign'))


@record('AuxiliarySign')
@dataclass(frozen=True)
class AuxiliarySign:
    """Auxiliary sign: AuxiliarySign of T/CSAE 157-2020.

    Attributes:
        sign_with_vehicle_type: Sign with vehicle type, bits; None absent.
        sign_direction: Sign direction; None absent.
    """

    sign_with_vehicle_type: AuxiliarySignVehicleType | None = field(
        metadata=sent_as('signWithVehicleType'))
    sign_direction: AuxiliarySignDirection | None = field(metadata=sent_as('signDirection'))


@flags('AuxiliarySignVehicleType')
class AuxiliarySignVehicleType(IntFlag):
    """AuxiliarySignVehicleType of RSI."""

    RESTRICTED_FROM_BUS = 1 << 0
    VEHICLE = 1 << 1
    TRUCK = 1 << 2
    TRACTOR = 1 << 3
    PRIVATE = 1 << 4


@enumeration('AuxiliarySignDirection')
class AuxiliarySignDirection(IntEnum):
    """AuxiliarySignDirection of RSI."""

    STRAIGHT = 0
    LEFT_AND_RIGHT = 1
    RIGHT = 2
    LEFT = 3
    LEFT_FRONT_TURN = 4
    RIGHT_FRONT_TURN = 5
    RIGHT_REAR_TURN = 6
    LEFT_REAR_TURN = 7


@record('ReferenceLink')
@dataclass(frozen=True)
class ReferenceLink:
    """Reference link: ReferenceLink of T/CSAE 53-2020.

    Attributes:
        upstream_node_id: Node where the link begins.
        downstream_node_id: Node where the link ends.
        reference_lanes: Lanes of the link, all where absent, bits; None absent.
    """

    upstream_node_id: NodeReference = field(metadata=sent_as('upstreamNodeId'))
    downstream_node_id: NodeReference = field(metadata=sent_as('downstreamNodeId'))
    reference_lanes: ReferenceLane | None = field(metadata=sent_as('referenceLanes'))


@flags('ReferenceLanes')
class ReferenceLane(IntFlag):
    """ReferenceLanes of RSI."""

    RESERVED = 1 << 0
    LANE1 = 1 << 1
    LANE2 = 1 << 2
    LANE3 = 1 << 3
    LANE4 = 1 << 4
    LANE5 = 1 << 5
    LANE6 = 1 << 6
    LANE7 = 1 << 7
    LANE8 = 1 << 8
    LANE9 = 1 << 9
    LANE10 = 1 << 10
    LANE11 = 1 << 11
    LANE12 = 1 << 12
    LANE13 = 1 << 13
    LANE14 = 1 << 14
    LANE15 = 1 << 15
