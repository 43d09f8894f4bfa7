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
    clear: float = parameter(
        0.5, 'Footprints that pass each other with more than this do no harm.',
        unit='m', minimum=0.0, maximum=2.0, source='common rules of the scenario specification')
    yawing: float = parameter(
        2.0, 'Who yaws faster than this does not drive straight on.',
        unit='deg/s', minimum=0.1, maximum=20.0, source=_RECORDED)
    turn_error: float = parameter(
        0.02, 'Radii of turns under way are known to this share.',
        minimum=0.0, maximum=0.5, source=_RECORDED)
    before_turn: float = parameter(
        4.0, 'Drivers who indicate a turn brake at most this hard before it.',
        unit='m/s2', minimum=1.0, maximum=8.0, source=_RECORDED)
    turn_onset: float = parameter(
        30.0, 'An announced turn that has gone less far than this may still become tighter.',
        unit='deg', minimum=0.0, maximum=60.0, source=_RECORDED)
    turn_delay: float = parameter(
        2.0, 'A contact that an announced turn puts off by more than this is none of the turn.',
        unit='s', minimum=0.0, maximum=8.0, source=_RECORDED)
    lane_change_time: float = parameter(
        3.0, 'A change of lane takes no less than this.',
        unit='s', minimum=1.0, maximum=8.0, source=_RECORDED)
    lane_change_angle: float = parameter(
        5.0, 'A change of lane turns by no more than this.',
        unit='deg', minimum=1.0, maximum=20.0, source=_RECORDED)
    starting_speed: float = parameter(
        2.0, 'An ego slower than this that speeds up sets off.',
        unit='m/s', minimum=0.5, maximum=5.0)
    starting_acceleration: float = parameter(
        0.3, 'It speeds up where it accelerates by more than this.',
        unit='m/s2', minimum=0.0, maximum=2.0)


@dataclass(frozen=True)
class TurnPrediction:
    """Which turns are expected to go on; the others are corrections of the course."""

    bend: float = parameter(
        1.0, 'Who yaws by this over seconds follows a bend of the road; 0.3 m/s2 across '
        'at 60 km/h.', unit='deg/s', minimum=0.1, maximum=10.0, source=_RECORDED)
    bend_share: float = parameter(
        0.5, 'In a bend the present yaw rate differs from the mean by no more than this share of '
        'it.', minimum=0.0, maximum=2.0, source=_RECORDED)
    bend_scatter: float = parameter(
        0.3, 'And by this, which yaw rates scatter.',
        unit='deg/s', minimum=0.0, maximum=5.0, source=_RECORDED)
    sharp: float = parameter(
        6.0, 'Who yaws by this turns at a junction; no correction in a lane does.',
        unit='deg/s', minimum=1.0, maximum=30.0, source=_RECORDED)
    sharp_share: float = parameter(
        0.4, 'In such a turn the present yaw rate differs from the mean by no more than this '
        'share of it.', minimum=0.0, maximum=2.0, source=_RECORDED)
    unwinding: float = parameter(
        0.9, 'Who yaws by less than this share of the mean is about to drive straight on.',
        minimum=0.0, maximum=1.0, source=_RECORDED)
    turning: float = parameter(
        3.0, 'Slower than this nobody is in a turn at a junction.',
        unit='deg/s', minimum=0.5, maximum=20.0, source=_RECORDED)
    memory: float = parameter(
        8.0, 'Who does not turn any more has forgotten earlier turns after about this way.',
        unit='m', minimum=1.0, maximum=50.0, source=_RECORDED)
    least_angle: float = parameter(
        5.0, 'Any turn goes on at least this far.',
        unit='deg', minimum=0.0, maximum=45.0, source=_RECORDED)
    across: float = parameter(
        5.0, 'Lateral acceleration that no driver keeps up through a bend.',
        unit='m/s2', minimum=2.0, maximum=9.81, source=_RECORDED)
    sharp_speed: float = parameter(
        10.0, 'Turns at junctions are taken more slowly than this.',
        unit='m/s', minimum=3.0, maximum=25.0, source=_RECORDED)


@dataclass(frozen=True)
class HeadingFilter:
    """How headings are smoothed, led by yaw rates."""

    yaw_rate_error: float = parameter(
        0.5, 'Yaw rates are off by about so much, 1 sigma.',
        unit='deg/s', minimum=0.01, maximum=10.0, source=_RECORDED)
    surest: float = parameter(
        0.02, 'No heading is measured better than this; messages state steps of 0.0125 degrees.',
        unit='deg', minimum=0.0, maximum=1.0, source='T/CSAE 53-2020, Heading')
    drift_limit: float = parameter(
        0.75, 'Headings that lately were off the prediction by more than this share of their '
        'scatter show that the yaw rate tells wrong; scatter alone drifts by a quarter.',
        minimum=0.1, maximum=3.0, source=_RECORDED)


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
