# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of signals: their store, the speed advice, the warning of red lights."""

from __future__ import annotations

from dataclasses import dataclass

from icv_v2x.parameters.schema import parameter

_TABLE = 'table of the scenario specification'
_RELIABILITY = 'reliability specification'


@dataclass(frozen=True)
class Signals:
    """The signal store."""

    stale_periods: float = parameter(
        3.0, 'A signal is unknown after this many periods of its sender without a message.',
        minimum=1.0, maximum=10.0, source=_RELIABILITY)
    age_maximum: float = parameter(
        2.0, 'A signal is unknown at this age at the latest; older messages are rejected.',
        unit='s', minimum=0.2, maximum=2.0, source=_RELIABILITY)
    forget: float = parameter(
        30.0, 'A signal that is no longer heard stays known as unknown this long.',
        unit='s', minimum=2.0, maximum=600.0)
    maximum: int = parameter(
        4096, 'Phases of all senders kept at most.', minimum=64, maximum=100000, changeable=False)
    end_tolerance: float = parameter(
        1.0, 'Senders whose ends of one light differ by more than this contradict each other.',
        unit='s', minimum=0.2, maximum=10.0)
    horizon: float = parameter(
        600.0, 'How far ahead of the ego along its route signals are looked at.',
        unit='m', minimum=50.0, maximum=5000.0)
    route: float = parameter(
        3000.0, 'How far ahead speed advice looks for further signals.',
        unit='m', minimum=50.0, maximum=10000.0)
    right_on_red: str = parameter(
        'map', 'Whether a right turn may pass a red light: never, where the map allows it, or '
        'always.', choices=('never', 'map', 'always'))


@dataclass(frozen=True)
class GreenLightSpeed:
    """Green light optimal speed advisory (GLOSA)."""

    enabled: bool = parameter(True, 'Whether the application speaks.')
    signals: int = parameter(
        5, 'Signals that are looked at together.', minimum=1, maximum=8, source=_TABLE)
    speed_floor: float = parameter(
        5.556, 'No speed below this is advised; 20 km/h.',
        unit='m/s', minimum=1.0, maximum=15.0, source=_TABLE)
    speed_share: float = parameter(
        0.6, 'No speed below this share of the limit is advised.',
        minimum=0.1, maximum=1.0, source=_TABLE)
    speed_limit: float = parameter(
        13.889, 'Limit where neither map nor sign gives one; 50 km/h.',
        unit='m/s', minimum=3.0, maximum=40.0)
    green_margin: float = parameter(
        1.0, 'Arrival at least this long after the begin of green and the discharge of a queue.',
        unit='s', minimum=0.0, maximum=5.0, source=_TABLE)
    end_margin: float = parameter(
        2.0, 'Arrival at least this long before the earliest end of green.',
        unit='s', minimum=0.0, maximum=10.0, source=_TABLE)
    nearest: float = parameter(
        30.0, 'No advice nearer to the stop line than this.',
        unit='m', minimum=0.0, maximum=100.0, source=_TABLE)
    acceleration: float = parameter(
        1.2, 'Acceleration of the advised profile.', unit='m/s2', minimum=0.3, maximum=3.0)
    deceleration: float = parameter(
        1.2, 'Deceleration of the advised profile, of the stop as well.',
        unit='m/s2', minimum=0.3, maximum=3.0)
    queue_start: float = parameter(
        1.0, 'Time from green until the first of a queue moves off.',
        unit='s', minimum=0.0, maximum=6.0)
    queue_headway: float = parameter(
        1.9, 'Time that every vehicle of a queue takes to pass the stop line.',
        unit='s', minimum=1.0, maximum=5.0,
        source='Highway Capacity Manual, 1900 vehicles an hour and lane')
    leader_time: float = parameter(
        3.0, 'A slower leader nearer than this time gap makes advice useless.',
        unit='s', minimum=0.5, maximum=10.0)
    late_deceleration: float = parameter(
        2.75, 'Deceleration of a profile that slows down late among others who come up behind.',
        unit='m/s2', minimum=0.5, maximum=4.0,
        source='below the 3.05 m/s2 that yellow times count on (ITE, Traffic Signal Timing)')
    kept_room: float = parameter(
        12.0, 'Free way before a stop line or a queue that no vehicle from behind takes.',
        unit='m', minimum=0.0, maximum=100.0)
    roll_speed: float = parameter(
        1.0, 'Who has to wait rolls towards the stop line no slower than this.',
        unit='m/s', minimum=0.5, maximum=10.0)
    confidence: float = parameter(
        0.5, 'Likely ends below this confidence are replaced by the latest ones.',
        minimum=0.0, maximum=1.0)


@dataclass(frozen=True)
class RedLight:
    """Red light violation warning (RLVW) and countdown."""

    enabled: bool = parameter(True, 'Whether the application speaks.')
    surface: str = parameter(
        'dry', 'State of the road: on a wet one all decelerations below are counted on less.',
        choices=('dry', 'wet'))
    wet_share: float = parameter(
        0.7, 'Share of a deceleration that is counted on in the wet.',
        minimum=0.3, maximum=1.0, source='friction 0.8 dry, 0.55 wet')
    caution_time: float = parameter(
        2.5, 'Time before braking begins, for CAUTION.',
        unit='s', minimum=0.5, maximum=5.0, source=_TABLE)
    caution_deceleration: float = parameter(
        2.5, 'Deceleration of a comfortable stop, for CAUTION.',
        unit='m/s2', minimum=0.5, maximum=6.0, source=_TABLE)
    warning_time: float = parameter(
        1.5, 'Time before braking begins, for WARNING.',
        unit='s', minimum=0.3, maximum=4.0, source=_TABLE)
    warning_deceleration: float = parameter(
        3.0, 'Deceleration of a stop, for WARNING.',
        unit='m/s2', minimum=0.5, maximum=6.0, source=_TABLE)
    passing_time: float = parameter(
        1.0, 'On yellow nothing is said where a stop after this time takes more than the passing '
        'deceleration.', unit='s', minimum=0.0, maximum=4.0, source=_TABLE)
    passing_deceleration: float = parameter(
        5.0, 'Deceleration beyond which passing on yellow is safer than stopping.',
        unit='m/s2', minimum=2.0, maximum=8.0, source=_TABLE)
    braking_share: float = parameter(
        0.8, 'Who brakes with this share of what a stop takes, stops by himself.',
        minimum=0.1, maximum=1.0, source=_TABLE)
    braking: float = parameter(
        0.5, 'Decelerations below this are no braking.',
        unit='m/s2', minimum=0.1, maximum=2.0)
    standing: float = parameter(
        0.5, 'Below this speed the ego stands.', unit='m/s', minimum=0.1, maximum=2.0)
    countdown_distance: float = parameter(
        300.0, 'The countdown is given nearer to the stop line than this.',
        unit='m', minimum=20.0, maximum=2000.0)
