# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Tracking, trust and fusion of 1,000 tracks from 2,500 messages a second, cycles at 20 Hz.

Run by `pytest benchmarks/bench_fusion_trust.py -s`. Two kinds of load: a thousand senders, and
250 senders of whom ten units tell as well, 75 objects each in every message. Times are of the
processor, from decoded reports to the picture of one instant; decoding is not among them.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'test' / 'world'))

from road_users import START, ego, parameters, reports

from icv_v2x.pipeline.perception import Perception
from icv_v2x.translate.reports import ObjectReports, Source, joined

CYCLES = 300
_PERIOD = 50_000_000
_LIMIT = 12.0


def street(count: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return x [m] and lane of vehicles on ten lanes of a kilometre."""
    lane = np.arange(count) % 20
    return np.arange(count) // 20 * 20.0 + random.uniform(0.0, 5.0, count), lane * 3.5


def senders(cycle: int, count: int, rate: float, place: tuple[np.ndarray, np.ndarray],
            random: np.random.Generator) -> ObjectReports:
    """Return what senders say in one cycle, each in its turn."""
    every = round(20.0 / rate)
    rows = np.flatnonzero(np.arange(count) % every == cycle % every)
    now = START + cycle * _PERIOD
    return reports(
        sender_id=rows + 1, signer=rows + 1, time=now,
        x=place[0][rows] + 10.0 * cycle * 0.05 + random.normal(0.0, 0.3, len(rows)),
        y=place[1][rows] + random.normal(0.0, 0.3, len(rows)),
        message_count=cycle // every % 128)


def units(cycle: int, place: tuple[np.ndarray, np.ndarray],
          random: np.random.Generator) -> list[ObjectReports]:
    """Return what ten units see in one cycle, five of them in turn."""
    now = START + cycle * _PERIOD
    seen = []
    for unit in range(cycle % 2, 10, 2):
        rows = (np.arange(75) + 25 * unit) % len(place[0])
        seen.append(reports(
            sender_id=10_000 + unit, signer=10_000 + unit, object_id=rows, time=now,
            source=Source.SSM | Source.SENSOR,
            x=place[0][rows] + 10.0 * cycle * 0.05 + random.normal(0.0, 0.3, 75),
            y=place[1][rows] + random.normal(0.0, 0.3, 75), variance_xx=0.09, variance_yy=0.09,
            message_count=cycle // 2 % 128))
    return seen


@pytest.mark.parametrize('kind', ['senders', 'units'])
def test_a_thousand_tracks(kind: str) -> None:
    random = np.random.default_rng(1)
    perception = Perception(parameters())
    own = ego()
    count, rate = (1000, 2.5) if kind == 'senders' else (250, 10.0)
    place = street(count, random)
    took = []
    tracks = 0
    for cycle in range(CYCLES):
        parts = [senders(cycle, count, rate, place, random)]
        if kind == 'units':
            parts += units(cycle, place, random)
        told = joined(parts)
        begin = time.process_time()
        outcome = perception._tracks.update(told, own)
        middle = time.process_time()
        perception._trust.update(told, outcome, own)
        judged = time.process_time()
        merged, _ = perception.world(START + cycle * _PERIOD)
        end = time.process_time()
        tracks = len(perception._tracks)
        took.append([end - begin, middle - begin, judged - middle, end - judged])
    told_all = 1e3 * np.array(took[CYCLES // 3:])
    print(
        f'\n{kind}: {tracks} tracks of {len(merged)} objects, p99 '
        f'{np.percentile(told_all[:, 0], 99):.2f} ms, median '
        f'{np.median(told_all[:, 0]):.2f} ms: tracking {np.median(told_all[:, 1]):.2f}, trust '
        f'{np.median(told_all[:, 2]):.2f}, fusion {np.median(told_all[:, 3]):.2f} ms')
    assert tracks >= 1000
    assert np.percentile(told_all[:, 0], 99) <= _LIMIT
