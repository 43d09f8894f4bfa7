# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What a member of a platoon sends (CLPMM)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from icv_v2x.message_set.records.clpmm import (
    MemberManagement,
    MemberNode,
    PlatooningMessage,
    RoleInPlatooning,
    StatusInPlatooning,
)
from icv_v2x.transmit.outgoing import OutgoingFrame, frame_of_record
from icv_v2x.transmit.stamp import stamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.transmit.identity import TemporaryIdentity

CLPMM = 'CLPMM'
PLATOON_ID_OCTETS = 17


@dataclass(frozen=True)
class Platoon:
    """What only the leader knows and tells.

    Attributes:
        members: Temporary ids from the front to the rear, the leader's first.
        joining: Ids of those on their way in.
        leaving: Ids of those on their way out.
        capacity: Most members.
        open_to_join: Whether others may join.
    """

    members: tuple[int, ...]
    joining: tuple[int, ...] = ()
    leaving: tuple[int, ...] = ()
    capacity: int = 8
    open_to_join: bool = True


def platooning_frame(
    identity: TemporaryIdentity, time: int, platoon_id: bytes, role: RoleInPlatooning,
    status: StatusInPlatooning, *, leading: Platoon | None = None, aid: int = 0,
) -> OutgoingFrame:
    """Tell of the own part in a platoon.

    Args:
        identity: Of the sender.
        time: [ns since the Unix epoch].
        platoon_id: 17 octets.
        role: The own role.
        status: What the vehicle is doing in it.
        leading: The members, where the vehicle leads; None else.
        aid: Application id; no standard names one for this message.

    Returns:
        The frame.

    Raises:
        ValueError: The platoon's id is not 17 octets long.
        MessageError: A value has no encoding.
    """
    if len(platoon_id) != PLATOON_ID_OCTETS:
        raise ValueError(
            f'platoon id {platoon_id.hex()} has {len(platoon_id)} octets, it takes '
            f'{PLATOON_ID_OCTETS}')
    head = stamp(identity, CLPMM, time)
    record = PlatooningMessage(
        message_count=head.message_count, id=head.id, second=head.second, platoon_id=platoon_id,
        role=role, status=status, leading=None if leading is None else MemberManagement(
            member_list=_nodes(leading.members), joining_list=_nodes(leading.joining),
            leaving_list=_nodes(leading.leaving), capacity=leading.capacity,
            open_to_join=leading.open_to_join))
    return frame_of_record(record, head.time, aid=aid)


def _nodes(ids: Sequence[int]) -> tuple[MemberNode, ...]:
    return tuple(MemberNode(number) for number in ids)
