# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Certificates hold for a time and in a region: frames from outside are refused and counted."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies.radio_frames import (
    GENERATED,
    ORIGIN,
    RECEPTION,
    batch,
    participant,
    perceived,
    psm,
    rsm,
    ssm,
)

from icv_v2x.frames import MapFrame
from icv_v2x.inputs import CertificateScope, FrameBatch, SignerRole, Verification, join
from icv_v2x.message_set import codec
from icv_v2x.tools.self_test import golden
from icv_v2x.translate.certificate_scope import REGION_TOLERANCE

SECOND = 1_000_000_000
FAR = (31.2, 121.5)
PLACED = (
    'bsm_small', 'map_small', 'rsi_small', 'rsc_small', 'vir_small', 'pam_small', 'psm_small')
UNPLACED = ('spat_small', 'clpmm_small')


def scoped(
    frames: FrameBatch, *, begin: int = 0, end: int = 0, place: tuple[float, float] | None = None,
    radius: float = math.nan,
) -> FrameBatch:
    """Return frames whose certificates all hold at such a time and place."""
    count = len(frames)
    latitude, longitude = place or (math.nan, math.nan)
    return replace(frames, scope=CertificateScope(
        np.full(count, begin, np.int64), np.full(count, end, np.int64),
        np.full(count, latitude), np.full(count, longitude),
        np.full(count, radius, np.float32)))


def rejected(*batches: FrameBatch, **changes: Any) -> dict[str, int]:
    """Return what perception rejects, and how often."""
    return dict(perceived(*batches, **changes).counters.rejected)


def moved(value: Any) -> Any:
    """Return a message value, every reference position in it at the origin."""
    if isinstance(value, list):
        return [moved(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: {**inner, 'lat': round(ORIGIN[0] * 1e7), 'long': round(ORIGIN[1] * 1e7)}
        if name in ('refPos', 'pos', 'sensorPos') and isinstance(inner, dict) and 'lat' in inner
        else moved(inner)
        for name, inner in value.items()}


def of_kind(name: str) -> FrameBatch:
    """Return one golden frame from the origin, signed by whoever may."""
    value, = (one['value'] for one in golden('frames')['frames'] if one['name'] == name)
    vehicles = name.removesuffix('_small') in ('bsm', 'vir', 'clpmm', 'psm')
    return batch(
        codec.encode(moved(value)), generation_time=0,
        signer_role=SignerRole.VEHICLE if vehicles else SignerRole.ROADSIDE)


@pytest.mark.parametrize(('begin', 'end', 'refused'), [
    (0, 0, False), (GENERATED, 0, False), (GENERATED + 1, 0, True), (0, GENERATED, False),
    (0, GENERATED - 1, True), (GENERATED - SECOND, GENERATED + SECOND, False),
])
def test_a_frame_counts_by_the_time_of_its_security_header(
    begin: int, end: int, refused: bool,
) -> None:
    found = rejected(scoped(batch(psm()), begin=begin, end=end))
    assert found == ({'outside_validity': 1} if refused else {})


@pytest.mark.parametrize(('begin', 'end', 'refused'), [
    (RECEPTION, RECEPTION, False), (RECEPTION + 1, 0, True), (0, RECEPTION - 1, True)])
def test_without_one_it_counts_by_its_reception(begin: int, end: int, refused: bool) -> None:
    found = rejected(scoped(batch(psm(), generation_time=0), begin=begin, end=end))
    assert found == ({'outside_validity': 1} if refused else {})


@pytest.mark.parametrize('name', [*PLACED, *UNPLACED])
def test_no_kind_of_message_is_heard_outside_the_validity(name: str) -> None:
    assert rejected(scoped(of_kind(name), end=RECEPTION - 1)) == {'outside_validity': 1}


@pytest.mark.parametrize('name', PLACED)
def test_no_kind_of_message_that_tells_its_place_is_heard_outside_the_region(name: str) -> None:
    assert rejected(scoped(of_kind(name), place=FAR, radius=1000.0)) == {'outside_region': 1}


@pytest.mark.parametrize('name', [*PLACED, *UNPLACED])
def test_within_its_scope_a_message_fares_as_without_one(name: str) -> None:
    plain = of_kind(name)
    inside = scoped(
        plain, begin=GENERATED - SECOND, end=RECEPTION + SECOND, place=ORIGIN, radius=100.0)
    assert rejected(inside) == rejected(plain)


@pytest.mark.parametrize('frame', [
    rsm(participant()), ssm({'ptc': participant()}), ssm(obstacles=()), psm()])
def test_what_an_observer_tells_of_others_counts_by_the_place_of_the_observer(
    frame: bytes,
) -> None:
    assert rejected(scoped(batch(frame), place=ORIGIN, radius=10.0)) == {}
    nothing_told = frame == ssm(obstacles=())
    assert rejected(scoped(batch(frame), place=FAR, radius=1000.0)) == (
        {} if nothing_told else {'outside_region': 1})
    # The object may well be beyond the region of the observer.
    beyond = rsm(participant(north=300.0))
    assert rejected(scoped(batch(beyond), place=ORIGIN, radius=10.0)) == {}


@given(st.floats(0.0, 2 * math.pi), st.floats(0.0, 5000.0), st.booleans())
def test_the_region_is_a_circle_on_the_ground_with_some_tolerance(
    direction: float, radius: float, inside: bool,
) -> None:
    away = radius + REGION_TOLERANCE + (-1.0 if inside else 1.0)
    latitude, longitude, _ = MapFrame(*ORIGIN).to_geodetic(
        away * math.cos(direction), away * math.sin(direction), 0.0)
    there = scoped(batch(psm()), place=(float(latitude[0]), float(longitude[0])), radius=radius)
    assert rejected(there) == ({} if inside else {'outside_region': 1})


@pytest.mark.parametrize(('place', 'radius'), [
    (ORIGIN, math.nan), (ORIGIN, -1.0), ((ORIGIN[0], math.nan), 1000.0), ((95.0, 116.4), 1000.0)])
def test_nobody_is_within_a_region_that_is_no_circle(
    place: tuple[float, float], radius: float,
) -> None:
    assert rejected(scoped(batch(psm()), place=place, radius=radius)) == {'outside_region': 1}


def test_the_region_is_compared_in_the_datum_of_the_sender() -> None:
    # GCJ-02 lies some 500 m aside, so the same codes are another place.
    frames = scoped(batch(psm()), place=ORIGIN, radius=100.0)
    assert rejected(frames) == {}
    assert rejected(frames, datum__vehicle='gcj02') == {'outside_region': 1}


def test_the_verdict_of_the_unit_goes_before() -> None:
    frames = batch(psm(), verification=Verification.EXPIRED)
    assert rejected(scoped(frames, end=1)) == {'certificate_expired': 1}


def test_frames_with_and_without_a_scope_wait_together_and_are_judged_apart() -> None:
    kept, old = batch(psm()), scoped(batch(psm(msgCnt=8), psm(msgCnt=9)), end=1)
    assert rejected(kept, old) == {'outside_validity': 2}
    both = join([kept, old])
    assert both.scope is not None
    assert both.scope.end.tolist() == [0, 1, 1]
    assert both.take(np.array([False, True, False])).scope.end.tolist() == [1]
    assert join([kept, kept]).scope is None


def test_what_is_not_given_stays_so_at_another_time() -> None:
    scope = replace(CertificateScope.not_given(2), begin=np.array([0, 5]), end=np.array([7, 0]))
    later = scope.later(10)
    assert (later.begin.tolist(), later.end.tolist()) == ([0, 15], [17, 0])


TELLING = st.sampled_from([
    rsm(participant()), rsm(participant(), participant(2, speed=8191)), ssm(), psm(), b''])
WHEN = st.sampled_from([0, 1, GENERATED - 1, GENERATED, GENERATED + 1, 2**62])
DEGREES = st.sampled_from([math.nan, ORIGIN[0], ORIGIN[1], FAR[0], 95.0, math.inf])


@given(st.lists(
    st.tuples(TELLING, WHEN, WHEN, DEGREES, DEGREES, st.floats(width=32)), max_size=12))
def test_no_frame_is_lost_or_counted_twice(
    sent: list[tuple[bytes, int, int, float, float, float]],
) -> None:
    radio = batch(*(one[0] for one in sent))
    columns = list(zip(*sent, strict=True))[1:] if sent else [()] * 5
    rejected(replace(radio, scope=CertificateScope(
        np.array(columns[0], np.int64), np.array(columns[1], np.int64),
        np.array(columns[2], np.float64), np.array(columns[3], np.float64),
        np.array(columns[4], np.float32))))
