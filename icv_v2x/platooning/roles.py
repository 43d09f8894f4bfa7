# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The states of a vehicle towards platoons, what leads from one to the other, and what is told.

`TRANSITIONS` is the whole behaviour: a row is a state, an event and the state that follows; rows
of one state are tried from above. `TIME_OUTS` names the parameter that bounds each state that
cannot last. `TOLD` says with which role and status of T/CSAE 157 others hear of it.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from icv_v2x.message_set.records.clpmm import RoleInPlatooning, StatusInPlatooning

if TYPE_CHECKING:
    from collections.abc import Container


class State(IntEnum):
    """Where a vehicle stands (constants of `icv_v2x_msgs/PlatoonPlan`)."""

    FREE = 0
    LEADING = 1
    DISSOLVING = 2
    ASKING = 3
    JOINING = 4
    FOLLOWING = 5
    CUT_IN = 6
    LEADER_LOST = 7
    ASKING_TO_LEAVE = 8
    LEAVING = 9
    PARTING = 10


class Event(IntEnum):
    """What makes a state change."""

    POSE_LOST = 0
    ASKED_TO_LEAD = 1
    PLATOON_AHEAD = 2
    WITHDRAWN = 3
    ADMITTED = 4
    REFUSED = 5
    GAP_CLOSED = 6
    GAP_OPEN = 7
    DISMISSED = 8
    STRUCK_OFF = 9
    RELEASED = 10
    LEADER_SILENT = 11
    LEADER_HEARD = 12
    INTRUDER = 13
    INTRUDER_GONE = 14
    SPLIT_DUE = 15
    HEIR = 16
    ALONE = 17
    TIME_OUT = 18


_S, _E = State, Event
TRANSITIONS: tuple[tuple[State, Event, State], ...] = (
    (_S.FREE, _E.ASKED_TO_LEAD, _S.LEADING),
    (_S.FREE, _E.PLATOON_AHEAD, _S.ASKING),

    (_S.LEADING, _E.POSE_LOST, _S.FREE),
    (_S.LEADING, _E.WITHDRAWN, _S.DISSOLVING),
    (_S.LEADING, _E.ALONE, _S.FREE),
    (_S.DISSOLVING, _E.POSE_LOST, _S.FREE),
    (_S.DISSOLVING, _E.ALONE, _S.FREE),
    (_S.DISSOLVING, _E.TIME_OUT, _S.FREE),

    (_S.ASKING, _E.POSE_LOST, _S.FREE),
    (_S.ASKING, _E.WITHDRAWN, _S.FREE),
    (_S.ASKING, _E.ADMITTED, _S.JOINING),
    (_S.ASKING, _E.REFUSED, _S.FREE),
    (_S.ASKING, _E.TIME_OUT, _S.FREE),

    (_S.JOINING, _E.POSE_LOST, _S.FREE),
    (_S.JOINING, _E.WITHDRAWN, _S.PARTING),
    (_S.JOINING, _E.LEADER_SILENT, _S.PARTING),
    (_S.JOINING, _E.DISMISSED, _S.PARTING),
    (_S.JOINING, _E.STRUCK_OFF, _S.PARTING),
    (_S.JOINING, _E.GAP_CLOSED, _S.FOLLOWING),
    (_S.JOINING, _E.TIME_OUT, _S.PARTING),

    (_S.FOLLOWING, _E.POSE_LOST, _S.FREE),
    (_S.FOLLOWING, _E.WITHDRAWN, _S.ASKING_TO_LEAVE),
    (_S.FOLLOWING, _E.DISMISSED, _S.LEAVING),
    (_S.FOLLOWING, _E.STRUCK_OFF, _S.LEAVING),
    (_S.FOLLOWING, _E.LEADER_SILENT, _S.LEADER_LOST),
    (_S.FOLLOWING, _E.INTRUDER, _S.CUT_IN),

    (_S.CUT_IN, _E.POSE_LOST, _S.FREE),
    (_S.CUT_IN, _E.WITHDRAWN, _S.ASKING_TO_LEAVE),
    (_S.CUT_IN, _E.DISMISSED, _S.LEAVING),
    (_S.CUT_IN, _E.STRUCK_OFF, _S.LEAVING),
    (_S.CUT_IN, _E.LEADER_SILENT, _S.LEADER_LOST),
    (_S.CUT_IN, _E.INTRUDER_GONE, _S.FOLLOWING),
    (_S.CUT_IN, _E.SPLIT_DUE, _S.LEADING),
    (_S.CUT_IN, _E.TIME_OUT, _S.ASKING_TO_LEAVE),

    (_S.LEADER_LOST, _E.POSE_LOST, _S.FREE),
    (_S.LEADER_LOST, _E.WITHDRAWN, _S.LEAVING),
    (_S.LEADER_LOST, _E.LEADER_HEARD, _S.FOLLOWING),
    (_S.LEADER_LOST, _E.HEIR, _S.LEADING),
    (_S.LEADER_LOST, _E.TIME_OUT, _S.LEAVING),

    (_S.ASKING_TO_LEAVE, _E.POSE_LOST, _S.FREE),
    (_S.ASKING_TO_LEAVE, _E.RELEASED, _S.LEAVING),
    (_S.ASKING_TO_LEAVE, _E.DISMISSED, _S.LEAVING),
    (_S.ASKING_TO_LEAVE, _E.STRUCK_OFF, _S.LEAVING),
    (_S.ASKING_TO_LEAVE, _E.LEADER_SILENT, _S.LEAVING),
    (_S.ASKING_TO_LEAVE, _E.TIME_OUT, _S.LEAVING),

    (_S.LEAVING, _E.POSE_LOST, _S.FREE),
    (_S.LEAVING, _E.GAP_OPEN, _S.PARTING),
    (_S.LEAVING, _E.TIME_OUT, _S.PARTING),

    (_S.PARTING, _E.POSE_LOST, _S.FREE),
    (_S.PARTING, _E.TIME_OUT, _S.FREE),
)

TIME_OUTS: dict[State, str] = {
    State.DISSOLVING: 'leave_time',
    State.ASKING: 'answer_time',
    State.JOINING: 'join_time',
    State.CUT_IN: 'cut_in_time',
    State.LEADER_LOST: 'leader_time',
    State.ASKING_TO_LEAVE: 'answer_time',
    State.LEAVING: 'leave_time',
    State.PARTING: 'parting_time',
}
"""State to the parameter of the group `platooning` that bounds it [s]."""

_Role, _Status = RoleInPlatooning, StatusInPlatooning
TOLD: dict[State, tuple[RoleInPlatooning, StatusInPlatooning]] = {
    State.LEADING: (_Role.LEADER, _Status.NAVIGATING),
    State.DISSOLVING: (_Role.LEADER, _Status.BEGIN_TO_DISMISS),
    State.ASKING: (_Role.FREE_VEHICLE, _Status.ASK_FOR_JOINING),
    State.JOINING: (_Role.FREE_VEHICLE, _Status.JOINING),
    State.FOLLOWING: (_Role.FOLLOWER, _Status.FOLLOWING),
    State.CUT_IN: (_Role.FOLLOWER, _Status.FOLLOWING),
    State.LEADER_LOST: (_Role.FOLLOWER, _Status.FOLLOWING),
    State.ASKING_TO_LEAVE: (_Role.FOLLOWER, _Status.ASK_FOR_LEAVING),
    State.LEAVING: (_Role.FOLLOWER, _Status.LEAVING),
    State.PARTING: (_Role.FREE_VEHICLE, _Status.LEAVING),
}
"""State to what others hear of it; the last of a platoon is its tail instead of a follower.

Of FREE nothing is told."""

HEADS = frozenset({State.LEADING, State.DISSOLVING})
"""States of who leads."""

ENROLLED = frozenset({
    State.FOLLOWING, State.CUT_IN, State.LEADER_LOST, State.ASKING_TO_LEAVE, State.LEAVING})
"""States of who is a member behind the leader."""


def following(state: State, events: Container[Event]) -> tuple[State, Event] | None:
    """Return the state that follows and what led there, None where the state stays.

    Args:
        state: The present one.
        events: What holds.
    """
    for before, event, after in TRANSITIONS:
        if before == state and event in events:
            return after, event
    return None
