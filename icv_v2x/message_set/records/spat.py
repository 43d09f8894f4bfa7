# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Signal phase and timing (SPAT)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

from icv_v2x.message_set.records.map_common import NodeReference
from icv_v2x.message_set.records.registry import enumeration, flags, record, sent_as


@record('SPAT')
@dataclass(frozen=True)
class SignalPhaseAndTiming:
    """Signal phase and timing: SPAT of T/CSAE 53-2020.

    Attributes:
        message_count: Counter of the sender, 0..127, one up per message.
        time_of_year: Time of year, since the UTC year began, in whole minutes [s]; NaN
            unavailable.
        second: Time in its minute [s]; NaN unavailable.
        name: Name, text; None absent.
        intersections: Intersections, 1..32.
    """

    message_count: int = field(metadata=sent_as('msgCnt'))
    time_of_year: float = field(metadata=sent_as('moy'))
    second: float = field(metadata=sent_as('timeStamp'))
    name: str | None = field(metadata=sent_as('name'))
    intersections: tuple[IntersectionState, ...] = field(metadata=sent_as('intersections'))


@record('IntersectionState')
@dataclass(frozen=True)
class IntersectionState:
    """Intersection state: IntersectionState of T/CSAE 53-2020.

    Attributes:
        intersection_id: Node of the map that the signals belong to.
        status: Status, bits.
        time_of_year: Time of year, since the UTC year began, in whole minutes [s]; NaN
            unavailable.
        second: Time in its minute [s]; NaN unavailable.
        time_confidence: Time confidence, 95 % [s]; NaN unavailable.
        phases: State of every signal phase, 1..16.
    """

    intersection_id: NodeReference = field(metadata=sent_as('intersectionId'))
    status: IntersectionStatus = field(metadata=sent_as('status'))
    time_of_year: float = field(metadata=sent_as('moy'))
    second: float = field(metadata=sent_as('timeStamp'))
    time_confidence: float = field(metadata=sent_as('timeConfidence'))
    phases: tuple[Phase, ...] = field(metadata=sent_as('phases'))


@flags('IntersectionStatusObject')
class IntersectionStatus(IntFlag):
    """IntersectionStatusObject of SignalPhaseAndTiming."""

    MANUAL_CONTROL_IS_ENABLED = 1 << 0
    STOP_TIME_IS_ACTIVATED = 1 << 1
    FAILURE_FLASH = 1 << 2
    PREEMPT_IS_ACTIVE = 1 << 3
    SIGNAL_PRIORITY_IS_ACTIVE = 1 << 4
    FIXED_TIME_OPERATION = 1 << 5
    TRAFFIC_DEPENDENT_OPERATION = 1 << 6
    STANDBY_OPERATION = 1 << 7
    FAILURE_MODE = 1 << 8
    OFF = 1 << 9
    RECENT_MA_PMESSAGE_UPDATE = 1 << 10
    RECENT_CHANGE_IN_MA_PASSIGNED_LANES_I_DS_USED = 1 << 11
    NO_VALID_MA_PIS_AVAILABLE_AT_THIS_TIME = 1 << 12
    NO_VALID_SPA_TIS_AVAILABLE_AT_THIS_TIME = 1 << 13


@record('Phase')
@dataclass(frozen=True)
class Phase:
    """Phase: Phase of T/CSAE 53-2020.

    Attributes:
        id: Id; None unknown.
        states: States in the order in which they follow, 1..16.
    """

    id: int | None = field(metadata=sent_as('id'))
    states: tuple[PhaseState, ...] = field(metadata=sent_as('phaseStates'))


@record('PhaseState')
@dataclass(frozen=True)
class PhaseState:
    """Phase state: PhaseState of T/CSAE 53-2020.

    Attributes:
        light: What the light shows.
        timing: When the state begins and ends, one of them; None absent.
    """

    light: LightState = field(metadata=sent_as('light'))
    timing: TimeCountingDown | UTCTiming | None = field(metadata=sent_as('timing'))


@enumeration('LightState')
class LightState(IntEnum):
    """LightState of SignalPhaseAndTiming."""

    UNAVAILABLE = 0
    DARK = 1
    FLASHING_RED = 2
    RED = 3
    FLASHING_GREEN = 4
    PERMISSIVE_GREEN = 5
    PROTECTED_GREEN = 6
    YELLOW = 7
    FLASHING_YELLOW = 8


@record('UTCTiming')
@dataclass(frozen=True)
class UTCTiming:
    """Utc timing: UTCTiming of T/CSAE 53-2020.

    Attributes:
        start: Begin of the state, in its UTC hour [s]; inf beyond an hour; NaN unavailable.
        minimum_end: Earliest end, in its UTC hour [s]; inf beyond an hour; NaN unavailable.
        maximum_end: Latest end, in its UTC hour [s]; inf beyond an hour; NaN unavailable.
        likely_end: Likely end, in its UTC hour [s]; inf beyond an hour; NaN unavailable.
        confidence: Confidence, 0..1; NaN unavailable.
        next_start: Next begin of the state, in its UTC hour [s]; inf beyond an hour; NaN
            unavailable.
        next_end: Next end of the state, in its UTC hour [s]; inf beyond an hour; NaN unavailable.
    """

    start: float = field(metadata=sent_as('startUTCTime'))
    minimum_end: float = field(metadata=sent_as('minEndUTCTime'))
    maximum_end: float = field(metadata=sent_as('maxEndUTCTime'))
    likely_end: float = field(metadata=sent_as('likelyEndUTCTime'))
    confidence: float = field(metadata=sent_as('timeConfidence'))
    next_start: float = field(metadata=sent_as('nextStartUTCTime'))
    next_end: float = field(metadata=sent_as('nextEndUTCTime'))


@record('TimeCountingDown')
@dataclass(frozen=True)
class TimeCountingDown:
    """Time counting down: TimeCountingDown of T/CSAE 53-2020.

    Attributes:
        start: From now to the begin of the state, 0 where it holds [s]; inf beyond an hour; NaN
            unavailable.
        minimum_end: From now to the earliest end [s]; inf beyond an hour; NaN unavailable.
        maximum_end: From now to the latest end [s]; inf beyond an hour; NaN unavailable.
        likely_end: From now to the likely end [s]; inf beyond an hour; NaN unavailable.
        confidence: Confidence, 0..1; NaN unavailable.
        next_start: From now to the next begin of the state [s]; inf beyond an hour; NaN
            unavailable.
        next_duration: How long it will last then [s]; inf beyond an hour; NaN unavailable.
    """

    start: float = field(metadata=sent_as('startTime'))
    minimum_end: float = field(metadata=sent_as('minEndTime'))
    maximum_end: float = field(metadata=sent_as('maxEndTime'))
    likely_end: float = field(metadata=sent_as('likelyEndTime'))
    confidence: float = field(metadata=sent_as('timeConfidence'))
    next_start: float = field(metadata=sent_as('nextStartTime'))
    next_duration: float = field(metadata=sent_as('nextDuration'))
