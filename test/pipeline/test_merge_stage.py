# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The merge planner in the chain: requests in, plans out as records, messages, lines of JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'merging'))

from closed_loop import SPACING, START, Car, request, tracks_of
from merge_cases import LENGTH, WIDTH, parameters

from icv_v2x.advisory.types import Action, Application, Level
from icv_v2x.inputs import Odometry
from icv_v2x.interchange.merge_message import merge_request
from icv_v2x.interchange.message_types import typestore
from icv_v2x.interchange.to_message import MessageEncoder
from icv_v2x.merging import MergeChoice, State
from icv_v2x.merging.choice import Gaps
from icv_v2x.merging.profiles import from_nodes
from icv_v2x.message_set.records.vir import DriveBehavior
from icv_v2x.pipeline import MergePlanner, Pipeline, merging
from icv_v2x.tools.jsonl import merge_plan_value
from icv_v2x.world.ego import EgoState

SECOND = 1_000_000_000
EGO = EgoState(START, 0.0, 0.0, 0.0, 0.0, 24.0, 0.0, 0.0, LENGTH, WIDTH, 1.5, 0.1, 0.0)
CARS = [Car(60.0, 25.0), Car(-60.0, 25.0)]


def test_nothing_is_planned_without_a_request() -> None:
    planner = MergePlanner(parameters())
    assert planner.assess(tracks_of(CARS, START), EGO) == (None, [])


def test_a_request_is_answered_with_a_plan_and_advice() -> None:
    planner = MergePlanner(parameters())
    assert planner.request(request(300.0, 30.0, START)) is None
    plan, advice = planner.assess(tracks_of(CARS, START), EGO)
    assert plan is not None
    assert plan.state == State.MERGE
    (said,) = advice
    assert (said.application, said.level, said.action) == (
        Application.CVM, Level.INFO, Action.MERGE)
    assert (said.rule, said.source_kinds[0]) == ('CVM.merge', 'EGO')
    assert said.data_age == max(said.source_ages)
    assert said.subject_ids == ('0000000000000001', '0000000000000002')


def test_a_lane_that_goes_on_makes_it_a_lane_change() -> None:
    planner = MergePlanner(parameters())
    asked = request(300.0, 30.0, START)
    planner.request(replace(asked, end=asked.end - 100.0))
    _, advice = planner.assess(tracks_of(CARS, START), EGO)
    assert (advice[0].application, advice[0].rule) == (Application.CLC, 'CLC.merge')


def test_it_is_told_as_what_it_is() -> None:
    planner = MergePlanner(parameters())
    assert planner.behavior is None
    asked = request(300.0, 30.0, START)
    planner.request(asked)
    assert planner.behavior == DriveBehavior.RAMP_IN
    goes_on = replace(asked, end=asked.end - 100.0)
    planner.request(goes_on)
    assert planner.behavior == DriveBehavior.LANE_CHANGING_TO_LEFT
    planner.request(replace(goes_on, target_lane_y=-asked.target_lane_y))
    assert planner.behavior == DriveBehavior.LANE_CHANGING_TO_RIGHT


def test_a_better_gap_does_not_wait_anew_where_the_one_in_force_is_lost_for_an_instant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    profile = from_nodes(np.array([[0.0, 5.0]]), np.zeros((1, 2)), 24.0).one(0)
    one = np.ones(1)
    gaps = Gaps(
        np.array([0]), np.array([1]), np.ones(1, np.bool_), one, 3.0 * one, one, one, one, ('',))
    waited = []

    def choose(*given: Any) -> MergeChoice:
        incumbent = given[5]
        waited.append(None if incumbent is None else incumbent.rivalled)
        # At every other instant the gap cannot be entered, and the plan goes on all the same.
        lost = len(waited) % 2 == 0
        return MergeChoice(
            State.MERGE, 0, profile, 3.0, gaps, 100.0, '', bridged=lost, rivalled=not lost)

    monkeypatch.setattr(merging, 'plan', choose)
    planner = MergePlanner(parameters())
    planner.request(request(300.0, 30.0, START))
    for step in range(5):
        stamp = START + step * SECOND // 10
        planner.plan(tracks_of(CARS, stamp), replace(EGO, stamp=stamp))
    assert waited[0] is None
    assert waited[1:] == pytest.approx([0.1, 0.2, 0.3, 0.4])


def test_a_request_lapses_and_can_be_withdrawn() -> None:
    planner = MergePlanner(parameters())
    planner.request(request(300.0, 30.0, START))
    later = START + 61 * SECOND
    assert planner.plan(tracks_of(CARS, later), replace(EGO, stamp=later)) is None
    planner.request(request(300.0, 30.0, later))
    none = np.empty(0)
    planner.request(replace(request(300.0, 30.0, later), target_lane_x=none, target_lane_y=none))
    assert planner.plan(tracks_of(CARS, later), replace(EGO, stamp=later)) is None


@pytest.mark.parametrize('change', [
    {'begin': 400.0, 'end': 300.0}, {'desired_speed': 0.0}, {'desired_speed': float('nan')},
    {'ego_lane_x': np.zeros(2)}, {'target_lane_x': np.array([0.0, np.nan])},
    {'ego_lane_y': np.zeros(3)}])
def test_an_unusable_request_is_refused_and_changes_nothing(change: dict[str, object]) -> None:
    planner = MergePlanner(parameters())
    good = request(300.0, 30.0, START)
    planner.request(good)
    assert planner.request(replace(good, **change)) == 'unusable_request'
    assert planner.refused
    assert planner.plan(tracks_of(CARS, START), EGO) is not None


def test_without_own_position_the_lane_is_held() -> None:
    planner = MergePlanner(parameters())
    planner.request(request(300.0, 30.0, START))
    plan = planner.plan(tracks_of(CARS, START), None)
    assert plan is not None
    assert plan.state == State.HOLD


def test_a_plan_reaches_messages_and_lines_unchanged() -> None:
    planner = MergePlanner(parameters())
    planner.request(request(300.0, 30.0, START))
    plan = planner.plan(tracks_of(CARS, START), EGO)
    assert plan is not None
    message = MessageEncoder(typestore().types.__getitem__).merge_plan(plan)
    assert message.state == State.MERGE
    for field in fields(plan):
        if isinstance(getattr(plan, field.name), np.ndarray):
            assert np.array_equal(
                getattr(message, field.name), getattr(plan, field.name), equal_nan=True)
    assert list(message.gap_leader) == list(plan.gap_leader)
    value = json.loads(json.dumps(merge_plan_value(plan), allow_nan=False))
    assert value['state'] == 'MERGE'
    assert len(value['gap_cost']) == len(plan.gap_leader)


def test_a_request_is_read_from_its_message_as_written() -> None:
    asked = request(300.0, 30.0, START)
    read = merge_request(MessageEncoder(typestore().types.__getitem__).merge_request(asked))
    for field in fields(asked):
        assert np.array_equal(getattr(read, field.name), getattr(asked, field.name))


def test_the_pipeline_gives_a_plan_with_its_cycles() -> None:
    pipeline = Pipeline(parameters())
    pipeline.receive(Odometry(
        stamp=START, frame_id='map', x=0.0, y=0.0, z=0.0, yaw=0.0, velocity_x=24.0,
        velocity_y=0.0, yaw_rate=0.0))
    assert pipeline.cycle(START).merge_plan is None
    pipeline.receive(request(300.0, 30.0, START))
    plan = pipeline.cycle(START + SECOND // 20).merge_plan
    assert plan is not None
    assert plan.state == State.MERGE
    assert pytest.approx(3.5) == SPACING


@pytest.mark.parametrize('driving', [True, False])
def test_a_request_behind_another_one_goes_on_with_what_is_driven(driving: bool) -> None:
    planner = MergePlanner(parameters())
    planner.request(request(300.0, 30.0, START))
    first, _ = planner.assess(tracks_of([], START), EGO)
    assert first is not None
    later = START + 3 * SECOND // 10
    planner.clear(driving=driving)
    planner.request(request(600.0, 30.0, later))
    ego = replace(EGO, stamp=later, x=float(first.distance[3]), speed=float(first.speed[3]))
    second, _ = planner.assess(tracks_of([], later), ego)
    assert second is not None
    assert first.acceleration[3] > 0.5
    assert second.acceleration[0] == pytest.approx(first.acceleration[3] if driving else 0.0)
