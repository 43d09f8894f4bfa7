# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Number, id and time that every message of the second phase begins with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from icv_v2x.message_set.records.common import Position
from icv_v2x.transmit.outgoing import second_in_minute, whole_millisecond

if TYPE_CHECKING:
    from icv_v2x.transmit.identity import TemporaryIdentity
    from icv_v2x.transmit.own_state import OwnState


@dataclass(frozen=True)
class Stamp:
    """Head of a message.

    Attributes:
        message_count: 0..127.
        id: Temporary id, eight octets, big-endian.
        time: A whole millisecond [ns since the Unix epoch].
        second: Of that time in its minute [s].
    """

    message_count: int
    id: int
    time: int
    second: float


def stamp(identity: TemporaryIdentity, kind: str, time: int) -> Stamp:
    """Give a message its head.

    Args:
        identity: Of the sender; counts the message.
        kind: Type name of the message; each type is counted for itself.
        time: Of what the message says [ns since the Unix epoch].

    Returns:
        The head.
    """
    time = whole_millisecond(time)
    return Stamp(identity.next_count(kind), identity.temporary_id, time, second_in_minute(time))


def position_of(state: OwnState) -> Position:
    """Return the position of a state; its height is not sent, as in basic safety messages."""
    return Position(state.latitude, state.longitude, float('nan'))
