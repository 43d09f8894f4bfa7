# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Real motorway and arterial traffic: few warnings, hardly a false one.

A sample of the egos; `python benchmarks/recorded_traffic.py FOLDER` takes every vehicle.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from icv_v2x.tools.trajectories import commonroad

ROOT = Path(__file__).resolve().parents[2]
EVERY = 20


@pytest.fixture(scope='module')
def judge():
    """Returns the benchmark's module, which is no part of the package."""
    sys.path.insert(0, str(ROOT / 'benchmarks'))
    try:
        import recorded_traffic
    finally:
        sys.path.pop(0)
    return recorded_traffic


def test_recorded_traffic_is_warned_of_seldom_and_rightly(judge, recordings: Path) -> None:
    drives = [
        judge.drive(path, vehicle.name)
        for path in sorted((recordings / 'ngsim').glob('*.xml.gz'))
        for vehicle in commonroad.read(path).trajectories[7::EVERY]
    ]
    minutes = sum(d.duration for d in drives) / 60.0
    judged = [j for d in drives for j in d.judged]
    assert minutes > 1.0
    assert all(d.balanced for d in drives)
    assert len(judged) <= max(2.0, 1.5 * minutes)
    assert sum(j.verdict == 'false' for j in judged) <= 1
