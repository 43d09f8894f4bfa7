# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Decisions do not depend on north, place, side, order or batches, and more danger is never less.

Positions and headings go over the air in steps, so that a decision on the very edge may come a
cycle earlier or later: decisions are the same if each level is found two cycles around at most.
"""

from __future__ import annotations

import math
import sys
from unittest.mock import patch

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from icv_v2x.advisory import Level
from icv_v2x.inputs import Indicator
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.pipeline import Pipeline
from icv_v2x.scenes import Radio, Scene, kmh, run

# A search by `HYPOTHESIS_PROFILE=search` takes its time.
EXAMPLES = 6 if settings.default.max_examples <= 100 else 200
CYCLES_AROUND = 2
DURATION = 2.0
# What becomes of the road users after the warm-up of the tracks.
BEGINS = 0.6

Decisions = dict[tuple[str, str], list[Level]]


def sketch(
    actors: list[tuple], ego: float, indicator: Indicator, order: list[int] | None = None,
) -> Scene:
    """Return traffic around an ego; every actor sends at the same instants under a fixed id."""
    scene = Scene(duration=DURATION)
    scene.ego(speed=kmh(ego)).indicate(indicator, 0.5, 60.0)
    for number in order or range(len(actors)):
        kind, role, near, speed, side = actors[number]
        place = {
            'leader': {'ahead': near * kmh(ego) * 0.4, 'left': 0.13 * side},
            'oncoming': {'ahead': near * (kmh(ego) + kmh(speed)) + 7.3, 'left': 0.21 * side,
                         'heading': math.pi},
            'next lane': {'ahead': -6.1 * near, 'left': 3.3 * side},
            'behind, next lane': {'ahead': -22.7 * near, 'left': 3.4 * side},
            'oncoming lane': {'ahead': 83.0 * near, 'left': 3.5, 'heading': math.pi},
        }.get(role)
        radio = Radio(
            phase=0.0, temporary_id=0x1111_0000_0000_0000 + number,
            signer=0x2222_0000_0000_0000 + number)
        name = f'actor {number}'
        if place is None:
            scene.crossing(
                name, speed=kmh(speed), at=(near + 1.13) * kmh(ego) + 3.1, object_class=kind,
                angle=side * math.radians(83.0), radio=radio, seen_by_ego=True)
        else:
            made = scene.actor(
                name, speed=kmh(speed), object_class=kind, radio=radio, seen_by_ego=True, **place)
            if role == 'leader' and speed > 20.0:
                made.keep(BEGINS).brake(3.7)
    return scene


def decisions(scene: Scene) -> Decisions:
    """Return the level in every cycle by application and subject."""
    steps = run(scene, Pipeline(scene.parameters()))
    said: Decisions = {}
    for row, step in enumerate(steps):
        for advisory in step.cycle.advisories:
            for subject in advisory.subject_ids:
                levels = said.setdefault(
                    (advisory.application.name, subject), [Level.NONE] * len(steps))
                levels[row] = max(levels[row], advisory.level)
    return said


def same(first: Decisions, second: Decisions) -> bool:
    """Whether each level of the one is found at about the same time in the other."""
    def within(one: Decisions, other: Decisions) -> bool:
        for key, levels in one.items():
            theirs = other.get(key, [Level.NONE] * len(levels))
            for row, level in enumerate(levels):
                around = theirs[max(0, row - CYCLES_AROUND):row + CYCLES_AROUND + 1]
                if not around or not min(around) <= level <= max(around):
                    return False
        return True

    return within(first, second) and within(second, first)


KINDS = st.sampled_from([
    (ObjectClass.CAR, 'leader'), (ObjectClass.CAR, 'oncoming'), (ObjectClass.CAR, 'next lane'),
    (ObjectClass.CAR, 'behind, next lane'), (ObjectClass.CAR, 'oncoming lane'),
    (ObjectClass.CAR, 'crossing'), (ObjectClass.TRUCK, 'crossing'),
    (ObjectClass.MOTORCYCLE, 'crossing'),
])
ACTORS = st.lists(
    st.builds(
        lambda kind, near, speed, side: (*kind, near, speed, side),
        KINDS, st.sampled_from([1.07, 1.61, 2.33, 3.19, 4.27]),
        st.sampled_from([7.0, 23.0, 41.0, 67.0]), st.sampled_from([-1.0, 1.0])),
    min_size=1, max_size=3, unique_by=lambda actor: actor[1])
EGO_SPEEDS = st.sampled_from([22.0, 38.0, 57.0, 83.0])
INDICATORS = st.sampled_from([Indicator.NONE, Indicator.LEFT, Indicator.RIGHT])


@settings(max_examples=EXAMPLES)
@given(actors=ACTORS, ego=EGO_SPEEDS, indicator=INDICATORS, angle=st.floats(-math.pi, math.pi))
def test_no_decision_depends_on_where_north_is(
    actors: list[tuple], ego: float, indicator: Indicator, angle: float
) -> None:
    scene = sketch(actors, ego, indicator)
    assert same(decisions(scene), decisions(scene.placed(rotation=angle)))


@settings(max_examples=EXAMPLES)
@given(
    actors=ACTORS, ego=EGO_SPEEDS, indicator=INDICATORS,
    shift=st.tuples(st.floats(-3000.0, 3000.0), st.floats(-3000.0, 3000.0)),
    latitude=st.floats(-65.0, 65.0), longitude=st.floats(-179.0, 179.0))
def test_no_decision_depends_on_the_place(
    actors: list[tuple], ego: float, indicator: Indicator, shift: tuple[float, float],
    latitude: float, longitude: float
) -> None:
    scene = sketch(actors, ego, indicator)
    elsewhere = scene.placed(shift=shift, origin=(latitude, longitude, 0.0))
    assert same(decisions(scene), decisions(elsewhere))


@settings(max_examples=EXAMPLES)
@given(actors=ACTORS, ego=EGO_SPEEDS, indicator=INDICATORS)
def test_left_hand_traffic_is_the_mirror_image(
    actors: list[tuple], ego: float, indicator: Indicator
) -> None:
    scene = sketch(actors, ego, indicator)
    mirrored = scene.placed(mirrored=True)
    assert mirrored.parameters().driving_side == 'left'
    assert same(decisions(scene), decisions(mirrored))


@settings(max_examples=EXAMPLES)
@given(
    actors=ACTORS.filter(lambda actors: len(actors) > 1), ego=EGO_SPEEDS, indicator=INDICATORS,
    data=st.data())
def test_the_order_of_the_senders_decides_nothing(
    actors: list[tuple], ego: float, indicator: Indicator, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(actors))))
    assume(order != sorted(order))
    scene = sketch(actors, ego, indicator)
    assert decisions(scene) == decisions(sketch(actors, ego, indicator, order))


@settings(max_examples=EXAMPLES)
@given(
    actors=ACTORS.filter(lambda actors: len(actors) > 1), ego=EGO_SPEEDS, indicator=INDICATORS)
def test_how_frames_come_in_batches_decides_nothing(
    actors: list[tuple], ego: float, indicator: Indicator
) -> None:
    scene = sketch(actors, ego, indicator)
    together = decisions(scene)
    # No frame waits for another.
    with patch.object(sys.modules['icv_v2x.scenes.inputs'], 'BATCH_WINDOW', -1):
        assert decisions(scene) == together


def level_behind(gap: float, ego: float, leader: float, brakes: float) -> Level:
    """Return the highest level at the end of a short scene with such a leader by then."""
    seconds = 1.2
    # Where it has to start to be there in the end.
    way = (kmh(ego) - kmh(leader)) * seconds + 0.5 * brakes * (seconds - BEGINS) ** 2
    if gap + way < 1.0 or kmh(leader) < brakes * (seconds - BEGINS):
        assume(False)
    scene = Scene(duration=seconds)
    scene.ego(speed=kmh(ego))
    actor = scene.car('leader', ahead=gap + way, speed=kmh(leader), seen_by_ego=True)
    if brakes:
        actor.keep(BEGINS).brake(brakes)
    last = run(scene, Pipeline(scene.parameters()))[-1]
    return max((a.level for a in last.cycle.advisories), default=Level.NONE)


GAPS = st.floats(3.0, 120.0)
SPEEDS = st.floats(15.0, 120.0)
LEADERS = st.floats(0.0, 110.0)
BRAKING = st.sampled_from([0.0, 0.0, 2.0, 5.0])
NEARER = st.floats(0.3, 0.95)


@settings(max_examples=2 * EXAMPLES)
@given(gap=GAPS, ego=SPEEDS, leader=LEADERS, brakes=BRAKING, share=NEARER)
def test_a_nearer_leader_is_never_less_urgent(
    gap: float, ego: float, leader: float, brakes: float, share: float
) -> None:
    far = level_behind(gap, ego, leader, brakes)
    assert level_behind(share * gap, ego, leader, brakes) >= far


@settings(max_examples=2 * EXAMPLES)
@given(gap=GAPS, ego=SPEEDS, leader=LEADERS, share=NEARER)
def test_a_slower_leader_is_never_less_urgent(
    gap: float, ego: float, leader: float, share: float
) -> None:
    fast = level_behind(gap, ego, leader, 0.0)
    assert level_behind(gap, ego, share * leader, 0.0) >= fast


@settings(max_examples=2 * EXAMPLES)
@given(gap=GAPS, ego=SPEEDS, leader=LEADERS, brakes=BRAKING, share=NEARER)
def test_a_faster_ego_is_never_less_urgent(
    gap: float, ego: float, leader: float, brakes: float, share: float
) -> None:
    slow = level_behind(gap, share * ego, leader, brakes)
    assert level_behind(gap, ego, leader, brakes) >= slow


def test_the_scenes_of_the_properties_have_something_to_decide_on() -> None:
    met = set()
    for ego in (38.0, 83.0):
        for actor in (
            (ObjectClass.CAR, 'leader', 1.61, 41.0, 1.0),
            (ObjectClass.CAR, 'oncoming', 2.33, 41.0, 1.0),
            (ObjectClass.CAR, 'next lane', 1.07, ego, 1.0),
            (ObjectClass.CAR, 'crossing', 2.33, 41.0, 1.0),
            (ObjectClass.CAR, 'behind, next lane', 1.61, 120.0, 1.0),
        ):
            met |= {name for name, _ in decisions(sketch([actor], ego, Indicator.LEFT))}
    assert {'FCW', 'ICW', 'BSW', 'LCW'} <= met
