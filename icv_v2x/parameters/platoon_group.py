# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of platooning."""

from __future__ import annotations

from dataclasses import dataclass

from icv_v2x.parameters.schema import in_order, parameter

_PLOEG = 'Ploeg et al., IEEE ITSC 2011, and the string stability of the law at this lag'
_RAJAMANI = 'Rajamani, Vehicle Dynamics and Control, 6.6: twice lag and delay'


@dataclass(frozen=True)
class Platooning:
    """Cooperative platooning management (CPM)."""

    enabled: bool = parameter(True, 'Whether the application speaks.')
    wanted: str = parameter(
        'nothing', 'What is wanted while no platoon request is in force.',
        choices=('nothing', 'lead', 'join'))
    request_age: float = parameter(
        60.0, 'A request that is not renewed lapses after this.',
        unit='s', minimum=1.0, maximum=600.0)
    capacity: int = parameter(
        8, 'Members of an own platoon at most, the leader included.', minimum=2, maximum=32)
    open_to_join: bool = parameter(True, 'Whether others may join an own platoon.')
    gap_time: float = parameter(
        0.6, 'Time gap to the vehicle ahead with radio, clearance over speed; larger where '
        'messages come late or the vehicle ahead brakes better.',
        unit='s', minimum=0.4, maximum=3.0, source=_PLOEG)
    fallback_gap_time: float = parameter(
        1.4, 'Time gap without radio, to strangers, and on the way in and out.',
        unit='s', minimum=0.8, maximum=4.0, source=_RAJAMANI)
    standstill_gap: float = parameter(
        2.0, 'Gap at rest.', unit='m', minimum=1.0, maximum=10.0)
    sensor_required: bool = parameter(
        True, 'Whether the short gap needs the own sensors to see the vehicle ahead as well.')
    lag: float = parameter(
        0.4, 'Time constant of the own drive, from the acceleration that is asked to the one that '
        'is there.', unit='s', minimum=0.05, maximum=1.5)
    braking: float = parameter(
        7.0, 'Strongest deceleration of the own vehicle.',
        unit='m/s2', minimum=1.0, maximum=10.0)
    braking_ahead: float = parameter(
        6.5, 'Strongest deceleration that is expected of the vehicle ahead.',
        unit='m/s2', minimum=1.0, maximum=10.0)
    acceleration: float = parameter(
        2.0, 'Strongest acceleration.', unit='m/s2', minimum=0.2, maximum=4.0)
    leader_margin: float = parameter(
        2.0, 'When the leader brakes harder than this, all brake with it, less this.',
        unit='m/s2', minimum=0.5, maximum=6.0)
    catch_up: float = parameter(
        3.0, 'So much faster than the vehicle ahead a gap is closed.',
        unit='m/s', minimum=0.5, maximum=8.0)
    opening: float = parameter(
        0.1, 'The time gap grows by so much a second.', minimum=0.02, maximum=0.5)
    closing: float = parameter(
        0.05, 'The time gap shrinks by so much a second.', minimum=0.01, maximum=0.5)
    speed_maximum: float = parameter(
        33.3, 'A follower is not advised to drive faster.',
        unit='m/s', minimum=3.0, maximum=45.0)
    radio_age: float = parameter(
        0.5, 'With older messages of the vehicle ahead the gap opens.',
        unit='s', minimum=0.2, maximum=2.0)
    radio_return: float = parameter(
        2.0, 'The gap closes again when messages have come for so long.',
        unit='s', minimum=0.0, maximum=20.0)
    statement_age: float = parameter(
        2.5, 'Older platooning messages count no more.', unit='s', minimum=0.5, maximum=10.0)
    silence: float = parameter(
        2.0, 'Leader or member are lost when they were not heard for so long.',
        unit='s', minimum=0.5, maximum=10.0)
    join_range: float = parameter(
        150.0, 'A platoon is joined whose tail is ahead by this at most.',
        unit='m', minimum=20.0, maximum=250.0)
    retry: float = parameter(
        5.0, 'After a failure it is not asked again for so long.',
        unit='s', minimum=1.0, maximum=120.0)
    answer_time: float = parameter(
        5.0, 'Time-out of an answer of the leader.', unit='s', minimum=1.0, maximum=60.0)
    join_time: float = parameter(
        60.0, 'Time-out of the way to the tail.', unit='s', minimum=5.0, maximum=300.0)
    leave_time: float = parameter(
        30.0, 'Time-out of the way out, and of dissolving.',
        unit='s', minimum=5.0, maximum=300.0)
    cut_in_time: float = parameter(
        8.0, 'A stranger that stays in between for so long splits the platoon.',
        unit='s', minimum=1.0, maximum=60.0)
    leader_time: float = parameter(
        8.0, 'Without leader or heir the members part after so long.',
        unit='s', minimum=2.0, maximum=60.0)
    heir_time: float = parameter(
        3.0, 'The first behind a lost leader leads after so long.',
        unit='s', minimum=0.5, maximum=30.0)
    parting_time: float = parameter(
        1.0, 'Who has left says so for so long.', unit='s', minimum=0.2, maximum=10.0)

    def __post_init__(self) -> None:
        """Refuse limits in the wrong order."""
        in_order('platooning', self, 'gap_time', 'fallback_gap_time')
        in_order('platooning', self, 'heir_time', 'leader_time')
