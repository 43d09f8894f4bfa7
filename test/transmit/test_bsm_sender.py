# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the vehicle sends keeps to the sender profile: fields, times, events, ids."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from drives import (
    PARAMETERS,
    SECOND,
    START,
    circle,
    read,
    sender,
    sent,
    state,
    status,
    straight,
)
from hypothesis import given
from hypothesis import strategies as st

from icv_v2x.frames import MapFrame
from icv_v2x.inputs import Gear, Indicator, SignerRole, Verification
from icv_v2x.message_set import decode_frames
from icv_v2x.message_set.enumerations import ControlState, VehicleEvent
from icv_v2x.translate.csae import reports_from_bsm
from icv_v2x.transmit.events import VehicleSignals
from icv_v2x.transmit.identity import TemporaryIdentity
from icv_v2x.transmit.outgoing import BsmAid, OutgoingFrame, batch_of, second_in_minute
from icv_v2x.transmit.schedule import PERIOD, BsmSchedule, CongestionControl, period_under_load


def events_of(frame: OutgoingFrame) -> int:
    """Bits of a message, the first of the standard highest."""
    octets, size = read(frame).get('safetyExt', {}).get('events', (b'\0\0', 13))
    return int.from_bytes(octets, 'big') >> (-size % 8)


def bit(event: VehicleEvent) -> int:
    return 1 << (12 - int(event).bit_length() + 1)


def test_ten_messages_a_second() -> None:
    frames = list(sent(sender(), straight(20.0), 10.0))
    times = [t for t, _ in frames]
    assert len(frames) == 100
    assert times[0] <= 0.1
    assert np.diff(times) == pytest.approx(0.1, abs=0.011)


def test_late_timer_delays_one_message_and_not_the_rate() -> None:
    frames = list(sent(sender(), straight(20.0), 60.0, tick=37_000_000))
    assert len(frames) == pytest.approx(600, abs=2)


def test_second_is_that_of_the_position_and_of_sending() -> None:
    for t, frame in sent(sender(), straight(20.0), 61.0, begin=59.0):
        assert read(frame)['secMark'] == round(1000 * t) % 60000
        assert frame.generation_time == START + round(t * SECOND)


@given(st.integers(0, 2**62))
def test_second_never_reaches_the_leap_second(time: int) -> None:
    assert 0.0 <= second_in_minute(time) < 60.0
    assert round(second_in_minute(time) * 1000) == time // 1_000_000 % 60_000


def test_mandatory_fields_are_all_sent() -> None:
    _, frame = next(sent(sender(), straight(20.0), 1.0))
    message = read(frame)
    assert {'msgCnt', 'id', 'secMark', 'pos', 'posAccuracy', 'transmission', 'speed', 'heading',
            'angle', 'accelSet', 'brakes', 'size', 'vehicleClass', 'safetyExt'} <= set(message)
    assert {'brakePadel', 'wheelBrakes', 'traction'} <= set(message['brakes'])
    assert set(message['safetyExt']['pathPrediction']) == {'radiusOfCurve', 'confidence'}
    assert 'elevation' not in message['pos']
    assert 'posConfidence' not in message
    assert message['vehicleClass']['classification'] == 9
    assert (message['size']['width'], message['size']['length']) == (190, 480)


def test_unavailable_values_carry_their_codes() -> None:
    drive = straight(20.0, position_deviation=math.nan, acceleration=math.nan, heading=math.nan)
    _, frame = next(sent(sender(), drive, 1.0))
    message = read(frame)
    assert message['posAccuracy'] == {'semiMajor': 255, 'semiMinor': 255, 'orientation': 65535}
    assert (message['transmission'], message['angle'], message['heading']) == (
        'unavailable', 127, 28800)
    assert (message['accelSet']['long'], message['accelSet']['vert']) == (2001, -127)
    assert message['brakes']['brakePadel'] == message['brakes']['traction'] == 'unavailable'
    assert message['brakes']['wheelBrakes'] == (b'\x80', 5)
    assert 'lights' not in message['safetyExt']


def test_status_of_the_vehicle_is_sent_with_its_signs() -> None:
    _, frame = next(sent(
        sender(), circle(10.0, 50.0), 1.0,
        statuses=lambda t: status(
            t, gear=Gear.FORWARD, brake=True, steering_wheel_angle=0.5, lights=1 | 8,
            indicator=Indicator.LEFT)))
    message = read(frame)
    assert (message['transmission'], message['brakes']['brakePadel']) == ('forwardGears', 'on')
    # left turn: steering wheel, lateral acceleration and yaw rate count to the right
    assert message['angle'] == -round(math.degrees(0.5) / 1.5)
    assert message['accelSet']['lat'] == -200
    assert message['accelSet']['yaw'] == -round(100 * math.degrees(0.2))
    assert message['safetyExt']['pathPrediction']['radiusOfCurve'] == -500
    octets, _ = message['safetyExt']['lights']
    assert octets[0] == 0b10100010


def test_stale_status_is_not_sent() -> None:
    _, frame = next(sent(sender(), straight(20.0), 5.0, begin=4.0, statuses=lambda t: status(0.0)))
    assert read(frame)['transmission'] == 'unavailable'


@pytest.mark.parametrize('broken', [
    {'age': 0.2}, {'x': math.nan}, {'speed': math.nan}, {'yaw_rate': math.nan}])
def test_nothing_is_sent_without_what_has_no_code(broken: dict[str, float]) -> None:
    source = sender()

    def drive(t: float) -> Any:
        return replace(straight(20.0)(t), **broken) if 1.0 <= t < 2.0 else straight(20.0)(t)

    times = [t for t, _ in sent(source, drive, 3.0)]
    assert not [t for t in times if 1.0 <= t < 2.0]
    assert min(t for t in times if t >= 2.0) <= 2.1
    assert len(times) == 20


def test_silence_tells_its_reason() -> None:
    source = sender()
    assert list(sent(source, lambda t: None, 0.1)) == []
    assert source.silence == 'the own position is unknown'


def test_counter_begins_anywhere_and_counts_on() -> None:
    counts = [read(frame)['msgCnt'] for _, frame in sent(sender(7), straight(20.0), 15.0)]
    assert all(after == (before + 1) % 128 for before, after in pairwise(counts))
    first = {read(next(sent(sender(seed), straight(1.0), 1.0))[1])['msgCnt']
             for seed in range(20)}
    assert len(first) > 5


def test_same_generator_gives_the_same_octets() -> None:
    one, other = (list(sent(sender(3), circle(15.0, 80.0), 5.0)) for _ in range(2))
    assert one == other


def braking(t: float) -> Any:
    return state(t, x=20.0 * t, speed=20.0, acceleration=-5.0 if 1.03 <= t < 2.0 else 0.0)


def test_hard_braking_is_told_of_at_once_and_then_every_tenth_of_a_second() -> None:
    frames = list(sent(sender(), braking, 3.0))
    flagged = [(t, frame) for t, frame in frames
               if events_of(frame) & bit(VehicleEvent.HARD_BRAKING)]
    times = [t for t, _ in flagged]
    assert times[0] - 1.03 <= 0.011
    assert np.diff(times) == pytest.approx(0.1, abs=0.011)
    assert {frame.aid for _, frame in flagged} == {BsmAid.EVENT}
    # the pending regular one was cancelled: the next message of any kind is 0.1 s later
    after = [t for t, _ in frames if t > times[0]]
    assert after[0] - times[0] == pytest.approx(0.1, abs=0.011)
    assert {frame.aid for t, frame in frames if t < 1.0 or t > 2.5} == {BsmAid.REGULAR}


def test_braking_at_the_limit_is_no_event() -> None:
    drive = straight(20.0, acceleration=-4.0)
    assert not any(events_of(frame) for _, frame in sent(sender(), drive, 1.0))


def test_braking_while_reversing_is_an_event() -> None:
    drive = straight(-5.0, acceleration=5.0)
    assert events_of(next(sent(sender(), drive, 1.0))[1]) == bit(VehicleEvent.HARD_BRAKING)


def test_hazard_lights_are_an_event() -> None:
    frames = sent(sender(), straight(0.0), 1.0,
                  statuses=lambda t: status(t, indicator=Indicator.HAZARD))
    assert events_of(next(frames)[1]) == bit(VehicleEvent.HAZARD_LIGHTS)


@pytest.mark.parametrize(('name', 'event'), [
    ('abs', VehicleEvent.ABS_ACTIVATED), ('traction', VehicleEvent.TRACTION_CONTROL_LOSS),
    ('stability', VehicleEvent.STABILITY_CONTROL_ACTIVATED)])
def test_controls_count_after_a_tenth_of_a_second(name: str, event: VehicleEvent) -> None:
    def signals(t: float) -> VehicleSignals:
        short, long = 1.0 <= t < 1.1, 2.0 <= t < 3.0
        return VehicleSignals(**{
            name: ControlState.ENGAGED if short or long else ControlState.ON})

    flagged = [t for t, frame in sent(sender(), straight(20.0), 4.0, signals=signals)
               if events_of(frame) & bit(event)]
    assert 2.1 < min(flagged) < 2.25
    assert max(flagged) < 3.0


def test_air_bag_is_told_of_for_ten_minutes() -> None:
    source = sender()
    drive = straight(0.0)
    list(sent(source, drive, 1.0, signals=lambda t: VehicleSignals(air_bag=t < 0.5)))
    for begin, told in ((598.0, True), (602.0, False)):
        frames = list(sent(source, drive, begin + 1.0, begin=begin))
        assert any(events_of(frame) for _, frame in frames) == told


def test_emergency_vehicle_sends_under_its_own_application_ids() -> None:
    source = sender(object_class='emergency')
    lit = list(sent(source, straight(20.0), 1.0, statuses=lambda t: status(t, lights=32 | 64)))
    message = read(lit[0][1])
    assert message['emergencyExt'] == {
        'responseType': 'emergency', 'sirenUse': 'inUse', 'lightsUse': 'inUse'}
    assert message['vehicleClass']['classification'] == 60
    assert {frame.aid for _, frame in lit} == {BsmAid.EMERGENCY_REGULAR}
    brakes = sent(source, straight(20.0, acceleration=-6.0), 2.0, begin=1.0)
    assert next(brakes)[1].aid == BsmAid.EMERGENCY_EVENT


def test_id_changes_after_time_and_way_with_history_and_counter() -> None:
    source = sender(id_period=10.0, id_distance=100.0)
    frames = [(t, read(frame)) for t, frame in sent(source, straight(20.0), 21.0)]
    ids = {message['id'] for _, message in frames}
    assert len(ids) == 3
    changed = next(t for t, message in frames if message['id'] != frames[0][1]['id'])
    assert changed == pytest.approx(10.0, abs=0.1)
    oldest = [message['safetyExt']['pathHistory']['crumbData'][-1]['timeOffset']
              for t, message in frames
              if changed <= t < 20.0 and 'pathHistory' in message['safetyExt']]
    assert max(oldest) <= 1000
    assert source.temporary_id == int.from_bytes(frames[-1][1]['id'], 'big')


@pytest.mark.parametrize(('speed', 'acceleration'), [(1.0, 0.0), (20.0, -5.0)])
def test_id_stays_while_the_vehicle_hardly_moves_or_an_event_lasts(
    speed: float, acceleration: float,
) -> None:
    source = sender(id_period=10.0, id_distance=100.0)
    drive = straight(speed, acceleration=acceleration)
    ids = {read(frame)['id'] for _, frame in sent(source, drive, 30.0)}
    assert len(ids) == 1


def test_id_is_never_zero_nor_the_one_before() -> None:
    class Stubborn(random.Random):
        drawn = iter((0, 5, 5, 0, 6))

        def getrandbits(self, k: int) -> int:
            return next(self.drawn)

    identity = TemporaryIdentity(Stubborn(), period=1.0, distance=0.0)
    assert identity.temporary_id == 5
    assert identity.update(0, 0.0, event=False) is False
    assert identity.update(2 * SECOND, 0.0, event=False) is True
    assert identity.temporary_id == 6


@pytest.mark.parametrize(('load', 'pace', 'period'), [
    (math.nan, 0.0, 0.1), (0.6, 0.0, 0.1), (0.7, 4.0, 1.0), (0.7, 8.0, 0.5), (0.7, 20.0, 0.2),
    (0.7, 30.0, 0.1), (0.9, 4.0, 1.0), (0.9, 8.0, 0.5), (0.9, 20.0, 0.4), (0.9, 30.0, 0.1),
    (1.5, 20.0, 0.4)])
def test_busy_channel_lengthens_the_period_of_slow_vehicles(
    load: float, pace: float, period: float,
) -> None:
    assert period_under_load(load, pace / 3.6) == round(period * SECOND)
    assert period_under_load(load, -pace / 3.6) == round(period * SECOND)


def test_period_is_kept_for_ten_messages() -> None:
    control = CongestionControl()
    control.sent(0.7, 0.0)
    assert control.period == SECOND
    for _ in range(9):
        control.sent(0.1, 0.0)
        assert control.period == SECOND
    control.sent(0.1, 0.0)
    assert control.period == PERIOD


def test_busy_channel_slows_a_standing_vehicle_down_but_not_its_events() -> None:
    source = sender()
    quiet = [t for t, _ in sent(source, straight(0.0), 12.0, load=0.7)]
    assert len(quiet) == pytest.approx(12, abs=2)
    loud = [t for t, _ in sent(
        source, straight(0.0), 14.0, begin=12.0, load=0.7,
        statuses=lambda t: status(t, indicator=Indicator.HAZARD))]
    assert len(loud) == pytest.approx(20, abs=1)


@given(st.lists(st.tuples(st.integers(1, 400), st.booleans()), min_size=1, max_size=200))
def test_messages_keep_their_distance_unless_an_event_begins(
    steps: list[tuple[int, bool]],
) -> None:
    schedule, now, last, before = BsmSchedule(), START, None, False
    for milliseconds, braking_hard in steps:
        now += milliseconds * 1_000_000
        event = VehicleEvent.HARD_BRAKING if braking_hard else VehicleEvent(0)
        due = schedule.due(now, event)
        if (braking_hard and not before) or (last is not None and now - last >= PERIOD):
            assert due
        before = braking_hard
        last = now if due else last


def test_receiver_reads_the_state_that_was_sent() -> None:
    origin = PARAMETERS.map_origin
    source = sender()
    drive = circle(12.0, -60.0)
    frames = [frame for _, frame in sent(source, drive, 3.0)]
    batch = batch_of(frames, START)
    batch = replace(
        batch, verification=np.full(len(frames), Verification.VERIFIED, dtype=np.uint8),
        signer_role=np.full(len(frames), SignerRole.VEHICLE, dtype=np.uint8))
    decoded = decode_frames(batch.payload, batch.length)
    reports, refusals = reports_from_bsm(
        decoded.bsm, batch, MapFrame(origin.latitude, origin.longitude), PARAMETERS)
    assert refusals == ()
    assert set(reports.sender_id.tolist()) == {source.temporary_id}
    for row, frame in enumerate(frames):
        truth = drive((frame.generation_time - START) / SECOND)
        assert truth is not None
        assert (reports.x[row], reports.y[row]) == pytest.approx((truth.x, truth.y), abs=0.02)
        assert reports.heading[row] == pytest.approx(truth.heading, abs=3e-4)
        assert reports.speed[row] == pytest.approx(truth.speed, abs=0.02)
        assert reports.yaw_rate[row] == pytest.approx(truth.yaw_rate, abs=2e-4)


def test_reversing_without_gear_is_still_read_as_reversing() -> None:
    _, frame = next(sent(sender(), straight(-2.0), 1.0))
    message = read(frame)
    assert (message['transmission'], message['speed']) == ('reverseGears', 100)


def test_time_that_runs_back_begins_anew_under_the_same_id() -> None:
    source = sender()
    first = [read(frame) for _, frame in sent(source, straight(20.0), 5.0, begin=3.0)]
    again = list(sent(source, straight(20.0), 1.0))
    assert again[0][0] == 0.0
    assert read(again[0][1])['id'] == first[0]['id']
