# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What a vehicle is to do in a platoon, field by field as `icv_v2x_msgs/PlatoonPlan` has it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from icv_v2x.platooning.roles import TOLD, State

if TYPE_CHECKING:
    from icv_v2x.message_set.records.clpmm import RoleInPlatooning, StatusInPlatooning

Floats = NDArray[np.float64]


class Control(IntEnum):
    """What the profile rests on (constants of `icv_v2x_msgs/PlatoonPlan`).

    NONE: there is no profile, the vehicle drives by itself. COOPERATIVE: distance, speed and the
    acceleration told by radio. ADAPTIVE: distance and speed, with the larger gap. BLIND: nothing
    is known of the vehicle ahead, the gap opens until the own driving takes over.
    """

    NONE = 0
    COOPERATIVE = 1
    ADAPTIVE = 2
    BLIND = 3


def _no_profile() -> Floats:
    return np.empty(0)


@dataclass(frozen=True)
class PlatoonPlan:
    """State, lists, gap and the profile to drive.

    Attributes:
        stamp: Instant of the plan [ns since the Unix epoch].
        state: Where the vehicle stands.
        reason: One sentence with the numbers that decided.
        platoon_id: 17 octets, empty without a platoon.
        members: Ids from the front to the rear.
        joining: Ids on their way in.
        leaving: Ids on their way out.
        capacity: Most members, 0 where not known.
        open_to_join: Whether others may join.
        place: Of the vehicle in the platoon, 0 the leader's, -1: none.
        control: What the profile rests on.
        ahead: Id of the vehicle right ahead, '' where the radio tells nothing of it.
        gap: To it, bumper to bumper [m], NaN on a free road.
        gap_wanted: [m], NaN likewise.
        time_gap: In force [s], NaN without a profile.
        command: Acceleration to ask the drive for now, its lag undone [m/s2], NaN likewise.
        needed_deceleration: That just avoids contact if the vehicle ahead goes on braking [m/s2].
        time: (k,) [s] from the stamp; empty without a profile.
        distance: (k,) [m] from the present place.
        speed: (k,) [m/s].
        acceleration: (k,) [m/s2].
    """

    stamp: int
    state: State
    reason: str
    platoon_id: bytes = b''
    members: tuple[int, ...] = ()
    joining: tuple[int, ...] = ()
    leaving: tuple[int, ...] = ()
    capacity: int = 0
    open_to_join: bool = False
    place: int = -1
    control: Control = Control.NONE
    ahead: str = ''
    gap: float = math.nan
    gap_wanted: float = math.nan
    time_gap: float = math.nan
    command: float = math.nan
    needed_deceleration: float = 0.0
    time: Floats = field(default_factory=_no_profile)
    distance: Floats = field(default_factory=_no_profile)
    speed: Floats = field(default_factory=_no_profile)
    acceleration: Floats = field(default_factory=_no_profile)

    @property
    def told(self) -> tuple[RoleInPlatooning, StatusInPlatooning] | None:
        """Role and status that others are told, None where they are told nothing."""
        return told_of(self.state, tail=self.place > 0 and self.place == len(self.members) - 1)


def told_of(
    state: State, *, tail: bool
) -> tuple[RoleInPlatooning, StatusInPlatooning] | None:
    """Return role and status that others are told of a state, None where they are told nothing.

    Args:
        state: Of the vehicle.
        tail: Whether it is the last one of its platoon.
    """
    told = TOLD.get(state)
    if told is None:
        return None
    role, status = told
    return (role.TAIL if tail and role == role.FOLLOWER else role), status
