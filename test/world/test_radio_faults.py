# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""From radio frames to tracks while the channel delays, reorders, repeats and loses them."""

from __future__ import annotations

import csv
import gzip
import math
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from road_users import SECOND, START, after, parameters, reports

from icv_v2x.frames import MapFrame
from icv_v2x.inputs import FrameBatch
from icv_v2x.message_set.batch import decode_frames
from icv_v2x.message_set.bsm_encoder import BsmContent, encode_bsm
from icv_v2x.translate.csae import reports_from_bsm
from icv_v2x.translate.refusals import RefusalReason
from icv_v2x.world.track_store import TrackStore, Verdict
from icv_v2x.world.tracks import Tracks

_SPEED, _YAW_RATE = 15.0, 0.2
_MAP = MapFrame(39.9, 116.4)


@dataclass
class _Radio:
    """One car on a circle, ten messages a second, heard through a channel."""

    store: TrackStore
    refused: list[RefusalReason]
    verdicts: list[int]
    begin: int = START

    def send(self, time: float) -> bytes:
        """Return the frame that the car sends at a time."""
        x, y, heading = _truth(time)
        latitude, longitude, _ = _MAP.to_geodetic(x, y, np.nan)
        instant = self.begin + round(time * SECOND)
        return encode_bsm(BsmContent(
            temporary_id=1, message_count=round(time * 10) % 128, length=4.6, width=1.8,
            second=instant // 1_000_000 % 60_000 / 1000, speed=_SPEED, yaw_rate=-_YAW_RATE,
            latitude=float(latitude[0]), longitude=float(longitude[0]),
            heading=float(_MAP.yaw_to_heading(heading, latitude, longitude)[0]),
            longitudinal_acceleration=0.0))

    def hear(self, frames: list[tuple[float, bytes]]) -> None:
        """Take frames in at their times."""
        count = len(frames)
        batch = FrameBatch(
            stamp=self.begin, standard=1, encoding=0,
            reception_time=np.array(
                [self.begin + round(t * SECOND) for t, _ in frames], dtype=np.int64),
            length=np.array([len(octets) for _, octets in frames], dtype=np.uint32),
            payload=np.frombuffer(b''.join(octets for _, octets in frames), dtype=np.uint8),
            verification=np.ones(count, dtype=np.uint8), signer=np.zeros(count, dtype=np.uint64),
            aid=np.zeros(count, dtype=np.uint32), rssi=np.zeros(count, dtype=np.float32),
            generation_time=np.zeros(count, dtype=np.int64),
            signer_role=np.zeros(count, dtype=np.uint8))
        messages = decode_frames(batch.payload, batch.length).bsm
        found, refusals = reports_from_bsm(messages, batch, _MAP, parameters())
        self.refused += [refusal.reason for refusal in refusals]
        self.verdicts += self.store.update(found, None).tolist()

    def run(self, delays: NDArray[np.float64]) -> list[tuple[float, Tracks]]:
        """Return the tracks every 50 ms; message k is sent at k / 10 s, heard delayed."""
        pending = sorted(
            (0.1 * k + delay, self.send(0.1 * k))
            for k, row in enumerate(np.atleast_2d(delays.T).T) for delay in row
            if np.isfinite(delay))
        found = []
        for now in np.arange(0.0, 0.1 * len(delays), 0.05):
            due = [item for item in pending if item[0] <= now]
            pending = pending[len(due):]
            self.hear(due)
            found.append((now, self.store.snapshot(self.begin + round(now * SECOND))))
        return found


def _radio(begin: int = START) -> _Radio:
    return _Radio(TrackStore(parameters()), [], [], begin)


def _truth(time: float) -> tuple[float, float, float]:
    heading, radius = _YAW_RATE * time, _SPEED / _YAW_RATE
    return radius * math.sin(heading), radius * (1.0 - math.cos(heading)), heading


def _largest_errors(run: list[tuple[float, Tracks]]) -> tuple[float, float, float]:
    """Return the largest errors of position, heading and speed of all tracks."""
    errors = [(0.0, 0.0, 0.0)]
    for now, tracks in run:
        x, y, heading = _truth(now)
        errors += [
            (math.hypot(tracks.x[k] - x, tracks.y[k] - y),
             abs(math.remainder(tracks.heading[k] - heading, math.tau)),
             abs(tracks.speed[k] - _SPEED))
            for k in range(len(tracks))
        ]
    position, heading, speed = np.max(errors, axis=0)
    return float(position), float(heading), float(speed)


@pytest.mark.parametrize('delay', [0.02, 0.05, 0.3, 0.9])
def test_a_constant_delay_is_compensated(delay: float) -> None:
    radio = _radio()
    position, heading, speed = _largest_errors(radio.run(np.full(40, delay)))
    assert not radio.refused
    assert position <= _SPEED * 0.01 + 0.3
    assert heading <= 0.01
    assert speed <= 0.02


@pytest.mark.parametrize('delay', [1.05, 2.0, 25.0])
def test_beyond_the_limit_every_message_is_stale(delay: float) -> None:
    radio = _radio()
    radio.hear([(0.1 * k + delay, radio.send(0.1 * k)) for k in range(20)])
    assert radio.refused == [RefusalReason.STALE] * 20
    assert len(radio.store) == 0


@pytest.mark.parametrize('jitter', [0.05, 0.5, 0.99])
def test_jitter_and_reordering_shift_nothing(jitter: float) -> None:
    radio = _radio()
    delays = np.random.default_rng(4).uniform(0.0, jitter, 80)
    position, heading, speed = _largest_errors(radio.run(delays))
    assert position <= _SPEED * 0.01 + 0.3
    assert heading <= 0.01
    assert speed <= 0.02
    assert set(radio.verdicts) <= {Verdict.ACCEPTED, Verdict.LATE}


@pytest.mark.parametrize('copies', [2, 5])
def test_duplicates_give_the_tracks_of_the_clean_run(copies: int) -> None:
    clean, repeated = _radio(), _radio()
    delays = np.random.default_rng(1).uniform(0.01, 0.04, (30, copies))
    clean_run = clean.run(delays.min(axis=1))
    repeated_run = repeated.run(delays)
    assert repeated.verdicts.count(Verdict.DUPLICATE) == 30 * (copies - 1)
    for (_, one), (_, other) in zip(clean_run, repeated_run, strict=True):
        for field in fields(Tracks):
            np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))


@pytest.mark.parametrize('loss', [0.1, 0.3, 0.5])
def test_loss_leaves_one_track_that_is_where_it_should_be(loss: float) -> None:
    radio = _radio()
    generator = np.random.default_rng(7)
    delays = np.where(generator.random(100) < loss, np.nan, 0.02)
    delays[0] = 0.02
    run = radio.run(delays)
    assert _largest_errors(run)[0] <= _SPEED * 0.01 + 0.3
    assert {len(tracks) for now, tracks in run if now > 0.1} == {1}
    assert run[-1][1].period[0] == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize('shift', [0.0, 57.05, 58.95])
def test_the_minute_wrap_changes_nothing(shift: float) -> None:
    plain, wrapped = _radio(), _radio(after(shift))
    delays = np.random.default_rng(3).uniform(0.0, 0.3, 60)
    for (_, one), (_, other) in zip(plain.run(delays), wrapped.run(delays), strict=True):
        for field in fields(Tracks):
            if field.name != 'stamp':
                np.testing.assert_array_equal(
                    getattr(one, field.name), getattr(other, field.name))


@pytest.mark.parametrize('recording', [
    '2OBU_FollowEachOther_TestTrack_RSU1_PendulumRSU_2025_02_11.csv.gz',
    '2OBU_RSURange_TestTrack_RSU1_PendulumRSU_2025_03_02.csv.gz',
])
def test_a_recorded_channel_loses_no_message_unaccounted(
    recordings: Path, recording: str
) -> None:
    sender, time, x, y = _recorded(recordings / 'penn_rsu_logs' / recording)
    speed, heading = _derived_motion(sender, time, x, y)
    everything = reports(
        sender_id=sender, time=time, x=x, y=y, speed=speed, heading=heading,
        acceleration=np.nan, variance_xx=4.0, variance_yy=4.0, message_count=0)
    store = TrackStore(parameters())
    repeated = len(time) - len(set(zip(sender.tolist(), time.tolist(), strict=True)))
    verdicts: list[int] = []
    for begin in range(0, len(time), 10):
        rows = np.arange(begin, min(begin + 10, len(time)))
        verdicts += store.update(everything.take(rows), None).tolist()
        tracks = store.snapshot(int(time[rows].max()))
        assert len(tracks) <= 2
        assert np.isfinite(tracks.x).all()
    assert len(verdicts) == len(time)
    # Among repeated times a few lie further back than the history reaches and count as late.
    doubled = verdicts.count(Verdict.DUPLICATE) + verdicts.count(Verdict.LATE)
    assert doubled >= repeated > 0
    # After gaps the motion cannot be derived, and a few messages look like jumps.
    assert verdicts.count(Verdict.ACCEPTED) >= 0.985 * (len(time) - doubled)


def _recorded(
    path: Path,
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    with gzip.open(path, 'rt', encoding='utf-8') as stream:
        rows = list(csv.DictReader(stream))
    clock = [row['timediff'].split(':') for row in rows]
    seconds = [3600 * int(h) + 60 * int(m) + float(s) for h, m, s in clock]
    latitude = np.array([int(row['lat']) * 1e-7 for row in rows])
    longitude = np.array([int(row['long']) * 1e-7 for row in rows])
    x, y, _ = MapFrame(latitude[0], longitude[0]).to_map(latitude, longitude, np.nan)
    sender = np.array([int(row['OBUID'], 16) for row in rows], dtype=np.uint64)
    return sender, np.array([after(s) for s in seconds], dtype=np.int64), x, y


def _derived_motion(
    sender: NDArray[np.uint64], time: NDArray[np.int64], x: NDArray[np.float64],
    y: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return speed and heading from the way over five messages, which the record lacks."""
    speed, heading = np.zeros(len(time)), np.full(len(time), np.nan)
    for vehicle in np.unique(sender):
        rows = np.flatnonzero(sender == vehicle)
        before = rows[np.maximum(np.arange(len(rows)) - 5, 0)]
        passed = (time[rows] - time[before]) / SECOND
        usable = (passed >= 0.4) & (passed <= 1.5)
        east, north = x[rows] - x[before], y[rows] - y[before]
        speed[rows] = np.where(usable, np.hypot(east, north) / np.where(usable, passed, 1.0), 0.0)
        heading[rows] = np.where(usable, np.arctan2(north, east), np.nan)
    return speed, heading
