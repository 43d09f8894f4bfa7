# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""From decoded messages to tracks: frames, translation, track store, ego.

Run with `pytest benchmarks/bench_world.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from icv_v2x.frames import MapFrame, Projection
from icv_v2x.inputs import FrameBatch, Odometry
from icv_v2x.message_set.batch import decode_frames
from icv_v2x.message_set.bsm_encoder import BsmContent, encode_bsm
from icv_v2x.translate.csae import reports_from_bsm
from icv_v2x.world.ego_estimator import EgoEstimator
from icv_v2x.world.track_store import TrackStore

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'test' / 'world'))

from road_users import START, after, ego, parameters, reports

_ORIGIN = (39.9, 116.4)


@pytest.mark.parametrize('projection', list(Projection))
def test_thousand_positions(benchmark: Any, projection: Projection) -> None:
    frame = MapFrame(*_ORIGIN, 0.0, projection)
    shift = np.linspace(-0.01, 0.01, 1000)
    benchmark(frame.to_map, _ORIGIN[0] + shift, _ORIGIN[1] - shift, np.zeros(1000))


@pytest.mark.parametrize('projection', list(Projection))
def test_thousand_headings(benchmark: Any, projection: Projection) -> None:
    frame = MapFrame(*_ORIGIN, 0.0, projection)
    shift = np.linspace(-0.01, 0.01, 1000)
    benchmark(frame.heading_to_yaw, shift, _ORIGIN[0] + shift, _ORIGIN[1] - shift)


@pytest.mark.parametrize('count', [1, 100, 1000])
def test_translation(benchmark: Any, count: int) -> None:
    frame = encode_bsm(BsmContent(
        temporary_id=1, second=START / 1e9 % 60.0, latitude=_ORIGIN[0], longitude=_ORIGIN[1],
        speed=10.0, heading=1.0, width=1.8, length=4.6))
    batch = FrameBatch(
        stamp=START, standard=1, encoding=0,
        reception_time=np.full(count, after(0.02), dtype=np.int64),
        length=np.full(count, len(frame), dtype=np.uint32),
        payload=np.frombuffer(frame * count, dtype=np.uint8),
        verification=np.ones(count, dtype=np.uint8), signer=np.zeros(count, dtype=np.uint64),
        aid=np.zeros(count, dtype=np.uint32), rssi=np.zeros(count, dtype=np.float32),
        generation_time=np.zeros(count, dtype=np.int64),
        signer_role=np.zeros(count, dtype=np.uint8))
    messages = decode_frames(batch.payload, batch.length).bsm
    accepted, _ = benchmark(
        reports_from_bsm, messages, batch, MapFrame(*_ORIGIN), parameters())
    assert len(accepted) == count


@pytest.mark.parametrize(('tracks', 'sending'), [(200, 100), (1000, 500), (1000, 20)])
def test_cycle_of_the_track_store(benchmark: Any, tracks: int, sending: int) -> None:
    store = TrackStore(parameters())
    me = ego(x=0.0, y=0.0, speed=15.0)
    # Side by side within the range of a radio.
    sender, y = np.arange(tracks) + 1, np.arange(tracks) % 250 * 4.0 + 20.0
    ahead = np.arange(tracks) // 250 * 20.0
    store.update(reports(sender_id=sender, x=ahead, y=y), me)
    clock = iter(range(1, 10**6))

    def cycle() -> int:
        k = next(clock)
        time = START + k * 10_000_000
        part = (np.arange(sending) + k * sending) % tracks
        store.update(reports(
            time=time, sender_id=sender[part], y=y[part], x=ahead[part] + 0.1 * k,
            message_count=k % 128, acceleration=np.nan), me)
        return len(store.snapshot(time))

    assert benchmark(cycle) == tracks


def test_ego_state(benchmark: Any) -> None:
    estimator = EgoEstimator(parameters())
    for k in range(200):
        estimator.update(Odometry(after(0.02 * k), 'map', 0.2 * k, 0, 0, 0, 10.0, 0, 0.1))
    assert benchmark(estimator.state, after(4.0)) is not None
