# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A vehicle asks a parking area for a slot, changes it, is confirmed, and says when it is done."""

from __future__ import annotations

import random
from typing import Any

from drives import PARAMETERS, read, state

from icv_v2x.advisory import Action, Advisory, Application, Level
from icv_v2x.frames import MapFrame
from icv_v2x.message_set.records.vir import ParkingRequest
from icv_v2x.transmit.identity import TemporaryIdentity
from icv_v2x.transmit.own_state import own_state
from icv_v2x.transmit.parking import ENTER, ParkingSender, ParkingWish, wish_of

MAP = MapFrame(PARAMETERS.map_origin.latitude, PARAMETERS.map_origin.longitude)
FIRST, SECOND = ParkingWish(ENTER, 17), ParkingWish(ENTER, 18)


class Drive:
    """A drive to a parking area, asked every 0.1 s."""

    def __init__(self) -> None:
        self.sender = ParkingSender(10)
        self.identity = TemporaryIdentity(random.Random(2), period=295.0, distance=2100.0)

    def asks(self, t: float, wish: ParkingWish | None) -> list[tuple[str, Any]] | None:
        """Returns status and slot of all requests told at a time [s], None for silence."""
        own = own_state(state(t, x=100.0, y=50.0, speed=3.0), MAP, 'wgs84')
        frame = self.sender.step(self.identity, own, wish)
        if frame is None:
            return None
        return [
            (str(request['status']), request['info'][1].get('expectedParkingSlotID'))
            for request in read(frame)['intAndReq']['reqs']]


def test_a_slot_is_asked_for_each_second_confirmed_at_once_and_completed_once() -> None:
    drive = Drive()
    told = [drive.asks(step / 10, FIRST) for step in range(21)]
    assert [step for step, one in enumerate(told) if one is not None] == [0, 10, 20]
    assert told[0] == [('request', 17)]
    confirmed = FIRST._replace(confirmed=True)
    # The message set spells it so.
    assert drive.asks(2.1, confirmed) == [('comfirmed', 17)]
    assert drive.asks(2.2, confirmed) is None
    arrived = confirmed._replace(arrived=True)
    assert drive.asks(2.3, arrived) == [('complete', 17)]
    assert all(drive.asks(2.4 + step / 10, arrived) is None for step in range(30))


def test_another_slot_withdraws_the_first_in_the_same_message() -> None:
    drive = Drive()
    drive.asks(0.0, FIRST)
    assert drive.asks(0.1, SECOND) == [('cancel', 17), ('request', 18)]
    assert drive.asks(1.1, SECOND) == [('request', 18)]


def test_who_wants_nothing_any_more_withdraws_and_falls_silent() -> None:
    drive = Drive()
    assert drive.asks(0.0, None) is None
    drive.asks(0.1, FIRST)
    assert drive.asks(0.2, None) == [('cancel', 17)]
    assert all(drive.asks(0.3 + step / 10, None) is None for step in range(20))


def test_the_way_out_is_asked_for_after_parking() -> None:
    drive = Drive()
    drive.asks(0.0, FIRST)
    drive.asks(0.1, FIRST._replace(arrived=True))
    assert drive.asks(60.0, ParkingWish(ParkingRequest.EXIT)) == [('request', None)]


def advisory(goal: int, action: Action, x: float, *more: str) -> Advisory:
    return Advisory(
        Application.GSPA, Level.INFO, action, (f'{7:016X}:{(6 << 20) + goal}', *more), '',
        conflict_x=x)


def test_what_is_asked_for_follows_the_guidance() -> None:
    nan = float('nan')
    own = '00000000000000A5'
    assert wish_of([]) is None
    assert wish_of([Advisory(
        Application.FCW, Level.INFO, Action.NONE, (f'{7:016X}:{(6 << 20) + 1}',), '')]) is None
    assert wish_of([advisory(17, Action.PARK, 1.0)]) == FIRST
    assert wish_of([advisory(17, Action.PARK, 1.0, own)]) == FIRST._replace(confirmed=True)
    assert wish_of([advisory(17, Action.NONE, 1.0)]) == FIRST._replace(arrived=True)
    assert wish_of([advisory(1 << 17, Action.NONE, nan)]) == ParkingWish(ENTER)
    assert wish_of([advisory(1 << 16, Action.MONITOR, 1.0)]) == ParkingWish(ParkingRequest.EXIT)
