# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Tracks of recorded traffic: nothing honest is refused, and predictions err as much as stated."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from road_users import after, ego, parameters, reports

from icv_v2x.tools.trajectories.commonroad import read
from icv_v2x.tools.trajectories.recording import Trajectory
from icv_v2x.world.extrapolation import move
from icv_v2x.world.track_motion import grown_variance
from icv_v2x.world.track_store import TrackStore, Verdict

_RATE = 10
_EGOS = 3


def _recordings(recordings: Path) -> list[tuple[Trajectory, ...]]:
    return [
        read(path).trajectories for path in sorted((recordings / 'ngsim').glob('*.xml.gz'))]


def _samples(vehicles: tuple[Trajectory, ...]) -> dict[int, list[tuple[int, int]]]:
    """Return for each tenth of a second the vehicles there are, and which sample of theirs."""
    found: dict[int, list[tuple[int, int]]] = {}
    for number, vehicle in enumerate(vehicles):
        for sample, tenth in enumerate(np.rint(vehicle.time * _RATE).astype(int).tolist()):
            found.setdefault(tenth, []).append((number, sample))
    return dict(sorted(found.items()))


def test_no_honest_report_of_dense_traffic_is_refused(recordings: Path) -> None:
    verdicts: Counter[int] = Counter()
    for vehicles in _recordings(recordings):
        samples = _samples(vehicles)
        for me in range(_EGOS):
            verdicts.update(_verdicts(vehicles, samples, me))
    assert set(verdicts) == {Verdict.ACCEPTED}
    assert verdicts[Verdict.ACCEPTED] > 10_000


def _verdicts(
    vehicles: tuple[Trajectory, ...], samples: dict[int, list[tuple[int, int]]], me: int
) -> list[int]:
    store = TrackStore(parameters())
    found: list[int] = []
    for tenth, present in samples.items():
        mine = next((sample for number, sample in present if number == me), None)
        others = [(vehicles[number], number, sample) for number, sample in present
                  if number != me]
        if mine is None or not others:
            continue
        own, time = vehicles[me], after(tenth / _RATE)
        found += store.update(reports(
            sender_id=[number for _, number, _ in others], time=time, message_count=tenth % 128,
            x=[v.x[k] for v, _, k in others], y=[v.y[k] for v, _, k in others],
            heading=[v.heading[k] for v, _, k in others],
            speed=[v.speed[k] for v, _, k in others],
            acceleration=[v.acceleration[k] for v, _, k in others],
            length=[v.length for v, _, _ in others], width=[v.width for v, _, _ in others],
        ), ego(
            stamp=time, x=own.x[mine], y=own.y[mine], heading=own.heading[mine],
            speed=own.speed[mine], length=own.length, width=own.width)).tolist()
    return found


@pytest.mark.parametrize('tenths', [1, 5, 10])
def test_predictions_err_as_much_as_their_variances_say(recordings: Path, tenths: int) -> None:
    distances: list[float] = []
    for vehicle in (v for vehicles in _recordings(recordings) for v in vehicles):
        count = len(vehicle) - tenths
        if count < 1:
            continue
        elapsed = np.full(count, tenths / _RATE)
        there = move(
            vehicle.x[:count], vehicle.y[:count], vehicle.heading[:count],
            vehicle.speed[:count], vehicle.acceleration[:count], vehicle.yaw_rate()[:count],
            elapsed)
        exact = reports(speed=vehicle.speed[:count], variance_xx=1e-9, variance_yy=1e-9)
        xx, xy, yy = grown_variance(exact, there.heading, elapsed)
        east, north = vehicle.x[tenths:] - there.x, vehicle.y[tenths:] - there.y
        squared = (yy * east**2 - 2.0 * xy * east * north + xx * north**2) / (xx * yy - xy**2)
        distances += squared.tolist()
    # The ellipse of chi-square 5.99 is to hold 95 %.
    assert 0.95 <= np.mean(np.array(distances) < 5.99) <= 0.99
