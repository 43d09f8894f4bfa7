# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Planned paths of simulated vehicles lead where these then drive; skipped without SUMO."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from networks import junction

from icv_v2x.tools.simulation.route_plan import RoutePlanner
from icv_v2x.tools.simulation.traffic import simulation

SECOND = 1_000_000_000
# What a plan foretells is compared so many steps of 0.1 s later.
LATER = 20


@pytest.fixture(scope='module')
def crossing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip('libsumo', reason='SUMO is not installed (requirements-sumo.txt)')
    pytest.importorskip('sumo', reason='SUMO is not installed (requirements-sumo.txt)')
    folder = tmp_path_factory.mktemp('planned')
    return junction(folder, each=300.0, end=60.0, control='traffic_light').config


def test_vehicles_drive_where_their_plans_lead(crossing: Path) -> None:
    places: dict[tuple[str, int], np.ndarray] = {}
    plans = []
    with simulation(crossing, 1) as sumo:
        planner = RoutePlanner(sumo.library)
        while not sumo.finished:
            snapshot = sumo.step()
            step = round(snapshot.time * 10.0)
            for row, name in enumerate(snapshot.names):
                places[name, step] = np.array([snapshot.x[row], snapshot.y[row]])
                if step % 10 == 0:
                    path = planner.path(snapshot, row, sumo.builds[name], step * SECOND // 10)
                    assert path is not None
                    plans.append((name, step, path))
    away, aside = [], []
    for name, step, path in plans:
        assert path.time[0] == step * SECOND // 10
        line = np.column_stack([path.x, path.y])
        assert line[0] == pytest.approx(places[name, step], abs=0.05)
        # Nobody plans to jump or to drive backwards.
        assert np.hypot(*np.diff(line, axis=0).T).max() <= 0.2 * 20.0
        there = places.get((name, step + LATER))
        if there is None:
            continue
        planned = [np.interp((step + LATER) / 10.0, path.time / SECOND, v) for v in line.T]
        away.append(np.hypot(*(there - planned)))
        # Beside the path, with what is left of it ahead.
        fine = np.column_stack([
            np.interp(np.linspace(0.0, 1.0, 400), np.linspace(0.0, 1.0, len(line)), v)
            for v in line.T])
        aside.append(np.hypot(*(fine - there).T).min())
    assert len(away) > 200
    assert np.median(away) < 0.3
    assert np.percentile(aside, 90) < 0.3


@pytest.mark.parametrize(('mode', 'stops'), [(31, True), (0, False)])
def test_only_who_regards_lights_plans_to_stop_before_red_ones(
    crossing: Path, mode: int, stops: bool,
) -> None:
    seen = 0
    with simulation(crossing, 2) as sumo:
        vehicle, planner = sumo.library.vehicle, RoutePlanner(sumo.library)
        while not sumo.finished:
            snapshot = sumo.step()
            for row, name in enumerate(snapshot.names):
                links, speed = vehicle.getNextLinks(name), float(snapshot.speed[row])
                if not links or links[0][5:7] not in {('r', 's'), ('R', 's')}:
                    continue
                room = sumo.library.lane.getLength(vehicle.getLaneID(name))
                room -= vehicle.getLanePosition(name)
                if not speed * speed / 8.0 < room < 4.0 * speed or speed < 10.0:
                    continue
                if snapshot.acceleration[row] < -0.5:
                    continue
                vehicle.setSpeedMode(name, mode)
                path = planner.path(snapshot, row, sumo.builds[name], 0)
                vehicle.setSpeedMode(name, 31)
                assert path is not None
                driven = np.hypot(np.diff(path.x), np.diff(path.y)).sum()
                assert (driven < room + 0.5) == stops
                seen += 1
    assert seen > 5
