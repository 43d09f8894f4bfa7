# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The picture of a merge holds the ego between the leader and the follower of its gap."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'merging'))

from closed_loop import START, Car, request, tracks_of
from merge_cases import LENGTH, WIDTH, parameters

from icv_v2x.pipeline import MergePlanner
from icv_v2x.report.merge_recorder import MergeRecorder
from icv_v2x.world.ego import EgoState

STEP = 100_000_000


def test_a_run_without_a_merge_has_no_picture() -> None:
    recorder = MergeRecorder()
    recorder.add(START, None, None, None)
    assert recorder.document(START) is None


def test_the_ego_is_drawn_between_leader_and_follower() -> None:
    planner, recorder = MergePlanner(parameters()), MergeRecorder()
    ego = EgoState(START, 0.0, 0.0, 0.0, 0.0, 25.0, 0.0, 0.0, LENGTH, WIDTH, 1.5, 0.1, 0.0)
    for index in range(4):
        stamp, way = START + index * STEP, 2.5 * index
        tracks = tracks_of([Car(50.0 + way, 25.0), Car(-50.0 + way, 25.0)], stamp)
        planner.request(request(300.0, 30.0, stamp))
        now = replace(ego, stamp=stamp, x=way)
        recorder.add(stamp, planner.plan(tracks, now), now, tracks)
    document = recorder.document(START)
    assert document is not None
    assert document['time'] == [0, 100, 200, 300]
    assert set(document['state']) == {'MERGE'}
    assert document['speed'] == 25.0
    assert document['follower'] == [0.0] * 4
    assert document['ego'] == [47.7] * 4
    assert document['leader'] == [95.4] * 4
