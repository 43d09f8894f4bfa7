# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of merging, lane changes with a deadline, and their dialogue."""

from __future__ import annotations

from dataclasses import dataclass

from icv_v2x.parameters.schema import parameter

_COMFORT = 'ISO 15622:2018, 6.3; jerk of 15622 at its slow and fast speed'
_TUNED = 'campaigns on simulated on-ramps'


@dataclass(frozen=True)
class Merging:
    """The merge planner (CVM, CLC, CIP)."""

    enabled: bool = parameter(True, 'Whether merge requests are answered.')
    slow_speed: float = parameter(
        5.0, 'Up to this speed the slow limits of comfort hold, linear up to the fast ones.',
        unit='m/s', minimum=0.0, maximum=15.0, source=_COMFORT)
    fast_speed: float = parameter(
        20.0, 'From this speed on the fast limits of comfort hold.',
        unit='m/s', minimum=15.1, maximum=40.0, source=_COMFORT)
    acceleration_slow: float = parameter(
        4.0, 'Acceleration at slow speed at most.',
        unit='m/s2', minimum=0.5, maximum=5.0, source=_COMFORT)
    acceleration_fast: float = parameter(
        2.0, 'Acceleration at fast speed at most.',
        unit='m/s2', minimum=0.3, maximum=4.0, source=_COMFORT)
    braking_slow: float = parameter(
        5.0, 'Braking at slow speed at most, outside emergencies.',
        unit='m/s2', minimum=1.0, maximum=6.0, source=_COMFORT)
    braking_fast: float = parameter(
        3.5, 'Braking at fast speed at most, outside emergencies.',
        unit='m/s2', minimum=1.0, maximum=6.0, source=_COMFORT)
    jerk_slow: float = parameter(
        5.0, 'Jerk at slow speed at most, outside emergencies.',
        unit='m/s3', minimum=0.5, maximum=10.0, source=_COMFORT)
    jerk_fast: float = parameter(
        2.5, 'Jerk at fast speed at most, outside emergencies.',
        unit='m/s3', minimum=0.5, maximum=10.0, source=_COMFORT)
    approach_speed: float = parameter(
        22.2, 'Speed limit before the merging stretch where no map gives one.',
        unit='m/s', minimum=3.0, maximum=40.0)
    change_duration: float = parameter(
        3.0, 'Duration of a lane change.', unit='s', minimum=1.5, maximum=8.0)
    headway: float = parameter(
        1.0, 'Time gap that leader, ego and follower end up with.',
        unit='s', minimum=0.5, maximum=3.0)
    entry_headway: float = parameter(
        0.4, 'Least time gap to leader and follower when the lane change begins; what is missing '
        'to `headway` opens while it lasts.', unit='s', minimum=0.3, maximum=3.0, source=_TUNED)
    spacious_headway: float = parameter(
        1.5, 'A larger time gap than this makes a gap no better.',
        unit='s', minimum=0.5, maximum=5.0, source=_TUNED)
    asked_most: float = parameter(
        2.0, 'Deceleration that a follower is asked for at most.',
        unit='m/s2', minimum=0.5, maximum=3.0)
    yield_most: float = parameter(
        2.0, 'The same of a follower that has agreed to make room.',
        unit='m/s2', minimum=0.5, maximum=3.0)
    weight_follower: float = parameter(
        1.0, "Cost of the follower's deceleration d, times d (1 m/s2 + d), in seconds of delay "
        'per (m/s2)2.',
        minimum=0.0, maximum=10.0, source=_TUNED)
    weight_own: float = parameter(
        0.3, 'Cost of braking behind the new leader in seconds of delay per (m/s2)2.',
        minimum=0.0, maximum=10.0, source=_TUNED)
    weight_margin: float = parameter(
        0.5, 'Cost of a time gap below `spacious_headway` in seconds of delay per s2.',
        minimum=0.0, maximum=10.0, source=_TUNED)
    weight_comfort: float = parameter(
        0.1, 'Cost of the mean square of the acceleration in seconds of delay per (m/s2)2.',
        minimum=0.0, maximum=10.0, source=_TUNED)
    weight_opening: float = parameter(
        2.0, 'Cost of a gap whose follower would have to make room first, in seconds of delay.',
        unit='s', minimum=0.0, maximum=20.0, source=_TUNED)
    switch: float = parameter(
        2.0, 'A gap is left for another one only if that costs less by this many seconds.',
        unit='s', minimum=0.0, maximum=10.0, source=_TUNED)
    beyond: float = parameter(
        300.0, 'Delay is counted up to this far behind the merging stretch.',
        unit='m', minimum=0.0, maximum=2000.0, source=_TUNED)
    sigmas: float = parameter(
        1.0, 'Standard deviations of a position that gaps are narrowed by.',
        minimum=0.0, maximum=3.0)
    end_margin: float = parameter(
        20.0, 'A stop is planned this far before the end of the lane, so that the change can be '
        'made from there.',
        unit='m', minimum=0.0, maximum=60.0)
    request_age: float = parameter(
        60.0, 'A request that is not renewed lapses after this.',
        unit='s', minimum=1.0, maximum=600.0)
    decide_ahead: float = parameter(
        2.5, 'A gap is chosen from this long before the merging stretch on.',
        unit='s', minimum=0.0, maximum=20.0, source=_TUNED)
    passing: float = parameter(
        0.5, 'Share of what a new leader is slower by that passing it afterwards makes good.',
        minimum=0.0, maximum=1.0, source=_TUNED)
    cooperation: bool = parameter(
        False, 'Whether followers are asked for room (VIR), and requests of others are answered; '
        'needs `vehicle.temporary_id`.', changeable=False)
    courtesy_most: float = parameter(
        1.0, 'Deceleration at most with which room is made for another vehicle that asks for it.',
        unit='m/s2', minimum=0.1, maximum=2.0)
    suggestion_worth: float = parameter(
        3.0, 'What a gap that a road-side unit suggests (RSC) may cost more than another one.',
        unit='s', minimum=0.0, maximum=20.0)
