# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""An explanation holds what decided: it agrees with what was said, and changes nothing of it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from icv_v2x.advisory.gates import SELECTED, at_least, heard, listening
from icv_v2x.advisory.types import Level
from icv_v2x.inputs import Indicator
from icv_v2x.interchange.playback import play
from icv_v2x.message_set.enumerations import VehicleEvent
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.pipeline import Cycle, Pipeline
from icv_v2x.report.explanation import Explanation, Rule
from icv_v2x.scenes import Scene, inputs, kmh

RATE = 5.0
EITHER, OR = 'either: ', 'or: '


def standing(scene: Scene) -> None:
    scene.ego(kmh(50))
    scene.car('subject', ahead=80.0, speed=0.0, seen_by_ego=True)


def crossing(scene: Scene) -> None:
    scene.ego(kmh(50))
    scene.crossing('subject', speed=kmh(50), at=75.0, seen_by_ego=True)


def oncoming(scene: Scene) -> None:
    scene.ego(kmh(60))
    scene.car('subject', ahead=180.0, speed=kmh(60), heading=math.pi)


def pedestrian(scene: Scene) -> None:
    scene.ego(kmh(40))
    scene.crossing('subject', speed=1.5, at=50.0, object_class=ObjectClass.PEDESTRIAN)


def overtaker(scene: Scene) -> None:
    scene.ego(kmh(60)).indicate(Indicator.LEFT, 1.0, 60.0)
    scene.car('subject', ahead=-60.0, left=3.5, speed=kmh(110))


def turned_across(scene: Scene) -> None:
    scene.ego(kmh(20)).keep(1.5).turn(math.pi / 2, 12.0).indicate(Indicator.LEFT, 0.0, 60.0)
    scene.car('subject', ahead=70.0, left=3.5, speed=kmh(60), heading=math.pi)


def met_while_passing(scene: Scene) -> None:
    scene.ego(kmh(70)).indicate(Indicator.LEFT, 1.0, 60.0)
    scene.car('slow', ahead=15.0, speed=kmh(60))
    scene.car('subject', ahead=350.0, left=3.5, speed=kmh(80), heading=math.pi)


def braking(scene: Scene) -> None:
    scene.ego(kmh(80))
    scene.car('between', ahead=22.0, speed=kmh(80))
    scene.car('subject', ahead=50.0, speed=kmh(80)).keep(1.0).brake(6.0).shows(
        VehicleEvent.HARD_BRAKING, 1.0)


def broken_down(scene: Scene) -> None:
    scene.ego(kmh(80))
    scene.car('subject', ahead=150.0, speed=0.0).shows(VehicleEvent.HAZARD_LIGHTS)


def fire_engine(scene: Scene) -> None:
    scene.ego(kmh(40))
    scene.actor(
        'subject', object_class=ObjectClass.EMERGENCY, ahead=-60.0, speed=kmh(80)).hurries()


SCENES = {
    'FCW': standing, 'FCW, oncoming': oncoming, 'ICW': crossing, 'VRUCW': pedestrian,
    'LCW': overtaker, 'BSW': overtaker, 'LTA': turned_across, 'DNPW': met_while_passing,
    'EBW': braking, 'AVW': broken_down, 'EVW': fire_engine,
}


class Listening:
    """A pipeline whose every cycle is listened to, for one subject."""

    def __init__(self, scene: Scene, subject: str) -> None:
        self.heard: list[tuple[Cycle, Explanation]] = []
        self._pipeline = Pipeline(scene.parameters(cycle__rate=RATE))
        self._subject = subject

    def receive(self, item: Any, received: int) -> None:
        self._pipeline.receive(item, received)

    def lose(self, frames: int, reason: str) -> None:
        self._pipeline.lose(frames, reason)

    def cycle(self, now: int) -> Cycle:
        explanation = Explanation(self._subject)
        with listening(explanation):
            cycle = self._pipeline.cycle(now)
        self.heard.append((cycle, explanation))
        return cycle


def made(sketch: Any) -> Scene:
    scene = Scene(duration=4.5)
    sketch(scene)
    return scene


@pytest.fixture(scope='module')
def listened() -> dict[Any, list[tuple[Cycle, Explanation]]]:
    """Return, for each sketch, every cycle with what was heard of the subject."""
    found = {}
    for sketch in dict.fromkeys(SCENES.values()):
        scene = made(sketch)
        pipeline = Listening(scene, scene.subject('subject'))
        list(play(pipeline, inputs(scene), rate=RATE))
        found[sketch] = pipeline.heard
    return found


def holds_up_to(rule: Rule, level: Level) -> bool:
    """Whether all gates of the levels up to one hold, or one of alternatives wholly."""
    gates = [gate for gate in rule.gates if gate.level <= level]
    for wanted in {gate.level for gate in gates}:
        here = [gate for gate in gates if gate.level == wanted]
        ways = [
            all(gate.holds for gate in here if gate.what.startswith(start))
            for start in (EITHER, OR) if any(gate.what.startswith(start) for gate in here)]
        plain = all(
            gate.holds for gate in here if not gate.what.startswith((EITHER, OR)))
        if not plain or (ways and not any(ways)):
            return False
    return True


def candidate_of(explanation: Explanation, application: str) -> Level | None:
    """Return the level of the candidate by the entry thresholds, None without one."""
    rule = explanation.rules.get(application.split(',', maxsplit=1)[0])
    texts = [] if rule is None else [r for r in rule.remarks if r.startswith('candidate: ')]
    return Level[texts[0].split()[1]] if texts else None


@pytest.mark.parametrize('application', SCENES)
def test_gates_agree_with_the_level_that_they_lead_to(
    application: str, listened: dict[Any, list[tuple[Cycle, Explanation]]]
) -> None:
    reached = set()
    for _, explanation in listened[SCENES[application]]:
        rule = explanation.rules.get(application)
        if rule is None or not rule.looked_at or rule.against:
            continue
        level = candidate_of(explanation, application) or Level.NONE
        reached.add(level)
        known = sorted({gate.level for gate in rule.gates} - {SELECTED})
        for gate_level in known:
            # Alarms about what stands in the way also come by the rule of FCW.
            if holds_up_to(rule, gate_level):
                assert level >= gate_level, (gate_level, rule)
        if level in known and application != 'AVW':
            own = Rule(application, gates=[g for g in rule.gates if g.level == level])
            assert holds_up_to(own, level), (level, rule)
    assert max(reached) >= Level.CAUTION or application == 'BSW'


@pytest.mark.parametrize('application', SCENES)
def test_every_comparison_is_about_the_objects_it_names(
    application: str, listened: dict[Any, list[tuple[Cycle, Explanation]]]
) -> None:
    assert [e.misfits for _, e in listened[SCENES[application]] if e.misfits] == []


@pytest.mark.parametrize('sketch', [crossing, overtaker])
def test_listening_changes_nothing_of_what_is_said(
    sketch: Any, listened: dict[Any, list[tuple[Cycle, Explanation]]]
) -> None:
    scene = made(sketch)
    silent = play(Pipeline(scene.parameters(cycle__rate=RATE)), inputs(scene), rate=RATE)
    said = [repr(step.cycle.advisories) for step in silent]
    assert said == [repr(cycle.advisories) for cycle, _ in listened[sketch]]
    assert not heard()


def test_what_bounds_a_level_is_told(
    listened: dict[Any, list[tuple[Cycle, Explanation]]],
) -> None:
    remarks = [
        remark for _, explanation in listened[oncoming]
        for remark in explanation.rules['FCW'].remarks]
    assert 'WARNING at most: no second source' in remarks


def test_a_bridge_is_told_as_the_reason_of_silence() -> None:
    scene = Scene(duration=1.0)
    scene.ego(kmh(50))
    scene.crossing('subject', speed=kmh(50), at=75.0, elevation=7.0)
    pipeline = Listening(scene, scene.subject('subject'))
    list(play(pipeline, inputs(scene), rate=RATE))
    gate, = pipeline.heard[-1][1].rules['prediction'].against
    assert 'on the level of the ego' in gate.what


def test_a_wrong_number_of_rows_is_noticed() -> None:
    explanation = Explanation('A1')
    explanation.scope('FCW', ['A1', 'B2'], None)
    explanation.compare(Level.CAUTION, 'gap [m]', np.ones(3), '>=', 1.0, np.ones(3, np.bool_))
    assert explanation.misfits > 0


def test_a_comparison_is_the_plain_one() -> None:
    values = np.array([1.0, np.nan, 3.0])
    assert at_least(Level.CAUTION, 'gap [m]', values, 2.0).tolist() == [False, False, True]
