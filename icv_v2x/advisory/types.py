# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The vocabulary of advisories: scenarios, applications, levels, actions, the advisory."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

NAN = float('nan')


class Scenario(IntEnum):
    """The ten scenarios of the vehicle-road-cloud programme."""

    TRAFFIC_SIGNAL = 1
    TRAFFIC_INCIDENT = 2
    VRU_COLLISION_AVOIDANCE = 3
    EMERGENCY_COLLISION_AVOIDANCE = 4
    MERGE_DIVERGE = 5
    TRAFFIC_MANAGEMENT = 6
    SPECIAL_VEHICLE = 7
    PERCEPTION_SHARING = 8
    PARKING_GUIDANCE = 9
    PLATOONING = 10


class Application(IntEnum):
    """Applications of T/CSAE 53-2020 and T/CSAE 157-2020."""

    GLOSA = 1
    RLVW = 2
    HLW = 3
    AVW = 4
    CLW = 5
    TJW = 6
    VRUCW = 7
    FCW = 8
    EBW = 9
    ICW = 10
    LTA = 11
    BSW = 12
    LCW = 13
    DNPW = 14
    CVM = 15
    CLC = 16
    CIP = 17
    SLW = 18
    IVS = 19
    DLM = 20
    EVW = 21
    CHPVP = 22
    SDS = 23
    GSPA = 24
    CPM = 25

    @property
    def scenario(self) -> Scenario:
        """The scenario that the application belongs to."""
        return _SCENARIO[self]


_MEMBERS = {
    Scenario.TRAFFIC_SIGNAL: (Application.GLOSA, Application.RLVW),
    Scenario.TRAFFIC_INCIDENT: (
        Application.HLW, Application.AVW, Application.CLW, Application.TJW,
    ),
    Scenario.VRU_COLLISION_AVOIDANCE: (Application.VRUCW,),
    Scenario.EMERGENCY_COLLISION_AVOIDANCE: (
        Application.FCW, Application.EBW, Application.ICW, Application.LTA,
        Application.BSW, Application.LCW, Application.DNPW,
    ),
    Scenario.MERGE_DIVERGE: (Application.CVM, Application.CLC, Application.CIP),
    Scenario.TRAFFIC_MANAGEMENT: (Application.SLW, Application.IVS, Application.DLM),
    Scenario.SPECIAL_VEHICLE: (Application.EVW, Application.CHPVP),
    Scenario.PERCEPTION_SHARING: (Application.SDS,),
    Scenario.PARKING_GUIDANCE: (Application.GSPA,),
    Scenario.PLATOONING: (Application.CPM,),
}
_SCENARIO = {member: scenario for scenario, members in _MEMBERS.items() for member in members}


class Level(IntEnum):
    """How urgent an advisory is; WARNING and above are actionable, IMMINENT is brake-level.

    NONE never leaves the package: it marks a candidate that only its exit thresholds keep alive.
    """

    NONE = 0
    INFO = 1
    CAUTION = 2
    WARNING = 3
    IMMINENT = 4


class Action(IntEnum):
    """What the planning stack is advised to do."""

    NONE = 0
    MONITOR = 1
    SLOW_DOWN = 2
    STOP = 3
    BRAKE = 4
    YIELD = 5
    KEEP_LANE = 6
    CHANGE_LANE_LEFT = 7
    CHANGE_LANE_RIGHT = 8
    MERGE = 9
    SPEED_ADVICE = 10
    CLEAR_THE_WAY = 11
    PARK = 12


class Mode(IntEnum):
    """State of the package (constants of `icv_v2x_msgs/AdvisoryArray`)."""

    INIT = 0
    READY = 1
    ACTIVE = 2
    DEGRADED = 3
    INHIBITED = 4
    FAULT = 5


class Ceiling(NamedTuple):
    """The highest level that a subject may cause, and what bounds it."""

    level: Level
    why: str


FREE = Ceiling(Level.IMMINENT, '')
LOST = Ceiling(Level.NONE, 'lost')


@dataclass(frozen=True)
class Advisory:
    """One advisory, or a candidate for one; the fields are those of `icv_v2x_msgs/Advisory`.

    Attributes:
        application: Application that speaks; it implies the scenario.
        level: Urgency.
        action: What is advised.
        subject_ids: Ids of the objects concerned, as `Tracks.name` gives them.
        time_to_conflict: [s] to the first overlap of the unenlarged footprints.
        time_to_conflict_end: [s] to the end of that overlap.
        post_encroachment_time: [s], NaN where the footprints overlap.
        conflict_x: [m] first contact in `map`.
        conflict_y: [m].
        conflict_z: [m].
        distance: [m] from the ego's front to the contact along the ego path.
        gap: [m] bumper to bumper along the ego path now.
        closing_speed: [m/s] at which that gap shrinks; the ego speed where the subject crosses.
        required_deceleration: [m/s2] constant ego deceleration from now that avoids the contact.
        speed_min: [m/s] advised interval.
        speed_max: [m/s].
        lane_id: Advised or concerned lane, -1: none.
        probability: Of the conflict [0..1].
        data_age: [s] of the oldest input that decided.
        verified: Every deciding input came with a verified signature.
        corroborated: An independent second source sees the subject.
        reason: One short English sentence with the numbers that decided.
        stop_profile_time: [s] instants of a profile that avoids the contact, for IMMINENT.
        stop_profile_speed: [m/s] ego speed at those instants.
        rule: Name of the rule that decided the level, a value of `rules.LevelRule`.
        source_kinds: Kinds of the inputs that decided, values of `sources.InputKind`.
        source_ages: [s] age of each of them.
        exit_level: Level that the exit thresholds still hold, at least `level`; a level in force
            does not fall while it is reached.
        id: Stable number of the situation, given by the arbiter (0 in a candidate).
        valid_until: [ns since the Unix epoch], given by the arbiter.
    """

    application: Application
    level: Level
    action: Action
    subject_ids: tuple[str, ...]
    reason: str
    time_to_conflict: float = NAN
    time_to_conflict_end: float = NAN
    post_encroachment_time: float = NAN
    conflict_x: float = NAN
    conflict_y: float = NAN
    conflict_z: float = NAN
    distance: float = NAN
    gap: float = NAN
    closing_speed: float = NAN
    required_deceleration: float = NAN
    speed_min: float = NAN
    speed_max: float = NAN
    lane_id: int = -1
    probability: float = NAN
    data_age: float = NAN
    verified: bool = False
    corroborated: bool = False
    stop_profile_time: tuple[float, ...] = ()
    stop_profile_speed: tuple[float, ...] = ()
    rule: str = ''
    source_kinds: tuple[str, ...] = ()
    source_ages: tuple[float, ...] = ()
    exit_level: Level = Level.NONE
    id: int = 0
    valid_until: int = 0

    @property
    def scenario(self) -> Scenario:
        """The scenario of the application."""
        return self.application.scenario

    @property
    def actionable(self) -> bool:
        """Whether the planning stack is meant to act (WARNING or above)."""
        return self.level >= Level.WARNING
