# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A special vehicle on duty asks signal after signal for priority, and tells when it is done."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from drives import PARAMETERS, read, state

from icv_v2x.frames import MapFrame
from icv_v2x.message_set.records.map_common import Maneuver, NodeReference
from icv_v2x.message_set.records.map_extended import MovementEx
from icv_v2x.parameters.schema import build
from icv_v2x.parameters.transmit_group import Transmit
from icv_v2x.transmit.identity import TemporaryIdentity
from icv_v2x.transmit.own_state import own_state
from icv_v2x.transmit.priority import PrioritySender, SignalAhead

ORIGIN = PARAMETERS.map_origin
MAP = MapFrame(ORIGIN.latitude, ORIGIN.longitude)
FIRST = SignalAhead(
    NodeReference(1, 10),
    MovementEx(NodeReference(1, 11), 3, Maneuver.MANEUVER_LEFT_TURN), 200.0)
SECOND = replace(FIRST, intersection=NodeReference(1, 11), distance=450.0)


class Drive:
    """A drive of a special vehicle, asked every 0.1 s."""

    def __init__(self, **transmit: Any) -> None:
        self.sender = PrioritySender(build(Transmit, transmit))
        self.identity = TemporaryIdentity(random.Random(2), period=295.0, distance=2100.0)

    def asks(
        self, t: float, ahead: SignalAhead | None, *, on_duty: bool = True, speed: float = 20.0
    ) -> dict[str, Any] | None:
        """Return the request that is told at a time [s]."""
        own = own_state(state(t, x=100.0, y=50.0, speed=speed), MAP, 'wgs84')
        frame = self.sender.step(self.identity, own, ahead, on_duty=on_duty)
        if frame is None:
            return None
        request, = read(frame)['intAndReq']['reqs']
        return dict(request)


def test_the_request_names_signal_movement_and_arrival() -> None:
    request = Drive().asks(1.0, FIRST)
    assert request is not None
    assert request['status'] == 'request'
    kind, asked = request['info']
    assert kind == 'signalPriority'
    assert asked['intersectionId'] == {'region': 1, 'id': 10}
    assert asked['requiredMov']['phaseId'] == 3
    assert asked['distance2Intersection'] == 2000
    assert asked['estimatedArrivalTime'] == 1000


def test_it_is_repeated_each_second_under_its_number_with_the_distance_of_then() -> None:
    drive = Drive()
    told = [
        drive.asks(step / 10, replace(FIRST, distance=200.0 - 2.0 * step))
        for step in range(31)]
    spoken = [step for step, request in enumerate(told) if request is not None]
    assert spoken == [0, 10, 20, 30]
    assert len({told[step]['reqID'] for step in spoken}) == 1
    assert [told[step]['info'][1]['distance2Intersection'] for step in spoken] == [
        2000, 1800, 1600, 1400]


def test_behind_the_signal_it_is_complete_and_the_next_one_is_asked() -> None:
    drive = Drive()
    first = drive.asks(0.0, FIRST)
    done = drive.asks(0.1, SECOND)
    assert done['reqID'] == first['reqID']
    assert done['status'] == 'complete'
    # The next one has to wait for its turn, not longer than the period.
    following = [drive.asks(0.2 + step / 10, SECOND) for step in range(10)]
    second = next(request for request in following if request is not None)
    assert second['status'] == 'request'
    assert second['info'][1]['intersectionId']['id'] == 11


def test_off_duty_it_is_withdrawn_and_nothing_is_asked() -> None:
    drive = Drive()
    drive.asks(0.0, FIRST)
    assert drive.asks(0.3, FIRST, on_duty=False)['status'] == 'cancel'
    assert all(drive.asks(0.4 + step, FIRST, on_duty=False) is None for step in range(5))


def test_far_away_without_a_signal_or_switched_off_nothing_is_asked() -> None:
    assert Drive().asks(0.0, replace(FIRST, distance=501.0)) is None
    assert Drive().asks(0.0, None) is None
    assert Drive(priority_distance=0.0).asks(0.0, FIRST) is None


@pytest.mark.parametrize('speed', [0.0, 0.5])
def test_who_waits_gives_no_arrival(speed: float) -> None:
    asked = Drive().asks(0.0, FIRST, speed=speed)['info'][1]
    assert asked.get('estimatedArrivalTime', 65535) == 65535
