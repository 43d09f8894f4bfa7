# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Perceived objects: translation of their messages, and making one track of all that tell of one.

Run with `pytest benchmarks/bench_perceived.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'test' / 'world'))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'test'))

from road_users import START, parameters, reports
from strategies import radio_frames

from icv_v2x.frames import MapFrame
from icv_v2x.message_set.batch import decode_frames
from icv_v2x.translate.csae_participants import reports_from_rsm
from icv_v2x.translate.csae_persons import reports_from_psm
from icv_v2x.translate.reports import Source
from icv_v2x.world.corroboration import Observations, one_per_object
from icv_v2x.world.track_store import TrackStore


@pytest.mark.parametrize(('senders', 'units', 'seen'), [
    (200, 4, 50), (500, 4, 125), (200, 8, 100), (100, 100, 9)])
def test_one_track_for_every_object(
    benchmark: Any, senders: int, units: int, seen: int
) -> None:
    random = np.random.default_rng(1)
    place = random.uniform(-500.0, 500.0, (2, senders))
    heading = random.uniform(-3.0, 3.0, senders)
    store = TrackStore(parameters(tracking__maximum=4000))
    store.update(reports(
        sender_id=np.arange(senders) + 1, signer=np.arange(senders) + 1, x=place[0], y=place[1],
        heading=heading), None)
    for unit in range(units):
        chosen = random.choice(senders, seen, replace=False)
        there = place[:, chosen] + random.normal(0.0, 0.3, (2, seen))
        store.update(reports(
            sender_id=10_000 + unit, signer=10_000 + unit, object_id=chosen, x=there[0],
            y=there[1], heading=heading[chosen], source=Source.RSM | Source.SENSOR), None)
    tracks = store.snapshot(START)
    observed = Observations(store.subject_id, store.since, tracks.verification == 1)
    merged = benchmark(one_per_object, tracks, observed)
    assert len(merged) <= len(tracks)


def test_a_heap_of_objects_in_one_place(benchmark: Any) -> None:
    store = TrackStore(parameters(tracking__maximum=1024))
    store.update(reports(
        sender_id=np.repeat([1, 2], 512), object_id=np.tile(np.arange(512), 2),
        source=Source.SSM | Source.SENSOR), None)
    tracks = store.snapshot(START)
    observed = Observations(store.subject_id, store.since, tracks.verification == 1)
    benchmark(one_per_object, tracks, observed)


def test_sixty_messages_of_sixteen_participants(benchmark: Any) -> None:
    frame = radio_frames.rsm(*(radio_frames.participant(n + 1, north=9.0 * n) for n in range(16)))
    radio = radio_frames.batch(*[frame] * 60)
    decoded = decode_frames(radio.payload, radio.length)
    made, _ = benchmark(
        reports_from_rsm, decoded.rsm, radio, MapFrame(*radio_frames.ORIGIN),
        radio_frames.parameters())
    assert len(made) == 960


def test_hundred_persons(benchmark: Any) -> None:
    radio = radio_frames.batch(*[radio_frames.psm()] * 100)
    messages = [
        (frame, value) for frame, _, value in decode_frames(radio.payload, radio.length).others]
    made, _ = benchmark(
        reports_from_psm, messages, radio, MapFrame(*radio_frames.ORIGIN),
        radio_frames.parameters())
    assert len(made) == 100
