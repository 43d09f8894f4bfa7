# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What is drawn of scenes: everybody where they are, conflicts where they are predicted."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from strategies.road_maps import crossing, model_of
from strategies.signals import Roadside

from icv_v2x.advisory.merge_plan import MergePlan
from icv_v2x.advisory.types import Level
from icv_v2x.drawing import NAMESPACES, Kind, Picture, Shape, shapes_of
from icv_v2x.drawing.palette import GREEN, LEVELS, VERMILION, YELLOW
from icv_v2x.inputs import MergeRequest
from icv_v2x.interchange.merge_message import merge_plan, merge_plan_fields
from icv_v2x.interchange.signal_plans import State as Shown
from icv_v2x.merging import State
from icv_v2x.pipeline import Cycle, Pipeline
from icv_v2x.scenes import Scene, kmh, run
from icv_v2x.translate.signal_reports import Light


@pytest.fixture(scope='module')
def scene() -> Scene:
    """Return a car that crosses, one that comes by, and somebody on foot."""
    scene = Scene(duration=1.8)
    scene.ego(kmh(50))
    scene.crossing('crossing', speed=kmh(50), at=60.0)
    scene.car('oncoming', ahead=120.0, left=3.5, speed=kmh(50), heading=math.pi)
    scene.pedestrian('waiting', x=30.0, y=-6.0, speed=0.0)
    return scene


@pytest.fixture(scope='module')
def cycle(scene: Scene) -> Cycle:
    """Return its last cycle, in which a warning is in force."""
    last: Cycle = run(scene, Pipeline(scene.parameters(cycle__rate=10.0)), rate=10.0)[-1].cycle
    assert any(advisory.level >= Level.WARNING for advisory in last.advisories)
    return last


def plan_for(cycle: Cycle, scene: Scene) -> tuple[MergePlan, MergeRequest]:
    """Return a plan for 40 m along the ego's lane, into the gap before the oncoming car."""
    assert cycle.ego is not None
    x, y = cycle.ego.x, cycle.ego.y
    time = np.arange(0.0, 4.1, 0.5)
    none = np.array([np.nan])
    plan = MergePlan(
        stamp=cycle.stamp, state=State.MERGE, chosen=0, reason='', time=time,
        distance=10.0 * time, speed=np.full(len(time), 10.0), acceleration=0.0 * time,
        gap_leader=(scene.subject('oncoming'),), gap_follower=(scene.subject('crossing'),),
        gap_feasible=np.array([True]), gap_cost=none, gap_time=np.array([2.0]),
        gap_leader_headway=none, gap_follower_headway=none, gap_follower_deceleration=none,
        gap_reason=('',), stop_distance=60.0)
    lane = np.array([x - 50.0, x + 150.0]), np.array([y, y])
    request = MergeRequest(
        stamp=cycle.stamp, ego_lane_x=np.linspace(*lane[0], 201), ego_lane_y=np.full(201, y),
        target_lane_x=lane[0], target_lane_y=lane[1] + 3.5, begin=0.0, end=100.0,
        desired_speed=15.0, target_lane_id=1)
    return plan, request


def picture(cycle: Cycle) -> Picture:
    return Picture(
        tracks=cycle.tracks, ego=cycle.ego, mode=cycle.mode, mode_reason=cycle.mode_reason,
        advisories=cycle.advisories)


def drawn(picture: Picture, scene: Scene) -> dict[tuple[str, str], Shape]:
    shapes = list(shapes_of(picture, scene.parameters()))
    named = {(shape.namespace, shape.key): shape for shape in shapes}
    assert len(named) == len(shapes)
    assert {shape.namespace for shape in shapes} <= set(NAMESPACES)
    return named


def test_everybody_is_drawn_where_they_are_in_their_size(cycle: Cycle, scene: Scene) -> None:
    shapes = drawn(picture(cycle), scene)
    for row in range(len(cycle.tracks)):
        box = shapes['objects', cycle.tracks.name(row)]
        assert box.kind is Kind.BOX
        assert box.points[0, :2] == pytest.approx([cycle.tracks.x[row], cycle.tracks.y[row]])
        assert box.size[:2] == (cycle.tracks.length[row], cycle.tracks.width[row])
        assert np.isfinite(box.points).all()


def test_arrows_reach_as_far_as_one_goes_in_a_second(cycle: Cycle, scene: Scene) -> None:
    shapes = drawn(picture(cycle), scene)
    arrow = shapes['velocity', scene.subject('crossing')]
    step = arrow.points[1] - arrow.points[0]
    assert step[:2] == pytest.approx([0.0, kmh(50)], abs=0.3)
    assert ('velocity', scene.subject('waiting')) not in shapes


def test_who_is_spoken_of_has_the_colour_of_the_level_a_way_and_words(
    cycle: Cycle, scene: Scene
) -> None:
    shapes = drawn(picture(cycle), scene)
    advisory = next(a for a in cycle.advisories if a.level >= Level.WARNING)
    name = advisory.subject_ids[0]
    assert shapes['objects', name].colour[:3] == LEVELS[advisory.level][:3]
    assert shapes['objects', scene.subject('oncoming')].colour[:3] == LEVELS[Level.NONE][:3]
    assert ('paths', name) in shapes
    words = shapes['advisories', f'{advisory.application.name} {name}'].text
    assert words.startswith(f'{advisory.application.name} {advisory.level.name}')


def test_footprints_meet_at_the_conflict_that_is_drawn(cycle: Cycle, scene: Scene) -> None:
    shapes = drawn(picture(cycle), scene)
    advisory = next(a for a in cycle.advisories if a.level >= Level.WARNING)
    key = f'{advisory.application.name} {advisory.subject_ids[0]}'
    disc = shapes['conflicts', key].points[0, :2]
    for side in ('ego', 'subject'):
        box = shapes['conflicts', f'{key} {side}']
        reach = 0.5 * math.hypot(*box.size[:2])
        assert math.dist(box.points[0, :2], disc) <= reach + 0.5


def test_an_instant_of_which_nothing_is_known_draws_nothing(scene: Scene) -> None:
    assert drawn(Picture(), scene) == {}


def test_unknown_heights_and_headings_draw_finite_shapes(cycle: Cycle, scene: Scene) -> None:
    nothing = np.full(len(cycle.tracks), np.nan)
    assert cycle.ego is not None
    blurred = replace(
        picture(cycle), ego=replace(cycle.ego, z=math.nan, height=math.nan),
        tracks=replace(cycle.tracks, z=nothing, height=nothing, heading=nothing))
    for shape in drawn(blurred, scene).values():
        assert np.isfinite(shape.points).all()


def test_lanes_and_stop_lines_are_drawn_with_the_light_of_their_phase(scene: Scene) -> None:
    roadside = Roadside()
    roadside.say(0.0, {
        1: [Shown(Light.RED, 0.0, 20.0, 20.0, 20.0)],
        2: [Shown(Light.PROTECTED_GREEN, 0.0, 15.0, 15.0, 15.0)]}, node=10)
    road = model_of(crossing(arm=60.0))
    shapes = drawn(Picture(roads=road, signals=roadside.see(0.1)), scene)
    borders = [s for s in shapes.values() if s.namespace == 'lanes' and s.kind is Kind.SEGMENTS]
    assert borders
    assert all(len(s.points) % 2 == 0 for s in borders)
    lights = {
        key.rsplit(':', 1)[1]: shape.colour for (space, key), shape in shapes.items()
        if space == 'signals' and shape.kind is Kind.LINE}
    assert lights['1'] == VERMILION
    assert lights['2'] == GREEN
    letters = {s.text[0] for s in shapes.values() if s.namespace == 'signals' and s.text}
    assert letters == {'R', 'G'}


def test_a_merge_is_drawn_with_its_gap_and_plan(cycle: Cycle, scene: Scene) -> None:
    plan, request = plan_for(cycle, scene)
    shapes = drawn(replace(picture(cycle), plan=plan, request=request), scene)
    gap = shapes['merging', 'gap'].points
    assert len(gap) == 2
    assert shapes['merging', 'plan'].points[-1, 0] == pytest.approx(cycle.ego.x + 40.0, abs=1.0)
    assert 'MERGE' in shapes['merging', 'state'].text


def test_a_merge_plan_survives_its_message(cycle: Cycle, scene: Scene) -> None:
    plan, _ = plan_for(cycle, scene)
    header = SimpleNamespace(stamp=SimpleNamespace(sec=7, nanosec=0))
    read = merge_plan(SimpleNamespace(header=header, **merge_plan_fields(plan)))
    assert repr(replace(read, stamp=plan.stamp)) == repr(plan)


# How whoever lacks the long or the middle cones sees colours (Machado and others, 2009).
WITHOUT_RED = np.array([
    [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998]])
WITHOUT_GREEN = np.array([
    [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881]])


@pytest.mark.parametrize('sight', [np.eye(3), WITHOUT_RED, WITHOUT_GREEN])
def test_colours_that_mean_something_stay_apart_for_everybody(
    sight: np.ndarray
) -> None:
    meanings = ([*LEVELS.values()], [VERMILION, YELLOW, GREEN])
    for colours in meanings:
        for one, other in itertools.combinations(colours, 2):
            assert np.linalg.norm(sight @ np.subtract(one[:3], other[:3])) > 0.15
