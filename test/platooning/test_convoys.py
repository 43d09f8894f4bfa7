# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Platoons come and go: join, leave, dissolve, loss of the leader, strangers, capacity, trust."""

from __future__ import annotations

from dataclasses import replace

import pytest
from strategies.convoy import FIRST_ID, LENGTH, SECOND, SPEED, Vehicle, convoy, formed, parameters

from icv_v2x.inputs import PlatoonRequest, PlatoonWish
from icv_v2x.message_set.records.clpmm import RoleInPlatooning, StatusInPlatooning
from icv_v2x.platooning import Control, State
from icv_v2x.translate.platoon_statements import PlatoonStatement, fault_of
from icv_v2x.trust import TrustLevel

FOLLOWING, LEADING = State.FOLLOWING, State.LEADING


def test_vehicles_join_at_the_tail_one_after_the_other_and_close_up() -> None:
    platoon = formed(4)
    assert platoon.states == [LEADING, FOLLOWING, FOLLOWING, FOLLOWING]
    assert platoon.vehicles[0].plan.members == tuple(FIRST_ID + place for place in range(4))
    assert [one.plan.place for one in platoon.vehicles] == [0, 1, 2, 3]
    for place in (1, 2, 3):
        assert platoon.gap(place) / SPEED == pytest.approx(0.6, abs=0.02)
    tail = platoon.vehicles[3].plan.told
    assert tail == (RoleInPlatooning.TAIL, StatusInPlatooning.FOLLOWING)


def test_nobody_is_let_in_beyond_the_capacity() -> None:
    platoon = convoy(4, capacity=3)
    platoon.run(20.0)
    assert platoon.states == [LEADING, FOLLOWING, FOLLOWING, State.FREE]
    assert 'no platoon' in platoon.vehicles[3].plan.reason


def test_one_in_the_middle_leaves_with_a_wide_gap_and_the_rest_follows_on() -> None:
    platoon = formed(4)
    platoon.vehicles[1].wish = PlatoonWish.NOTHING
    assert platoon.until(State.PARTING, 1, 30.0)
    assert platoon.gap(1) / SPEED > 1.1
    platoon.vehicles[1].y = 3.5
    platoon.run(30.0)
    assert platoon.vehicles[0].plan.members == (FIRST_ID, FIRST_ID + 2, FIRST_ID + 3)
    assert platoon.vehicles[1].plan is None
    assert platoon.gap(2) / SPEED == pytest.approx(0.6, abs=0.05)


def test_a_platoon_is_dissolved_by_its_leader() -> None:
    platoon = formed(3)
    platoon.vehicles[0].wish = PlatoonWish.NOTHING
    platoon.run(2.0)
    assert platoon.states == [State.DISSOLVING, State.LEAVING, State.LEAVING]
    platoon.run(30.0)
    assert platoon.vehicles[0].plan is None
    assert platoon.gap(1) / SPEED > 1.2
    assert platoon.gap(2) / SPEED > 1.2


def test_the_first_behind_a_silent_leader_leads_the_rest_on() -> None:
    platoon = formed(4)
    platoon.vehicles[0].mute = True
    assert platoon.until(LEADING, 1, 10.0)
    platoon.run(2.0)
    assert platoon.states[1:] == [LEADING, FOLLOWING, FOLLOWING]
    assert platoon.vehicles[3].plan.members == tuple(FIRST_ID + place for place in (1, 2, 3))
    assert platoon.vehicles[2].plan.control == Control.COOPERATIVE


def test_in_a_silent_channel_gaps_open_and_all_part() -> None:
    platoon = formed(3)
    for one in platoon.vehicles:
        one.mute = True
    platoon.run(3.0)
    assert platoon.states[1:] == [State.LEADER_LOST] * 2
    assert platoon.vehicles[1].plan.control == Control.ADAPTIVE
    platoon.run(20.0)
    assert platoon.states[1:] == [State.FREE] * 2
    assert min(platoon.gap(1), platoon.gap(2)) / SPEED > 1.0


def test_without_radio_and_sensors_the_gap_opens_and_the_plan_says_so() -> None:
    platoon = formed(2, sensor_required=False)
    platoon.sight = 0.0
    platoon.run(0.2)
    assert platoon.vehicles[1].plan.control == Control.COOPERATIVE
    platoon.vehicles[0].mute = True
    platoon.run(3.0)
    assert platoon.vehicles[1].plan.control == Control.BLIND
    assert platoon.vehicles[1].speed < SPEED - 2.0
    assert 'own sensors' in platoon.vehicles[1].plan.reason
    platoon.run(10.0)
    assert platoon.states[1] == State.FREE


def stranger(platoon, behind: int) -> Vehicle:
    own = platoon.vehicles[behind]
    other = Vehicle(0x99, own.x + 0.5 * (platoon.gap(behind) + LENGTH), number=99)
    platoon.vehicles.append(other)
    return other


def test_a_stranger_that_goes_again_leaves_the_platoon_whole() -> None:
    platoon = formed(3)
    other = stranger(platoon, 2)
    platoon.run(2.0)
    assert platoon.states == [LEADING, FOLLOWING, State.CUT_IN]
    assert platoon.vehicles[2].plan.control == Control.ADAPTIVE
    other.y = 3.5
    platoon.run(35.0)
    assert platoon.states == [LEADING, FOLLOWING, FOLLOWING]
    assert platoon.gap(2) / SPEED == pytest.approx(0.6, abs=0.05)


def test_a_stranger_that_stays_splits_the_platoon() -> None:
    platoon = formed(4)
    stranger(platoon, 2)
    platoon.run(14.0)
    assert platoon.states == [LEADING, FOLLOWING, LEADING, FOLLOWING]
    assert platoon.vehicles[0].plan.members == (FIRST_ID, FIRST_ID + 1)
    assert platoon.vehicles[3].plan.members == (FIRST_ID + 2, FIRST_ID + 3)


def test_nobody_joins_a_leader_that_is_not_believed() -> None:
    platoon = convoy(2)
    platoon.vehicles[0].trust = int(TrustLevel.DISTRUSTED)
    platoon.run(8.0)
    assert platoon.states[1] == State.FREE
    assert platoon.vehicles[1].member.disbelieved['distrusted'] > 0


def test_a_member_that_loses_trust_gets_no_short_gap() -> None:
    platoon = formed(3)
    platoon.vehicles[1].trust = int(TrustLevel.DISTRUSTED)
    platoon.run(0.5)
    assert platoon.vehicles[2].plan.control == Control.ADAPTIVE
    platoon.run(10.0)
    assert platoon.gap(2) / SPEED > 1.0


def claim(platoon, **values) -> PlatoonStatement:
    statement = PlatoonStatement(
        0x99, platoon.now, bytes([7] * 17), RoleInPlatooning.LEADER, StatusInPlatooning.NAVIGATING,
        members=(0x99, FIRST_ID + 1, FIRST_ID + 2), capacity=8, open_to_join=True,
        verification=1, signer=0x9A)
    return replace(statement, **values)


def test_a_foreign_leader_that_lists_members_captures_nobody() -> None:
    platoon = formed(3)
    platoon.vehicles.append(Vehicle(0x99, platoon.vehicles[0].x + 60.0, number=99))
    for _ in range(30):
        platoon.told = [claim(platoon)]
        platoon.run(0.1)
    assert platoon.states[:3] == [LEADING, FOLLOWING, FOLLOWING]
    assert platoon.vehicles[2].plan.members[0] == FIRST_ID


def test_a_leader_at_an_impossible_speed_is_not_believed() -> None:
    platoon = convoy(2)
    platoon.vehicles[0].speed = 60.0
    platoon.run(3.0)
    assert platoon.states[1] == State.FREE
    assert set(platoon.vehicles[1].member.disbelieved) == {'implausible_speed'}


def test_a_member_under_a_new_id_keeps_its_place() -> None:
    platoon = formed(4)
    changing = platoon.vehicles[2]
    changing.own = 0xABCD
    changing.member.configure(parameters(0xABCD))
    platoon.run(4.0)
    assert platoon.vehicles[0].plan.members == (
        FIRST_ID, FIRST_ID + 1, 0xABCD, FIRST_ID + 3)
    assert platoon.states == [LEADING, FOLLOWING, FOLLOWING, FOLLOWING]


def test_a_leader_under_a_new_id_leads_on() -> None:
    platoon = formed(3)
    leader = platoon.vehicles[0]
    leader.own = 0xABCD
    leader.member.configure(parameters(0xABCD))
    platoon.run(4.0)
    assert platoon.states == [LEADING, FOLLOWING, FOLLOWING]
    assert platoon.vehicles[2].plan.members[0] == 0xABCD


def test_who_asks_is_served_only_right_behind_the_tail() -> None:
    platoon = convoy(2)
    platoon.vehicles.insert(1, Vehicle(0x99, -0.5 * (20.0 + LENGTH) + 0.0, number=99))
    platoon.run(5.0)
    assert platoon.states == [LEADING, State.FREE]


def test_a_platoon_that_is_not_the_one_asked_for_is_not_joined() -> None:
    platoon = convoy(2)
    member = platoon.vehicles[1].member
    platoon.run(0.1)
    for _ in range(30):
        platoon.run(0.1)
        member.request(PlatoonRequest(platoon.now, PlatoonWish.JOIN, bytes([9] * 17)))
    assert member.request(PlatoonRequest(platoon.now, PlatoonWish.JOIN, b'short')) == (
        'unusable_request')


def test_a_request_lapses() -> None:
    platoon = formed(2)
    late = platoon.now + 61 * SECOND
    leader = platoon.vehicles[0].member
    platoon.now = late
    leader.request(PlatoonRequest(late - 61 * SECOND, PlatoonWish.LEAD))
    assert leader.plan(
        platoon._tracks(platoon.vehicles[0], radio=True), None,
        platoon._tracks(platoon.vehicles[0], radio=False), ()) is None


def test_the_claim_used_here_is_well_formed() -> None:
    assert fault_of(claim(formed(2))) is None
