# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parking guidance on drives through a car park, from the radio frame to the advisory."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from icv_v2x.advisory import Action, Advisory, Application, Level
from icv_v2x.inputs import Verification
from icv_v2x.message_set.records.pam import ParkingGuide, ParkingType, SlotStatus
from icv_v2x.parking import Guidance, Outcome
from icv_v2x.pipeline import Pipeline
from icv_v2x.pipeline.parking_guidance import ParkingGuidance
from icv_v2x.scenes import Radio, Scene, run
from icv_v2x.scenes.car_park import ENTRANCE, EXIT, CarPark
from icv_v2x.scenes.observers import ROADSIDE_RADIO

CYCLE = 0.05
PERIOD = 0.5
PARK = CarPark(levels=2, slots=80)
FIRST_AISLE = (PARK.node_number(0, 0, 0), PARK.node_number(0, 1, 0))


def drive(
    park: CarPark, *, x: float = -40.0, y: float = 0.0, heading: float = 0.0, speed: float = 4.0,
    seconds: float = 1.6, radio: Radio = ROADSIDE_RADIO, **parking: Any,
) -> list[tuple[float, Guidance | None, list[Advisory], int]]:
    """Returns time, guidance, what was said about parking, and frames refused, by cycles."""
    scene = Scene(seconds)
    scene.ego(speed, x=x, y=y, heading=heading)
    scene.roadside_unit('gate', x=-10.0, y=5.0, radio=radio)
    scene.road_side.repeats('gate', park.sending, rate=1.0 / PERIOD)
    parameters = scene.parameters()
    own = parking.pop('temporary_id', '')
    parameters = replace(
        parameters, vehicle=replace(parameters.vehicle, temporary_id=own),
        parking=replace(parameters.parking, **{'wanted': 'slot', **parking}))
    pipeline = Pipeline(parameters)
    steps = [
        (step.time, step.cycle.guidance,
         [one for one in step.cycle.advisories if one.application == Application.GSPA],
         sum(pipeline.counters.rejected.values()))
        for step in run(scene, pipeline)]
    assert pipeline.failures == {}
    return steps


def last(steps: list[tuple[float, Guidance | None, list[Advisory], int]]) -> Guidance:
    guidance = steps[-1][1]
    assert guidance is not None
    return guidance


def nodes_of(guidance: Guidance) -> list[int]:
    """Returns the nodes that a route leads to, in their order."""
    assert guidance.route is not None
    drives, numbers = guidance.area.drives, guidance.area.nodes.number
    return [int(numbers[drives.node[row]]) for row in guidance.route.drives]


def test_the_stage_of_its_own_guides_as_the_pipeline_does() -> None:
    scene = Scene(1.6)
    scene.ego(4.0, x=-40.0)
    scene.roadside_unit('gate', x=-10.0, y=5.0)
    scene.road_side.repeats('gate', PARK.sending, rate=1.0 / PERIOD)
    parameters = scene.parameters(parking__wanted='slot')
    stage = ParkingGuidance(parameters)
    guided = 0
    for step in run(scene, Pipeline(parameters)):
        cycle = step.cycle
        alone = stage.assess(cycle.tracks, cycle.ego, cycle.parking)
        together = [one for one in cycle.advisories if one.application == Application.GSPA]
        assert [(one.subject_ids, one.reason, one.distance) for one in alone] == [
            (one.subject_ids, one.reason, one.distance) for one in together]
        guided += len(alone)
    assert guided > 0


def test_the_way_from_the_road_leads_through_the_entrance_to_the_nearest_slot() -> None:
    steps = drive(PARK)
    guidance = last(steps)
    (said,) = steps[-1][2]
    assert guidance.slot == 1
    assert nodes_of(guidance) == list(FIRST_AISLE)
    assert (said.level, said.action) == (Level.INFO, Action.PARK)
    assert said.subject_ids == (f'{7:016X}:{(6 << 20) + 1}',)
    assert said.verified
    assert (said.conflict_x, said.conflict_y) == pytest.approx((6.25, -5.65), abs=0.1)
    assert said.distance == pytest.approx(20.0 + 6.25 + guidance.approach, abs=0.2)
    assert 'slot 1 (B1) on floor 0' in said.reason
    assert 'entrance in' in said.reason


def test_distance_shrinks_as_the_vehicle_drives_and_ends_in_the_slot() -> None:
    steps = drive(PARK, x=-30.0, seconds=4.0)
    heard = [(time, one) for time, one, _, _ in steps if one is not None]
    for (before, one), (after, other) in pairwise(heard):
        assert one.distance - other.distance == pytest.approx(4.0 * (after - before), abs=0.05)
    parked = last(drive(PARK, x=6.25, y=-5.65, heading=math.pi / 2, speed=0.0))
    assert (parked.slot, parked.outcome) == (1, Outcome.ARRIVED)


def test_the_own_vehicle_in_its_slot_is_nobody_who_took_it() -> None:
    steps = drive(
        replace(PARK, taken={1: 0.7}), x=6.25, y=-5.65, heading=math.pi / 2, speed=0.0)
    assert last(steps).area.slots.status[0] == SlotStatus.OCCUPIED
    assert (last(steps).slot, last(steps).outcome) == (1, Outcome.ARRIVED)


def test_a_taken_slot_leads_to_another_in_the_cycle_after_the_message() -> None:
    steps = drive(replace(PARK, taken={1: 1.0}), x=-30.0)
    goals = {round(time, 2): one.slot for time, one, _, _ in steps if one is not None}
    told = 1.0 + ROADSIDE_RADIO.latency + ROADSIDE_RADIO.jitter
    changed = min(time for time, slot in goals.items() if slot != 1)
    assert 1.0 <= changed <= told + CYCLE + 1e-6
    assert {slot for time, slot in goals.items() if time >= changed} == {2}
    assert last(steps).change == 'slot 1 is taken'
    assert 'slot 1 is taken' in steps[-1][2][0].reason


def test_a_blocked_node_leads_around_it_in_the_cycle_after_the_message() -> None:
    free = frozenset(range(1, 81)) - {40}
    park = replace(PARK, occupied=free)
    before = nodes_of(last(drive(park, x=-30.0)))
    on_the_way = PARK.node_number(0, 1, 0)
    assert on_the_way in before
    steps = drive(replace(park, blocked={on_the_way: 1.0}), x=-30.0)
    outcomes = {round(time, 2): one.outcome for time, one, _, _ in steps if one is not None}
    assert outcomes[0.95] == Outcome.ON_THE_WAY
    assert outcomes[1.15] == Outcome.NO_SLOT
    assert last(steps).change == ''
    assert 'out of reach' in steps[-1][2][0].reason


def test_a_better_slot_does_not_draw_the_vehicle_away() -> None:
    class Freed(CarPark):
        def message(self, locate: Any, time: float = 0.0, count: int = 0) -> Any:
            occupied = frozenset({1, 2, 3, 4}) if time < 1.0 else frozenset()
            return replace(PARK, occupied=occupied).message(locate, time, count)

    steps = drive(Freed(), x=-30.0)
    assert {one.slot for _, one, _, _ in steps if one is not None} == {5}


def test_slots_are_chosen_by_size_kind_and_charge() -> None:
    kinds = {1: ParkingType.DISABLED, 2: ParkingType.PRIVATE, 3: ParkingType.CHARGING,
             4: ParkingType.STEREO, 5: ParkingType.LADY, 60: ParkingType.CHARGING}
    park = replace(PARK, kinds=kinds)
    chosen = {
        name: last(drive(park, seconds=0.3, **given)).slot
        for name, given in {
            'plain': {}, 'disabled': {'disabled_permit': True}, 'lady': {'lady_permit': True},
            'charging': {'charging': 'require'}, 'private': {'private_permit': True},
        }.items()}
    assert chosen == {'plain': 6, 'disabled': 1, 'lady': 5, 'charging': 3, 'private': 2}
    only_far = replace(park, occupied=frozenset({3}))
    assert last(drive(only_far, seconds=0.3, charging='prefer', charging_worth=5000.0)).slot == 60
    assert last(drive(only_far, seconds=0.3, charging='prefer', charging_worth=5.0)).slot == 6
    nothing = last(drive(PARK, seconds=0.3, side_margin=1.5))
    assert (nothing.outcome, nothing.slot) == (Outcome.NO_SLOT, -1)


def test_the_slot_that_the_area_gives_is_taken_though_reserved() -> None:
    own = '00000000000000A5'
    park = replace(
        PARK, guides=(ParkingGuide(0xA5, (ENTRANCE, FIRST_AISLE[0]), 77),), guided_from=1.0)
    steps = drive(park, x=-30.0, temporary_id=own)
    slots = {round(time, 2): one.slot for time, one, _, _ in steps if one is not None}
    assert slots[0.95] == 1
    assert slots[1.15] == 77
    assert last(steps).confirmed
    assert steps[-1][2][0].subject_ids == (f'{7:016X}:{(6 << 20) + 77}', own)
    assert last(steps).change == 'the area gives another slot'
    others = drive(park, x=-30.0, temporary_id='00000000000000A6')
    assert last(others).slot == 1


@pytest.mark.parametrize(('x', 'y'), [(45.0, 18.0), (75.0, 0.0)])
def test_out_of_the_area_the_way_ends_at_the_exit(x: float, y: float) -> None:
    guidance = last(drive(PARK, x=x, y=y, seconds=0.3, wanted='exit'))
    assert guidance.outcome == Outcome.ON_THE_WAY
    assert nodes_of(guidance)[-1] == EXIT
    assert (guidance.x, guidance.y) == pytest.approx((-20.0, 36.0), abs=0.1)
    assert last(drive(
        PARK, x=-19.5, y=36.0, heading=math.pi, speed=0.0, seconds=0.3, wanted='exit'),
    ).outcome == Outcome.ARRIVED


def test_nothing_is_said_unasked_far_away_or_off() -> None:
    for given in ({'wanted': 'nothing'}, {'reach': 10.0}, {'enabled': False}):
        steps = drive(PARK, seconds=0.3, **given)
        assert all(guidance is None and not said for _, guidance, said, _ in steps)


def test_a_malformed_map_changes_nothing() -> None:
    class Broken(CarPark):
        def message(self, locate: Any, time: float = 0.0, count: int = 0) -> Any:
            made = PARK.message(locate, time, count)
            if time < 1.0:
                return made
            return replace(made, nodes=tuple(
                replace(node, drives=tuple(
                    replace(one, height_restriction=0.2) for one in node.drives))
                for node in made.nodes))

    steps = drive(Broken(), x=-30.0)
    assert steps[-1][3] >= 2
    assert {one.slot for _, one, _, _ in steps if one is not None} == {1}
    # Once the last good map is too old, it guides no longer.
    assert drive(Broken(), x=-30.0, seconds=4.0, age_maximum=2.0)[-1][1] is None


def test_unverified_maps_guide_and_say_so() -> None:
    radio = replace(ROADSIDE_RADIO, verification=Verification.NOT_CHECKED)
    (said,) = drive(PARK, seconds=0.3, radio=radio)[-1][2]
    assert not said.verified
