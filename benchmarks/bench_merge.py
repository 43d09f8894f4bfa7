# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What a merge plan costs, and all scenes of spoilt lane changes: `-s` shows their table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'test' / 'merging'))

from closed_loop import SPACING, START, Car, request, tracks_of
from merge_cases import LENGTH, WIDTH, parameters
from test_merge_scenes import SPOILT, spoilt

from icv_v2x.pipeline import MergePlanner
from icv_v2x.world.ego import EgoState


def test_plan_over_20_gaps_with_200_objects(benchmark: Any) -> None:
    random = np.random.default_rng(7)
    station = 420.0 - np.cumsum(random.uniform(28.0, 60.0, 19))
    cars = [Car(float(x), 26.0) for x in station]
    cars += [
        Car(float(random.uniform(-400.0, 400.0)), 26.0, y=SPACING * float(lane))
        for lane in random.integers(2, 6, 181)]
    tracks = tracks_of(cars, START)
    ego = EgoState(
        START, 0.0, 0.0, 0.0, 0.0, 24.0, 0.0, 0.0, LENGTH, WIDTH, 1.5, 0.1, 0.0)
    planner = MergePlanner(parameters())
    planner.request(request(300.0, 30.0, START))
    plan = benchmark(lambda: planner.plan(tracks, ego))
    assert plan is not None
    assert len(plan.gap_leader) == 20


def test_no_contact_in_any_spoilt_change() -> None:
    outcomes = {scene: spoilt(*scene) for scene in SPOILT}
    print(
        f'\n{"who":9} {"aside [m]":>9} {"rate":>5} {"gap":>5} {"contact":>8} '
        f'{"ends":>9} {"brakes":>7}')
    for (kind, after, rate, gap), outcome in outcomes.items():
        print(
            f'{kind:9} {after:9.1f} {rate:5.1f} {gap:5.0f} {outcome.contact!s:>8} '
            f'{outcome.states[-1].name:>9} {-min(outcome.acceleration):7.1f}')
    met = [scene for scene, outcome in outcomes.items() if outcome.contact]
    print(f'{len(outcomes)} scenes, {len(met)} with contact')
    assert met == []
