# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Platooning management (CLPMM)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from icv_v2x.message_set.records.registry import enumeration, record, sent_as


@record('CLPMM')
@dataclass(frozen=True)
class PlatooningMessage:
    """Platooning message: CLPMM of T/CSAE 157-2020.

    Attributes:
        message_count: Counter of the sender, 0..127, one up per message.
        id: Id, eight octets, big-endian.
        second: Time in its minute [s]; NaN unavailable.
        platoon_id: Platoon id, 17 bytes (VIN length), octets.
        role: Role.
        status: Status.
        leading: Leading; None absent.
    """

    message_count: int = field(metadata=sent_as('msgCnt'))
    id: int = field(metadata=sent_as('id'))
    second: float = field(metadata=sent_as('secMark'))
    platoon_id: bytes = field(metadata=sent_as('pid'))
    role: RoleInPlatooning = field(metadata=sent_as('role'))
    status: StatusInPlatooning = field(metadata=sent_as('status'))
    leading: MemberManagement | None = field(metadata=sent_as('leadingExt'))


@record('MemberManagement')
@dataclass(frozen=True)
class MemberManagement:
    """Member management: MemberManagement of T/CSAE 157-2020.

    Attributes:
        member_list: Members, from the front to the rear, 1..32.
        joining_list: Joining list, 1..32; empty where absent.
        leaving_list: Leaving list, 1..32; empty where absent.
        capacity: Most members.
        open_to_join: Open to join.
    """

    member_list: tuple[MemberNode, ...] = field(metadata=sent_as('memberList'))
    joining_list: tuple[MemberNode, ...] = field(metadata=sent_as('joiningList'))
    leaving_list: tuple[MemberNode, ...] = field(metadata=sent_as('leavingList'))
    capacity: int = field(metadata=sent_as('capacity'))
    open_to_join: bool = field(metadata=sent_as('openToJoin'))


@enumeration('RoleInPlatooning')
class RoleInPlatooning(IntEnum):
    """RoleInPlatooning of Platooning."""

    LEADER = 0
    FOLLOWER = 1
    TAIL = 2
    FREE_VEHICLE = 3


@enumeration('StatusInPlatooning')
class StatusInPlatooning(IntEnum):
    """StatusInPlatooning of Platooning."""

    NAVIGATING = 0
    BEGIN_TO_DISMISS = 1
    ASK_FOR_JOINING = 2
    JOINING = 3
    FOLLOWING = 4
    ASK_FOR_LEAVING = 5
    LEAVING = 6


@record('MemberNode')
@dataclass(frozen=True)
class MemberNode:
    """Member node: MemberNode of T/CSAE 157-2020.

    Attributes:
        vehicle_id: Vehicle id, eight octets, big-endian.
    """

    vehicle_id: int = field(metadata=sent_as('vid'))
