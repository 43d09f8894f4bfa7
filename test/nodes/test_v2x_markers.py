# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Markers over the middleware: for viewers only, five times a second, whole for late ones."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from live import HERE, Live

pytestmark = pytest.mark.middleware

DELETE_ALL = 3


def test_markers_come_for_viewers_alone_sparsely_and_whole(
    processes: Live, parameters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('PYTHONPATH', str(HERE.parent))
    checked = processes.start('check', [
        sys.executable, str(HERE / 'markers_check.py'), '--ros-args', '--params-file',
        str(parameters)])
    assert checked.wait(timeout=60.0) == 0, processes.err('check').read_text()
    told = json.loads(processes.out('check').read_text())
    assert told['exceptions'] == 0
    assert (told['listeners before'], told['listeners after']) == (0, 0)
    assert told['listeners while viewed'] == 1
    assert {'ego', 'objects', 'velocity', 'paths', 'advisories', 'lanes'} <= set(
        told['namespaces'])
    # Late timers make up for lost time, but never by a second array within the period.
    span = told['arrivals'][-1] - told['arrivals'][0]
    assert len(told['arrivals']) <= 5.0 * span + 2
    assert {'ego', 'objects', 'lanes'} <= set(told['late'])
    assert told['late after'] < 1.0
    assert told['ids of one car'] == 1
    assert told['life'] == [1, 12]
    # The road is sent for each viewer that comes, a parked car twice in a second, what moves
    # with every array.
    arrays = len(told['arrivals'])
    assert told['lanes sent'] <= 8
    assert told['parked sent'] < 0.75 * arrays
    assert np.median(told['sizes']) < max(told['sizes'])
    assert told['last action'] == [DELETE_ALL]
