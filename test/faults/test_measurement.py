# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of errors in what is measured: their size, their correlation, what they leave alone."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from timed_inputs import frames, messages, poses, through, traffic

from icv_v2x.faults import AirFrames, Deviations, OdometryError, ReportError
from icv_v2x.faults.measurement import metres_per_degree
from icv_v2x.inputs import FrameBatch, Verification
from icv_v2x.interchange.broadcast import Frame, SignerRole, batch_of
from icv_v2x.message_set import codec
from icv_v2x.message_set.bsm_encoder import BsmContent, encode_bsm

INPUTS = traffic(60.0, 4)
SENT = messages(INPUTS)


def moved(deviations: Deviations) -> tuple[np.ndarray, np.ndarray]:
    """Return how far each message's position was moved east and north [m]."""
    said = messages(through(INPUTS, ReportError(deviations)))
    azimuth, _, distance = Geod(ellps='WGS84').inv(
        SENT.longitude, SENT.latitude, said.longitude, said.latitude)
    return distance * np.sin(np.radians(azimuth)), distance * np.cos(np.radians(azimuth))


def test_white_noise_has_its_size_on_both_axes_and_no_memory() -> None:
    for axis in moved(Deviations(position=2.0)):
        assert np.std(axis) == pytest.approx(2.0, rel=0.1)
        assert abs(np.mean(axis)) < 0.25
        mine = axis[SENT.temporary_id == SENT.temporary_id[0]]
        assert abs(np.corrcoef(mine[1:], mine[:-1])[0, 1]) < 0.15


def test_bias_has_its_size_its_memory_and_differs_by_sender() -> None:
    timed = traffic(4.0, 300)
    sent, said = messages(timed), messages(through(timed, ReportError(Deviations(bias=1.27))))
    _, first = np.unique(sent.temporary_id, return_index=True)
    north, _ = metres_per_degree(39.8)
    every = (said.latitude - sent.latitude) * north
    # 300 independent senders: the deviation is known within 4 % (one sigma).
    assert np.std(every[first]) == pytest.approx(1.27, rel=0.16)
    mine = every[sent.temporary_id == sent.temporary_id[first[0]]]
    # In 0.1 s a bias correlated over 30 s moves by 1.27 m times sqrt(2 * 0.1 / 30).
    assert np.std(np.diff(mine)) == pytest.approx(0.104, rel=0.4)


def test_a_bias_forgets_at_its_time_constant() -> None:
    _, north = moved(Deviations(bias=10.0, correlation=0.5))
    mine = north[SENT.temporary_id == SENT.temporary_id[0]]
    lagged = np.corrcoef(mine[5:], mine[:-5])[0, 1]
    assert lagged == pytest.approx(math.exp(-1.0), abs=0.2)


def test_speed_and_heading_have_their_sizes() -> None:
    said = messages(through(
        INPUTS, ReportError(Deviations(speed=0.28, heading=math.radians(3.0)))))
    assert np.std(said.speed - SENT.speed) == pytest.approx(0.28, rel=0.1)
    turned = np.remainder(said.heading - SENT.heading + math.pi, 2.0 * math.pi) - math.pi
    assert np.std(turned) == pytest.approx(math.radians(3.0), rel=0.1)


def test_only_what_was_measured_changes() -> None:
    everything = Deviations(1.0, 1.0, 1.0, 0.1)
    for (_, _, before), (_, _, after) in zip(
        frames(INPUTS)[:50], frames(through(INPUTS[:600], ReportError(everything))), strict=False,
    ):
        old, new = codec.decode(before)['bsmFrame'], codec.decode(after)['bsmFrame']
        for message in (old, new):
            for name in ('pos', 'speed', 'heading'):
                del message[name]
        assert json.dumps(old) == json.dumps(new)


def air(*octets: bytes) -> AirFrames:
    made = [Frame(1, 1, o, Verification.VERIFIED, 7, SignerRole.VEHICLE) for o in octets]
    return AirFrames.of(1, batch_of(made, 1))


def test_what_is_unavailable_stays_so_and_who_stands_stands() -> None:
    process = ReportError(Deviations(5.0, 5.0, 5.0, 1.0)).start([1])
    nothing = encode_bsm(BsmContent(1))
    assert process.frames(air(nothing)).octets == (nothing,)
    standing = encode_bsm(BsmContent(1, speed=0.0))
    changed = codec.decode(process.frames(air(standing)).octets[0])
    assert changed['bsmFrame']['speed'] == 0


def test_frames_that_are_no_safety_messages_pass(repository: object) -> None:
    process = ReportError(Deviations(5.0)).start([1])
    for octets in (b'\x00', b'\xff' * 40, b'rubbish that is no frame'):
        assert process.frames(air(octets)).octets == (octets,)


@given(
    st.floats(-90.0, 90.0), st.floats(-179.9999, 180.0), st.floats(0.0, 163.8),
    st.integers(0, 2**32),
)
def test_every_result_is_a_valid_message(
    latitude: float, longitude: float, speed: float, seed: int,
) -> None:
    process = ReportError(Deviations(1000.0, 1000.0, 100.0, 7.0)).start([seed])
    octets = encode_bsm(BsmContent(
        1, latitude=latitude, longitude=longitude, speed=speed, heading=1.0))
    value = codec.decode(process.frames(air(octets)).octets[0])['bsmFrame']
    assert abs(value['pos']['lat']) <= 900_000_000
    assert abs(value['pos']['long']) <= 1_800_000_000
    assert 0 <= value['speed'] <= 8190
    assert 0 <= value['heading'] < 28_800


@given(
    st.floats(-89.99, 89.99), st.floats(-180.0, 180.0), st.floats(-10.0, 3000.0) | st.none(),
    st.booleans(), st.integers(0, 2**32))
def test_moved_octets_are_those_of_the_codec(
    latitude: float, longitude: float, height: float | None, moves: bool, seed: int,
) -> None:
    octets = encode_bsm(BsmContent(
        1, latitude=latitude, longitude=longitude, speed=20.0 if moves else 0.0, heading=1.0,
        elevation=math.nan if height is None else height))
    moved_, = ReportError(Deviations(50.0)).start([seed]).frames(air(octets)).octets
    assert codec.encode(codec.decode(moved_)) == moved_
    before, after = codec.decode(octets)['bsmFrame'], codec.decode(moved_)['bsmFrame']
    # An error of heading that comes to nothing takes the way through the codec.
    through_codec, = ReportError(Deviations(50.0, heading=1e-9)).start([seed]).frames(
        air(octets)).octets
    assert moved_ == through_codec
    assert before['pos'].pop('lat') != after['pos'].pop('lat')
    assert before['pos'].pop('long') != after['pos'].pop('long')
    assert before == after


@pytest.mark.parametrize('latitude', [0.0, 18.25, 29.5, 39.8, 43.8, 60.0, -45.0])
def test_a_degree_is_as_long_as_the_geodesic(latitude: float) -> None:
    north, east = metres_per_degree(latitude)
    geod = Geod(ellps='WGS84')
    _, _, along = geod.inv(10.0, latitude - 5e-4, 10.0, latitude + 5e-4)
    _, _, across = geod.inv(10.0 - 5e-4, latitude, 10.0 + 5e-4, latitude)
    assert north == pytest.approx(along * 1e3, rel=1e-6)
    assert east == pytest.approx(across * 1e3, rel=1e-6)


def test_the_ego_errs_in_its_own_pose_only() -> None:
    out = through(INPUTS, OdometryError(Deviations(0.5, 0.0, 0.3, 0.01)))
    true, said = poses(INPUTS), poses(out)
    for name, size in (('x', 0.5), ('y', 0.5), ('velocity_x', 0.3), ('yaw', 0.01)):
        error = np.array([getattr(p, name) for p in said]) - [getattr(p, name) for p in true]
        assert np.std(error) == pytest.approx(size, rel=0.1)
    assert [p.stamp for p in said] == [p.stamp for p in true]
    assert frames(out) == frames(INPUTS)


def test_batches_are_those_that_went_in() -> None:
    for time, record in INPUTS[:200]:
        if isinstance(record, FrameBatch):
            (again, batch), = AirFrames.of(time, record).batches()
            assert again == time
            assert batch.payload.tobytes() == record.payload.tobytes()
