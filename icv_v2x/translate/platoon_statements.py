# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What one vehicle says of its part in a platoon, and what no honest vehicle says."""

from __future__ import annotations

from dataclasses import dataclass

from icv_v2x.message_set.records.clpmm import RoleInPlatooning, StatusInPlatooning
from icv_v2x.translate.refusals import RefusalReason

PLATOON_ID_OCTETS = 17
MOST_MEMBERS = 32

_Role, _Status = RoleInPlatooning, StatusInPlatooning
PERMITTED = {
    _Role.LEADER: (_Status.NAVIGATING, _Status.BEGIN_TO_DISMISS),
    _Role.FOLLOWER: (_Status.FOLLOWING, _Status.ASK_FOR_LEAVING, _Status.LEAVING),
    _Role.TAIL: (_Status.FOLLOWING, _Status.ASK_FOR_LEAVING, _Status.LEAVING),
    _Role.FREE_VEHICLE: (_Status.ASK_FOR_JOINING, _Status.JOINING, _Status.LEAVING),
}
"""What a vehicle can be doing in each role; a free vehicle that is leaving has left."""


@dataclass(frozen=True)
class PlatoonStatement:
    """What one message says.

    Attributes:
        sender_id: Temporary id of the sender, as in its basic safety messages.
        time: Instant of the message [ns since the Unix epoch].
        platoon_id: 17 octets.
        role: What the sender is.
        status: What it is doing.
        members: Ids from the front to the rear, the sender's first; of leaders only.
        joining: Ids of those on their way in.
        leaving: Ids of those on their way out.
        capacity: Most members, 0 where it does not lead.
        open_to_join: Whether others may join.
        verification: Value of `inputs.Verification` of the message.
        signer: Certificate digest of the message, 0: none given.
    """

    sender_id: int
    time: int
    platoon_id: bytes
    role: RoleInPlatooning
    status: StatusInPlatooning
    members: tuple[int, ...] = ()
    joining: tuple[int, ...] = ()
    leaving: tuple[int, ...] = ()
    capacity: int = 0
    open_to_join: bool = False
    verification: int = 0
    signer: int = 0

    @property
    def leads(self) -> bool:
        """Whether the sender leads."""
        return self.role == RoleInPlatooning.LEADER


def fault_of(statement: PlatoonStatement) -> RefusalReason | None:
    """Return what cannot be in a statement, None where it can be.

    A list that names a vehicle twice puts it in front of itself: circular. One that lets go whom
    it does not hold is dangling. Roles, status and lists that exclude each other are
    contradictory; the id 0, which nobody draws, and more members than there is room for are
    impossible values.

    Args:
        statement: What was said.
    """
    if not statement.sender_id or not any(statement.platoon_id):
        return RefusalReason.IMPOSSIBLE_VALUE
    if statement.status not in PERMITTED[statement.role]:
        return RefusalReason.CONTRADICTORY
    if not statement.leads:
        listed = statement.members or statement.joining or statement.leaving
        return RefusalReason.CONTRADICTORY if listed or statement.capacity else None
    return _fault_of_lists(statement)


def _fault_of_lists(statement: PlatoonStatement) -> RefusalReason | None:
    members, joining, leaving = (
        set(one) for one in (statement.members, statement.joining, statement.leaving))
    listed = (statement.members, statement.joining, statement.leaving)
    repeated = any(len(one) != len(set(one)) for one in listed)
    leads = bool(statement.members) and statement.members[0] == statement.sender_id
    excluded = statement.sender_id in leaving or joining & members or joining & leaving
    room = len(members) <= statement.capacity <= MOST_MEMBERS
    for fault, reason in (
        (not leads, RefusalReason.CONTRADICTORY),
        (0 in members | joining or not room, RefusalReason.IMPOSSIBLE_VALUE),
        (repeated, RefusalReason.CIRCULAR),
        (excluded, RefusalReason.CONTRADICTORY),
        (not leaving <= members, RefusalReason.DANGLING_NODE),
    ):
        if fault:
            return reason
    return None
