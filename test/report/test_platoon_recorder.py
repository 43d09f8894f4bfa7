# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The picture of a platoon holds gaps and speeds by state, and nothing where there is none."""

from __future__ import annotations

import json

import pytest
from strategies.convoy import SPEED, formed

from icv_v2x.report.platoon_recorder import PlatoonRecorder


def test_a_run_without_a_platoon_has_no_picture() -> None:
    recorder = PlatoonRecorder()
    recorder.add(0, None, None, None)
    assert recorder.document(0) is None


@pytest.mark.parametrize(('place', 'state'), [(0, 'LEADING'), (1, 'FOLLOWING')])
def test_gap_and_speeds_are_those_of_the_platoon(place: int, state: str) -> None:
    platoon, recorder = formed(3), PlatoonRecorder()
    one = platoon.vehicles[place]
    origin = platoon.now
    for _ in range(3):
        platoon.run(0.1)
        ego = type('Ego', (), {'speed': one.speed})()
        recorder.add(platoon.now, one.plan, ego, platoon._tracks(one, radio=True))
    document = recorder.document(origin)
    assert document is not None
    assert document['time'] == [100, 200, 300]
    assert set(document['state']) == {state}
    assert document['members'] == [3] * 3
    if place:
        assert document['gap'] == pytest.approx([0.6 * SPEED] * 3, abs=0.3)
        assert document['wanted'] == pytest.approx(document['gap'], abs=0.4)
        assert document['ahead'] == pytest.approx([SPEED] * 3, abs=0.1)
    else:
        assert document['gap'] == document['wanted'] == document['leader'] == [None] * 3
    json.dumps(document, allow_nan=False)
