# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Platooning messages from octets to plans: what is refused, and what becomes of the rest."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import numpy as np
import pytest
from strategies.convoy import FIRST_ID, START, formed, parameters

from icv_v2x.advisory.types import Action, Application, Level
from icv_v2x.inputs import (
    FrameBatch,
    Odometry,
    PlatoonRequest,
    PlatoonWish,
    SignerRole,
    Verification,
)
from icv_v2x.interchange.message_types import typestore
from icv_v2x.interchange.platoon_message import (
    platoon_plan,
    platoon_request,
    platoon_statements,
)
from icv_v2x.interchange.to_message import MessageEncoder
from icv_v2x.message_set.records.clpmm import (
    MemberManagement,
    MemberNode,
    PlatooningMessage,
    RoleInPlatooning,
    StatusInPlatooning,
)
from icv_v2x.pipeline import Perception, Pipeline, PlatoonStage
from icv_v2x.platooning import PlatoonPlan, State
from icv_v2x.scenarios import cpm
from icv_v2x.tools.jsonl import platoon_plan_value
from icv_v2x.transmit.identity import TemporaryIdentity
from icv_v2x.transmit.outgoing import batch_of, frame_of_record
from icv_v2x.transmit.platoon_sender import PlatoonSender

SECOND = 1_000_000_000
OWN, LEADER = FIRST_ID + 1, FIRST_ID
NODE = MemberNode
GOOD = PlatooningMessage(
    message_count=1, id=LEADER, second=0.0, platoon_id=bytes(range(1, 18)),
    role=RoleInPlatooning.LEADER, status=StatusInPlatooning.NAVIGATING,
    leading=MemberManagement(
        member_list=(NODE(LEADER), NODE(OWN), NODE(7)), joining_list=(NODE(8),),
        leaving_list=(NODE(7),), capacity=8, open_to_join=True))


def heard(record: PlatooningMessage, **columns: object) -> FrameBatch:
    """Return the message as a verified batch that was received at START."""
    record = replace(record, second=START // 1_000_000 % 60_000 / 1000)
    batch = batch_of([frame_of_record(record, START)], START)
    full = {'verification': int(Verification.VERIFIED), 'signer': 5, **columns}
    return replace(batch, **{
        name: np.full(1, value, getattr(batch, name).dtype) for name, value in full.items()})


def said_after(record: PlatooningMessage, **columns: object) -> tuple[tuple, dict[str, int]]:
    """Return what is known of platoons after a message, and the rejections."""
    perception = Perception(parameters(OWN))
    perception.receive(heard(record, **columns))
    perception.world(START)
    return perception.platoons(START), dict(perception.counters.rejected)


def lists(**change: object) -> PlatooningMessage:
    return replace(GOOD, leading=replace(GOOD.leading, **change))


def test_a_leader_is_heard_with_all_its_lists() -> None:
    (statement,), rejected = said_after(GOOD)
    assert rejected == {}
    assert (statement.sender_id, statement.members, statement.joining, statement.leaving) == (
        LEADER, (LEADER, OWN, 7), (8,), (7,))
    assert (statement.capacity, statement.open_to_join, statement.platoon_id) == (
        8, True, GOOD.platoon_id)


@pytest.mark.parametrize(('record', 'reason'), [
    (replace(GOOD, leading=None), 'contradictory'),
    (replace(GOOD, role=RoleInPlatooning.FOLLOWER), 'contradictory'),
    (replace(GOOD, status=StatusInPlatooning.FOLLOWING), 'contradictory'),
    (replace(GOOD, role=RoleInPlatooning.FREE_VEHICLE, leading=None), 'contradictory'),
    (lists(member_list=(NODE(OWN), NODE(LEADER), NODE(7))), 'contradictory'),
    (lists(joining_list=(NODE(OWN),)), 'contradictory'),
    (lists(leaving_list=(NODE(LEADER),)), 'contradictory'),
    (lists(member_list=(NODE(LEADER), NODE(7), NODE(OWN), NODE(7))), 'circular'),
    (lists(member_list=(NODE(LEADER), NODE(7), NODE(LEADER))), 'circular'),
    (lists(joining_list=(NODE(8), NODE(8))), 'circular'),
    (lists(leaving_list=(NODE(9),)), 'dangling_node'),
    (lists(capacity=2), 'impossible_value'),
    (lists(member_list=(NODE(LEADER), NODE(0), NODE(7))), 'impossible_value'),
    (replace(GOOD, platoon_id=bytes(17)), 'impossible_value'),
])
def test_a_malformed_message_is_refused_with_its_reason_and_changes_nothing(
    record: PlatooningMessage, reason: str,
) -> None:
    perception = Perception(parameters(OWN))
    perception.receive(heard(GOOD))
    perception.world(START)
    before = perception.platoons(START)
    perception.receive(heard(replace(record, message_count=2)))
    perception.world(START + 1)
    assert perception.platoons(START + 1) == before
    assert dict(perception.counters.rejected) == {reason: 1}
    assert perception.counters.received == 2


@pytest.mark.parametrize(('columns', 'reason'), [
    ({'verification': int(Verification.NOT_CHECKED)}, 'not_verified'),
    ({'verification': int(Verification.FAILED)}, 'signature_failed'),
    ({'signer_role': int(SignerRole.ROADSIDE)}, 'not_permitted'),
    ({'reception_time': START + 2 * SECOND}, 'stale'),
])
def test_nobody_decides_on_platoons_without_a_vehicles_verified_signature(
    columns: dict[str, int], reason: str,
) -> None:
    assert said_after(GOOD, **columns) == ((), {reason: 1})


def test_the_own_echo_and_repetitions_are_counted_and_change_nothing() -> None:
    assert said_after(replace(GOOD, id=OWN, leading=replace(
        GOOD.leading, member_list=(NODE(OWN), NODE(7)))))[1] == {'own_echo': 1}
    perception = Perception(parameters(OWN))
    perception.receive(heard(GOOD))
    perception.receive(heard(GOOD))
    perception.world(START)
    assert dict(perception.counters.rejected) == {'duplicate': 1}


def plan_of_a_platoon(place: int) -> PlatoonPlan:
    plan = formed(3).vehicles[place].plan
    assert plan is not None
    return plan


@pytest.mark.parametrize('place', [0, 1, 2])
def test_what_is_sent_of_a_plan_is_heard_as_it_was_meant(place: int) -> None:
    plan = plan_of_a_platoon(place)
    identity = TemporaryIdentity(random.Random(1), period=300.0, distance=2100.0)
    identity.temporary_id = FIRST_ID + place
    sender = PlatoonSender(5.0)
    frame = sender.step(identity, plan.stamp, plan)
    assert frame is not None
    assert sender.step(identity, plan.stamp + SECOND // 10, plan) is None
    assert sender.step(identity, plan.stamp + SECOND // 5, plan) is not None
    changed = replace(plan, state=State.DISSOLVING if place == 0 else State.LEAVING)
    assert sender.step(identity, plan.stamp + SECOND * 3 // 10, changed) is not None
    batch = batch_of([frame], plan.stamp)
    perception = Perception(parameters(99))
    perception.receive(replace(batch, verification=np.ones(1, np.uint8)))
    perception.world(plan.stamp)
    (statement,) = perception.platoons(plan.stamp)
    assert (statement.role, statement.status) == plan.told
    assert statement.members == (plan.members if place == 0 else ())
    assert statement.platoon_id == plan.platoon_id


def test_plans_requests_and_statements_travel_as_messages() -> None:
    encoder = MessageEncoder(typestore().types.__getitem__)
    plan = plan_of_a_platoon(1)
    read = platoon_plan(encoder.platoon_plan(plan))
    assert read.members == plan.members
    assert (read.state, read.control, read.told, read.ahead) == (
        plan.state, plan.control, plan.told, plan.ahead)
    np.testing.assert_array_equal(read.speed, plan.speed)
    asked = PlatoonRequest(START, PlatoonWish.JOIN, bytes(range(17)), 5, False, 20.0)
    assert platoon_request(encoder.platoon_request(asked)) == asked
    statements, _ = said_after(GOOD)
    assert platoon_statements(encoder.platoon_array(statements, START)) == statements
    assert json.loads(json.dumps(platoon_plan_value(plan), allow_nan=False))['members'] == [
        f'{one:016X}' for one in plan.members]


def test_a_follower_is_advised_the_speeds_of_its_profile() -> None:
    platoon = formed(3)
    one = platoon.vehicles[1]
    tracks = platoon._tracks(one, radio=True)
    ego = type('Ego', (), {'speed': one.speed, 'age': 0.02})()
    (advice,) = cpm.assess(one.plan, tracks, ego)
    assert (advice.application, advice.level, advice.action) == (
        Application.CPM, Level.INFO, Action.SPEED_ADVICE)
    assert (advice.rule, advice.source_kinds[-1]) == ('CPM.plan', 'EGO')
    assert advice.subject_ids == (f'{FIRST_ID:016X}',)
    assert advice.speed_min == pytest.approx(20.0, abs=0.2)
    assert advice.speed_max == pytest.approx(20.0, abs=0.2)
    assert advice.gap == pytest.approx(12.0, abs=0.3)
    platoon.vehicles[0].mute = True
    platoon.run(3.0)
    (advice,) = cpm.assess(one.plan, platoon._tracks(one, radio=True), ego)
    assert (advice.level, advice.action) == (Level.CAUTION, Action.SLOW_DOWN)
    assert advice.rule == 'CPM.opening_gap'


def test_the_pipeline_asks_joins_nobody_and_says_why() -> None:
    pipeline = Pipeline(parameters(OWN))
    pipeline.receive(Odometry(START, 'map', 0.0, 0.0, 0.0, 0.0, 20.0, 0.0, 0.0))
    assert pipeline.cycle(START).platoon_plan is None
    pipeline.receive(PlatoonRequest(START, PlatoonWish.JOIN))
    plan = pipeline.cycle(START + SECOND // 20).platoon_plan
    assert plan is not None
    assert (plan.state, plan.told) == (State.FREE, None)
    assert 'no vehicle ahead' in plan.reason


def test_a_failure_costs_its_own_instant_and_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = PlatoonStage(parameters(OWN))

    def fail(*_: object) -> None:
        raise ArithmeticError

    monkeypatch.setattr(stage._member, 'plan', fail)
    assert stage.assess(None, None, None, ()) == (None, [])
    assert stage.failures == {'platooning': 1}
