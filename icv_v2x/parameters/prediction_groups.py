# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of what a predicted contact must bear, and of the profile that stops before it."""

from __future__ import annotations

from dataclasses import dataclass

from icv_v2x.parameters.schema import parameter

_RECORDED = 'recorded and simulated traffic'


@dataclass(frozen=True)
class Prediction:
    """What small errors of a prediction must not undo before a warning rests on it."""

    waver: float = parameter(
        1.0, 'Up to this acceleration a speed only wavers, which tells nothing of where one is in '
        'seconds.', unit='m/s2', minimum=0.0, maximum=3.0, source=_RECORDED)
    behind_turn: float = parameter(
        0.3, 'A contact this much later than the expected end of a turn still bears a warning; '
        'the way behind it is a guess.', unit='s', minimum=0.0, maximum=3.0, source=_RECORDED)
    slow_speed: float = parameter(
        8.0, 'Below this speed who drifts in the next lane is not taken to come across.',
        unit='m/s', minimum=0.0, maximum=20.0, source=_RECORDED)
    drift: float = parameter(
        25.0, 'In a lane, or changing lanes, nobody points further across the next one than this.',
        unit='deg', minimum=5.0, maximum=60.0, source=_RECORDED)
    beside: float = parameter(
        0.75, 'So near beside the own path an oncoming vehicle is on its way into it, however '
        'slow.', unit='m', minimum=0.0, maximum=3.0, source=_RECORDED)
    starting_speed: float = parameter(
        2.0, 'An ego slower than this that speeds up sets off.',
        unit='m/s', minimum=0.5, maximum=5.0)
    starting_acceleration: float = parameter(
        0.3, 'It speeds up where it accelerates by more than this.',
        unit='m/s2', minimum=0.0, maximum=2.0)


@dataclass(frozen=True)
class StopProfile:
    """The speeds over time by which IMMINENT shows how to stop."""

    jerk: float = parameter(
        20.0, 'The braking builds up at this rate.',
        unit='m/s3', minimum=2.0, maximum=100.0,
        source='full braking within about 0.4 s, as of emergency braking systems')
    deceleration: float = parameter(
        8.0, 'The profile brakes at most this hard.',
        unit='m/s2', minimum=2.0, maximum=12.0, source='dry road')
    margin: float = parameter(
        0.3, 'What the profile leaves free before the contact.',
        unit='m', minimum=0.0, maximum=5.0)
