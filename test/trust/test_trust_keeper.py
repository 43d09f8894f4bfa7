# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Whom the keeper of trust accuses, how soon, for how long; and whom it must never accuse."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world.road_users import START, after, ego, parameters, reports

from icv_v2x.advisory.types import Level
from icv_v2x.message_set.enumerations import VehicleEvent
from icv_v2x.scenarios.ground import Ground
from icv_v2x.translate.reports import ObjectReports
from icv_v2x.trust import Check, TrustKeeper, TrustLevel
from icv_v2x.world.track_store import TrackStore, Verdict

NEAR = ego(x=0.0, y=200.0)


class Street:
    """A keeper with a store, and senders that tell of a straight drive unless a test lies."""

    def __init__(self, **changes: Any) -> None:
        self.parameters = parameters(**changes)
        self.store = TrackStore(self.parameters)
        self.keeper = TrustKeeper(self.parameters)

    def hear(self, made: ObjectReports, frame: bytes = b'') -> None:
        outcome = self.store.update(made, NEAR)
        self.keeper.update(made, outcome, NEAR, lambda row: frame)

    def drive(self, begin: float, end: float, rate: float = 10.0, **columns: Any) -> None:
        """Hear a car that drives east, each column a value or a function of time [s]."""
        for step in range(round((end - begin) * rate)):
            time = begin + step / rate
            told = {
                'x': 10.0 * time, **{
                    name: value(time) if callable(value) else value
                    for name, value in columns.items()}}
            self.hear(reports(time=after(time), message_count=round(time * rate) % 128, **told))

    def level(self, time: float, sender_id: int = 1) -> TrustLevel:
        tracks = self.store.snapshot(after(time))
        rows = np.flatnonzero(tracks.sender_id == sender_id)
        return TrustLevel(int(self.keeper.levels(tracks)[rows[0]]))

    def checks(self) -> set[Check]:
        return {record.check for record in self.keeper.log}


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10_000), rate=st.sampled_from([1.0, 2.0, 5.0, 10.0, 20.0]),
    noise=st.floats(0.0, 1.2), loss=st.floats(0.0, 0.6),
    acceleration=st.floats(-3.0, 2.0), turn=st.floats(-0.3, 0.3))
def test_who_errs_as_receivers_do_is_never_distrusted(
    seed: int, rate: float, noise: float, loss: float, acceleration: float, turn: float
) -> None:
    random = np.random.default_rng(seed)
    street = Street()
    x = y = heading = 0.0
    speed, step = 12.0, 0.05
    for number in range(120):
        time = number * step
        told = acceleration if 2.0 <= time < 4.0 else 0.0
        told = told if speed > 0.0 or told > 0.0 else 0.0
        if number % round(20.0 / rate) == 0 and random.random() >= loss:
            off = noise * random.standard_normal(2)
            street.hear(reports(
                time=after(time), message_count=number % 128, x=x + off[0], y=y + off[1],
                heading=heading + 0.02 * random.standard_normal(),
                speed=max(speed + 0.1 * random.standard_normal(), 0.0), acceleration=told,
                yaw_rate=turn))
        speed = max(speed + told * step, 0.0)
        heading += turn * step * (speed > 0.5)
        x, y = x + speed * step * np.cos(heading), y + speed * step * np.sin(heading)
    # Who was ever distrusted has a record.
    assert TrustLevel.DISTRUSTED not in {record.level for record in street.keeper.log}


def test_no_single_message_makes_a_sender_distrusted_and_three_do() -> None:
    street = Street()
    street.drive(0.0, 3.0)
    assert street.level(3.0) == TrustLevel.NO_DOUBT
    street.drive(3.0, 3.1, y=40.0)
    assert street.level(3.1) == TrustLevel.SUSPECT
    street.drive(3.1, 3.2, y=40.0)
    assert street.level(3.2) == TrustLevel.SUSPECT
    street.drive(3.2, 3.3, y=40.0)
    assert street.level(3.3) == TrustLevel.DISTRUSTED
    assert street.checks() == {Check.POSITION_JUMP}


def test_one_outlier_speaks_against_nobody_for_long() -> None:
    street = Street()
    street.drive(0.0, 3.0)
    street.drive(3.0, 3.1, y=40.0)
    street.drive(3.1, 8.0)
    assert street.level(8.0) == TrustLevel.NO_DOUBT


def test_who_tells_the_truth_again_is_forgiven_in_time() -> None:
    street = Street(trust__forgiveness=2.0)
    street.drive(0.0, 3.0)
    street.drive(3.0, 4.0, y=40.0)
    assert street.level(4.0) == TrustLevel.DISTRUSTED
    street.drive(4.0, 7.0)
    assert street.level(7.0) == TrustLevel.DISTRUSTED
    street.drive(7.0, 13.0)
    assert street.level(13.0) == TrustLevel.NO_DOUBT


LIES = {
    'speed too high': ({'speed': 14.0}, Check.MOTION_MISMATCH, 3.0),
    'speed too low': ({'speed': 6.0}, Check.MOTION_MISMATCH, 3.0),
    'never moves': ({'x': 30.0}, Check.MOTION_MISMATCH, 2.0),
    'other heading': ({'heading': 1.0}, Check.MOTION_MISMATCH, 2.0),
    'stops at once': ({'speed': 0.0, 'x': 30.0}, Check.SPEED_STEP, 0.5),
    'feigned braking': ({'acceleration': -5.0}, Check.ACCELERATION_MISMATCH, 2.0),
    'false flag': ({'events': int(VehicleEvent.HARD_BRAKING)}, Check.UNFOUNDED_EVENT, 1.2),
    'out of range': ({'y': 5000.0}, Check.RANGE, 0.5),
}


@pytest.mark.parametrize('lie', LIES)
def test_a_lie_is_found_out_in_time(lie: str) -> None:
    told, check, patience = LIES[lie]
    street = Street()
    street.drive(0.0, 3.0)
    street.drive(3.0, 3.0 + patience, **told)
    assert street.level(3.0 + patience) == TrustLevel.DISTRUSTED
    assert check in street.checks() or lie in ('never moves', 'out of range', 'other heading')


def test_a_flag_of_braking_that_brakes_is_no_lie() -> None:
    street = Street()
    street.drive(0.0, 3.0, speed=20.0, x=lambda t: 20.0 * t)
    street.drive(
        3.0, 5.5, speed=lambda t: 20.0 - 6.0 * (t - 3.0), acceleration=-6.0,
        x=lambda t: 20.0 * t - 3.0 * (t - 3.0) ** 2, events=int(VehicleEvent.HARD_BRAKING))
    assert street.level(5.5) == TrustLevel.NO_DOUBT


def test_a_flood_is_found_out_and_twenty_messages_a_second_are_none() -> None:
    street = Street()
    street.drive(0.0, 5.0, rate=20.0)
    assert street.level(5.0) == TrustLevel.NO_DOUBT
    street.drive(5.0, 7.0, rate=40.0)
    assert street.level(7.0) == TrustLevel.DISTRUSTED
    assert Check.RATE in street.checks()


def test_repeated_frames_are_no_flood() -> None:
    street = Street()
    for step in range(50):
        told = reports(time=after(0.1 * step), message_count=step, x=1.0 * step)
        for _ in range(5):
            street.hear(told)
    assert street.level(5.0) == TrustLevel.NO_DOUBT


def test_one_certificate_under_two_ids_at_a_time_is_found_out_and_a_changed_id_is_not() -> None:
    street = Street()
    street.drive(0.0, 3.0, signer=7)
    street.drive(3.0, 6.0, signer=7, sender_id=2)
    assert street.level(6.0, 2) == TrustLevel.NO_DOUBT
    for step in range(15):
        time = 6.0 + 0.1 * step
        street.hear(reports(
            sender_id=[2, 3], signer=7, time=after(time), x=[10.0 * time, 10.0 * time + 60.0]))
    assert street.level(7.5, 2) == TrustLevel.DISTRUSTED
    assert street.level(7.5, 3) == TrustLevel.DISTRUSTED
    assert street.checks() == {Check.SEVERAL_IDS}


def test_a_new_id_of_a_distrusted_certificate_is_distrusted_from_its_first_message() -> None:
    street = Street()
    street.drive(0.0, 3.0, signer=7)
    street.drive(3.0, 4.0, signer=7, y=40.0)
    street.drive(4.0, 4.1, signer=7, sender_id=2, x=500.0)
    assert street.level(4.1, 2) == TrustLevel.DISTRUSTED


def test_who_repeats_what_another_sends_is_accused_and_not_the_other() -> None:
    street = Street()
    street.drive(0.0, 4.0, signer=7)
    for step in range(8):
        time = 4.0 + 0.1 * step
        street.hear(reports(
            sender_id=[1, 2], signer=[7, 8], time=after(time), x=10.0 * time,
            message_count=step))
    assert street.level(4.8, 1) == TrustLevel.NO_DOUBT
    assert street.level(4.8, 2) == TrustLevel.DISTRUSTED
    assert Check.SAME_PLACE in street.checks()


def test_who_is_here_and_there_speaks_against_no_newcomer() -> None:
    street = Street()
    random = np.random.default_rng(1)
    street.drive(0.0, 4.0, signer=7)
    for step in range(40):
        time = 4.0 + 0.1 * step
        # The older sender repeats the newcomer or is anywhere else.
        place = 10.0 * time if random.random() < 0.4 else random.uniform(0.0, 300.0)
        street.hear(reports(
            sender_id=[2, 1], signer=[8, 7], time=after(time), x=[10.0 * time, place],
            message_count=step))
    assert street.level(8.0, 1) == TrustLevel.DISTRUSTED
    assert street.level(8.0, 2) == TrustLevel.NO_DOUBT


def test_who_copies_an_id_discredits_only_its_own_certificate() -> None:
    street = Street()
    street.drive(0.0, 3.0, signer=7)
    random = np.random.default_rng(0)
    for step in range(30):
        time = 3.0 + 0.1 * step
        street.hear(reports(
            sender_id=1, signer=[7, 8], time=[after(time), after(time + 0.03)],
            x=[10.0 * time, random.uniform(0.0, 300.0)], message_count=[step, step + 50]))
    tracks = street.store.snapshot(after(6.0))
    level = dict(zip(
        tracks.signer.tolist(), street.keeper.levels(tracks).tolist(), strict=True))
    assert level == {7: TrustLevel.NO_DOUBT, 8: TrustLevel.DISTRUSTED}
    # The owner's track lies where the owner is.
    assert tracks.x[tracks.signer == 7] == pytest.approx([60.0], abs=1.5)


def test_who_appears_out_of_nowhere_is_suspect_for_a_while_and_only_near_the_ego() -> None:
    street = Street()
    for step in range(70):
        time = 0.1 * step
        street.hear(reports(time=after(time), x=10.0 * time, y=-300.0, message_count=step))
        if time >= 4.0:
            street.hear(reports(
                sender_id=[2, 3], time=after(time), x=[0.0, 600.0], y=150.0, speed=5.0,
                heading=1.5, message_count=step))
        if step == 45:
            assert street.level(time, 2) == TrustLevel.SUSPECT
            assert street.level(time, 3) == TrustLevel.NO_DOUBT
    assert Check.APPEARANCE in street.checks()


def test_after_a_silence_of_the_channel_nobody_appears_out_of_nowhere() -> None:
    street = Street()
    street.drive(0.0, 4.0, y=-300.0)
    street.hear(reports(sender_id=[1, 2], time=after(7.0), x=[70.0, 0.0], y=[-300.0, 150.0]))
    assert street.level(7.0, 2) == TrustLevel.NO_DOUBT


def test_records_hold_the_frame_and_are_bounded_per_sender_and_hour() -> None:
    street = Street(trust__records_per_sender=2, trust__forgiveness=1.0)
    street.drive(0.0, 3.0)
    for turn in range(6):
        for step in range(60):
            time = 3.0 + 6.0 * turn + 0.1 * step
            street.hear(
                reports(time=after(time), x=10.0 * time, y=50.0 * (step < 10),
                        message_count=step), b'frame')
    assert len(street.keeper.log) == 2
    assert {record.frame for record in street.keeper.log} == {b'frame'}
    assert street.keeper.log.suppressed > 0


def test_more_senders_than_there_is_room_for_leave_the_accused_known() -> None:
    street = Street(tracking__maximum=16)
    street.drive(0.0, 3.0)
    street.drive(3.0, 4.0, y=40.0)
    for step in range(4):
        street.keeper.update(
            reports(sender_id=np.arange(100) + 100 * (step + 1), time=after(4.0 + step)),
            np.zeros(100, np.uint8), NEAR)
    street.drive(8.0, 8.1)
    assert street.level(8.1) == TrustLevel.DISTRUSTED


def test_nothing_is_held_against_anybody_where_it_is_switched_off() -> None:
    street = Street(trust__plausibility=False)
    street.drive(0.0, 3.0)
    street.drive(3.0, 5.0, y=lambda t: 300.0 * np.sin(99.0 * t))
    assert street.level(5.0) == TrustLevel.NO_DOUBT


@pytest.mark.parametrize(('level', 'highest'), [
    (TrustLevel.NO_DOUBT, Level.IMMINENT), (TrustLevel.SUSPECT, Level.WARNING),
    (TrustLevel.DISTRUSTED, Level.CAUTION)])
def test_trust_bounds_what_a_sender_may_cause(level: TrustLevel, highest: Level) -> None:
    store = TrackStore(parameters())
    for step in range(3):
        store.update(reports(time=START + step * 100_000_000, x=1.0 * step), None)
    tracks = store.snapshot(after(0.2))
    tracks = replace(
        tracks, corroborated=np.ones(1, np.bool_), trust=np.full(1, level, np.uint8))
    assert Ground(tracks, parameters()).ceiling(tracks.name(0)).level == highest


@settings(max_examples=30)
@given(st.lists(st.tuples(
    st.integers(0, 3), st.integers(0, 2), st.floats(-2.0, 2.0),
    st.sampled_from([0.0, 5.0, np.nan, np.inf, 1e300]), st.sampled_from([0.0, np.nan, 1.0])),
    max_size=30))
def test_no_report_makes_it_fail(
    told: list[tuple[int, int, float, float, float]]
) -> None:
    street = Street(tracking__maximum=16)
    for sender, signer, time, value, heading in told:
        made = reports(
            sender_id=sender, signer=signer, time=after(time + 3.0), x=value, speed=value,
            heading=heading, acceleration=value, variance_xx=value)
        outcome = street.store.update(made, NEAR)
        street.keeper.update(made, outcome, NEAR)
        assert outcome[0] in list(Verdict)
    assert len(street.keeper.levels(street.store.snapshot(after(3.0)))) <= 16
