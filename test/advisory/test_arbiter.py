# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""One voice: ranking, one application a subject, stable ids, expiry, mode."""

from __future__ import annotations

from dataclasses import replace

import pytest

from icv_v2x.advisory import Action, Advisory, Application, Level, Mode
from icv_v2x.advisory.arbiter import Arbiter
from icv_v2x.parameters import Parameters, build

NOW = 1_800_000_000_000_000_000
PARAMETERS = build(Parameters, {
    'map_origin.latitude': 39.9, 'map_origin.longitude': 116.4,
    'vehicle.length': 4.8, 'vehicle.width': 1.8, 'vehicle.base_link_to_center': 1.4,
})


def advisory(
    subject: str, level: Level = Level.WARNING, application: Application = Application.FCW,
    time: float = 2.0,
) -> Advisory:
    return Advisory(
        application=application, level=level, action=Action.MONITOR, subject_ids=(subject,),
        reason='why', time_to_conflict=time, exit_level=level,
    )


def test_the_most_urgent_comes_first() -> None:
    said = Arbiter(PARAMETERS).arbitrate(NOW, [
        advisory('A', Level.CAUTION, time=0.5), advisory('B', time=3.0), advisory('C', time=1.0),
    ], 0.0).advisories
    assert [a.subject_ids[0] for a in said] == ['C', 'B', 'A']


def test_one_application_speaks_of_a_subject() -> None:
    said = Arbiter(PARAMETERS).arbitrate(NOW, [
        advisory('A', Level.CAUTION, Application.EBW), advisory('A', Level.WARNING),
    ], 0.0).advisories
    assert [a.application for a in said] == [Application.FCW]


def test_the_order_of_candidates_does_not_matter() -> None:
    candidates = [advisory(s, time=2.0) for s in ('A1', 'B:7', 'C')]
    forward = Arbiter(PARAMETERS).arbitrate(NOW, candidates, 0.0).advisories
    backward = Arbiter(PARAMETERS).arbitrate(NOW, candidates[::-1], 0.0).advisories
    assert forward == backward


def test_a_situation_keeps_its_id_over_a_short_pause_and_a_change_of_application() -> None:
    arbiter = Arbiter(PARAMETERS)
    first = arbiter.arbitrate(NOW, [advisory('A')], 0.0).advisories[0]
    arbiter.arbitrate(NOW + 50_000_000, [], 0.0)
    again = arbiter.arbitrate(
        NOW + 900_000_000, [advisory('A', application=Application.ICW)], 0.0).advisories[0]
    later = arbiter.arbitrate(NOW + 3_000_000_000, [advisory('A')], 0.0).advisories[0]
    assert again.id == first.id
    assert later.id != first.id


def test_advisories_expire_soon() -> None:
    said = Arbiter(PARAMETERS).arbitrate(NOW, [advisory('A')], 0.0).advisories[0]
    assert 0 < said.valid_until - NOW <= 300_000_000


@pytest.mark.parametrize(('age', 'mode', 'highest'), [
    (None, Mode.INIT, Level.NONE),
    (0.05, Mode.ACTIVE, Level.IMMINENT),
    (0.3, Mode.DEGRADED, Level.WARNING),
    (0.6, Mode.INHIBITED, Level.NONE),
])
def test_an_old_ego_pose_bounds_what_is_said(
    age: float | None, mode: Mode, highest: Level
) -> None:
    imminent = replace(advisory('A', Level.IMMINENT), action=Action.BRAKE)
    verdict = Arbiter(PARAMETERS).arbitrate(NOW, [imminent], age)
    assert verdict.mode == mode
    assert (verdict.mode_reason == '') == (mode == Mode.ACTIVE)
    levels = [a.level for a in verdict.advisories]
    assert levels == ([highest] if highest else [])
    if highest == Level.WARNING:
        assert verdict.advisories[0].action == Action.SLOW_DOWN


def test_no_more_is_published_than_allowed() -> None:
    many = [advisory(f'{n:016X}') for n in range(500)]
    said = Arbiter(PARAMETERS).arbitrate(NOW, many, 0.0).advisories
    assert len(said) == PARAMETERS.arbitration.maximum


def test_a_lost_ego_inhibits_and_is_no_new_beginning() -> None:
    arbiter = Arbiter(PARAMETERS)
    assert arbiter.arbitrate(0, [], None).mode == Mode.INIT
    assert arbiter.arbitrate(1, [], 0.0).mode == Mode.ACTIVE
    assert arbiter.arbitrate(2, [], None).mode == Mode.INHIBITED
    arbiter.clear()
    assert arbiter.arbitrate(3, [], None).mode == Mode.INIT
