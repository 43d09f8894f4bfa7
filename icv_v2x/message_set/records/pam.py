# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parking area map (PAM)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

from icv_v2x.message_set.records.common import Position
from icv_v2x.message_set.records.map_common import RoadPoint
from icv_v2x.message_set.records.position_offset import PositionOffset
from icv_v2x.message_set.records.registry import enumeration, flags, record, sent_as


@record('PAMData')
@dataclass(frozen=True)
class ParkingAreaMap:
    """Parking area map: PAMData of T/CSAE 157-2020.

    Attributes:
        message_count: Counter of the sender, 0..127, one up per message.
        time_of_year: Time of year, since the UTC year began, in whole minutes [s]; NaN
            unavailable.
        parking_lot_info: Parking lot info.
        nodes: Nodes, 1..63.
        parking_area_guidance: Parking area guidance, 1..16; empty where absent.
    """

    message_count: int = field(metadata=sent_as('msgCnt'))
    time_of_year: float = field(metadata=sent_as('timeStamp'))
    parking_lot_info: ParkingLotInfo = field(metadata=sent_as('parkingLotInfo'))
    nodes: tuple[ParkingNode, ...] = field(metadata=sent_as('pamNodes'))
    parking_area_guidance: tuple[ParkingGuide, ...] = field(
        metadata=sent_as('parkingAreaGuidance'))


@record('ParkingLotInfo')
@dataclass(frozen=True)
class ParkingLotInfo:
    """Parking lot info: ParkingLotInfo of T/CSAE 157-2020.

    Attributes:
        id: Id; None absent.
        name: Name, text; None absent.
        number: Number; None absent.
        building_layer_num: Building layer num; None absent.
        avp_type: Avp type; None absent.
    """

    id: int | None = field(metadata=sent_as('id'))
    name: str | None = field(metadata=sent_as('name'))
    number: int | None = field(metadata=sent_as('number'))
    building_layer_num: int | None = field(metadata=sent_as('buildingLayerNum'))
    avp_type: AutomatedParkingType | None = field(metadata=sent_as('avpType'))


@enumeration('AVPType')
class AutomatedParkingType(IntEnum):
    """AVPType of PAM."""

    P0 = 0
    P1 = 1
    P2 = 2
    P3 = 3
    P4 = 4
    P5 = 5


@record('PAMNode')
@dataclass(frozen=True)
class ParkingNode:
    """Parking node: PAMNode of T/CSAE 157-2020.

    Attributes:
        id: Id.
        reference_position: Reference position.
        floor: Floor number; None absent.
        attributes: Attributes, bits; None absent.
        drives: Drives that end at the node, 1..63; empty where absent.
    """

    id: int = field(metadata=sent_as('id'))
    reference_position: Position = field(metadata=sent_as('refPos'))
    floor: int | None = field(metadata=sent_as('floor'))
    attributes: ParkingNodeAttribute | None = field(metadata=sent_as('attributes'))
    drives: tuple[ParkingDrive, ...] = field(metadata=sent_as('inDrives'))


@flags('PAMNodeAttributes')
class ParkingNodeAttribute(IntFlag):
    """PAMNodeAttributes of PAM."""

    ENTRANCE = 1 << 0
    EXIT = 1 << 1
    TO_UPSTAIR = 1 << 2
    TO_DOWNSTAIR = 1 << 3
    ETC = 1 << 4
    MTC = 1 << 5
    PASS_AFTER_PAYMENT = 1 << 6
    BLOCKED = 1 << 7


@record('PAMDrive')
@dataclass(frozen=True)
class ParkingDrive:
    """Parking drive: PAMDrive of T/CSAE 157-2020.

    Attributes:
        upstream_pam_node_id: Upstream pam node id.
        drive_id: Drive id; None absent.
        two_way_separation: Two way separation; None absent.
        speed_limit: Speed limit [m/s]; NaN unavailable.
        height_restriction: Height restriction [m]; NaN unavailable.
        drive_width: Drive width [m]; NaN unavailable.
        lane_num: Lane num; None absent.
        points: Points, 2..31; empty where absent.
        movements: Nodes that the drive leads to, 1..32; empty where absent.
        parking_slots: Parking slots, 1..256; empty where absent.
    """

    upstream_pam_node_id: int = field(metadata=sent_as('upstreamPAMNodeId'))
    drive_id: int | None = field(metadata=sent_as('driveID'))
    two_way_separation: bool | None = field(metadata=sent_as('twowaySepration'))
    speed_limit: float = field(metadata=sent_as('speedLimit'))
    height_restriction: float = field(metadata=sent_as('heightRestriction'))
    drive_width: float = field(metadata=sent_as('driveWidth'))
    lane_num: int | None = field(metadata=sent_as('laneNum'))
    points: tuple[RoadPoint, ...] = field(metadata=sent_as('points'))
    movements: tuple[int, ...] = field(metadata=sent_as('movements'))
    parking_slots: tuple[ParkingSlot, ...] = field(metadata=sent_as('parkingSlots'))


@record('ParkingSlot')
@dataclass(frozen=True)
class ParkingSlot:
    """Parking slot: ParkingSlot of T/CSAE 157-2020.

    Attributes:
        slot_id: Slot id.
        position: Position; None absent.
        sign: Sign, text; None absent.
        parking_type: Parking type, bits.
        status: Status.
        parking_space_theta: Parking space theta.
        parking_lock: Parking lock.
    """

    slot_id: int = field(metadata=sent_as('slotID'))
    position: ParkingSlotPosition | None = field(metadata=sent_as('position'))
    sign: str | None = field(metadata=sent_as('sign'))
    parking_type: ParkingType = field(metadata=sent_as('parkingType'))
    status: SlotStatus = field(metadata=sent_as('status'))
    parking_space_theta: ParkingSpaceTheta = field(metadata=sent_as('parkingSpaceTheta'))
    parking_lock: ParkingLock = field(metadata=sent_as('parkingLock'))


@record('ParkingSlotPosition')
@dataclass(frozen=True)
class ParkingSlotPosition:
    """Parking slot position: ParkingSlotPosition of T/CSAE 157-2020.

    Attributes:
        top_left: Top left.
        top_right: Top right.
        bottom_left: Bottom left.
    """

    top_left: PositionOffset = field(metadata=sent_as('topLeft'))
    top_right: PositionOffset = field(metadata=sent_as('topRight'))
    bottom_left: PositionOffset = field(metadata=sent_as('bottomLeft'))


@enumeration('ParkingLock')
class ParkingLock(IntEnum):
    """ParkingLock of PAM."""

    UNKNOWN = 0
    NOLOCK = 1
    LOCKED = 2
    UNLOCKED = 3


@enumeration('ParkingSpaceTheta')
class ParkingSpaceTheta(IntEnum):
    """ParkingSpaceTheta of PAM."""

    UNKNOWN = 0
    VERTICAL = 1
    SIDE = 2
    OBLIQUE = 3


@enumeration('SlotStatus')
class SlotStatus(IntEnum):
    """SlotStatus of PAM."""

    UNKNOWN = 0
    AVAILABLE = 1
    OCCUPIED = 2
    RESERVED = 3


@flags('ParkingType')
class ParkingType(IntFlag):
    """ParkingType of PAM."""

    UNKNOWN = 1 << 0
    ORDINARY = 1 << 1
    DISABLED = 1 << 2
    MINI = 1 << 3
    ATTACHED = 1 << 4
    CHARGING = 1 << 5
    STEREO = 1 << 6
    LADY = 1 << 7
    EXTENDED = 1 << 8
    PRIVATE = 1 << 9


@record('ParkingGuide')
@dataclass(frozen=True)
class ParkingGuide:
    """Parking guide: ParkingGuide of T/CSAE 157-2020.

    Attributes:
        vehicle_id: Vehicle id, eight octets, big-endian.
        drive_path: Nodes to drive along, 1..32.
        target_parking_slot: Target parking slot; None absent.
    """

    vehicle_id: int = field(metadata=sent_as('vehId'))
    drive_path: tuple[int, ...] = field(metadata=sent_as('drivePath'))
    target_parking_slot: int | None = field(metadata=sent_as('targetParkingSlot'))
