# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Places that scatter become steady, and what does not scatter stays as it is."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'merging'))

from closed_loop import SECOND, START, STEP, Car, tracks_of

from icv_v2x.world.steadying import Steadying
from icv_v2x.world.tracks import Tracks

SPEED = 25.0


def row(count: int, step: int, drift: float = 0.0) -> Tracks:
    """Return cars one behind the other after so many steps, drifting to the left [m/s]."""
    time = step * STEP
    cars = [Car(SPEED * time - 40.0 * number, SPEED, y=drift * time) for number in range(count)]
    tracks = tracks_of(cars, START + round(time * SECOND))
    return replace(tracks, heading=np.full(count, np.arctan2(drift, SPEED)),
                   speed=np.full(count, np.hypot(drift, SPEED)))


def scattered(tracks: Tracks, size: float, random: np.random.Generator) -> Tracks:
    count = len(tracks)
    return replace(
        tracks, x=tracks.x + size * random.standard_normal(count),
        y=tracks.y + size * random.standard_normal(count))


@pytest.mark.parametrize('drift', [0.0, 1.0])
def test_scatter_of_a_metre_becomes_less_than_a_third_and_does_not_lag(drift: float) -> None:
    steady, random = Steadying(), np.random.default_rng(5)
    errors = []
    for step in range(120):
        true = row(60, step, drift)
        led = steady(scattered(true, 1.0, random))
        if step >= 40:
            errors.append([led.x - true.x, led.y - true.y])
    error = np.array(errors)
    assert np.std(error, axis=(0, 2)) == pytest.approx(0.28, abs=0.06)
    assert np.abs(error.mean(axis=(0, 2))).max() < 0.06
    assert np.sqrt(led.variance_xx) == pytest.approx(0.28, abs=0.15)


def test_what_does_not_scatter_is_given_back() -> None:
    steady, random = Steadying(), np.random.default_rng(5)
    for step in range(50):
        tracks = scattered(row(20, step), 0.05, random)
        assert steady(tracks) is tracks


def test_only_those_that_scatter_are_led() -> None:
    steady, random = Steadying(), np.random.default_rng(5)
    for step in range(50):
        true = row(10, step)
        shaken = scattered(true, 1.0, random)
        half = np.arange(10) < 5
        said = replace(true, x=np.where(half, shaken.x, true.x),
                       y=np.where(half, shaken.y, true.y))
        led = steady(said)
    assert np.array_equal(led.x[5:], true.x[5:])
    assert (led.x[:5] != said.x[:5]).all()
    assert (led.variance_xx[:5] > 0.0).all()
    assert (led.variance_xx[5:] == 0.0).all()


def test_a_message_that_is_carried_on_counts_once() -> None:
    """Between messages the places go on as led; an age that only grew tells so."""
    steady, random = Steadying(), np.random.default_rng(5)
    for step in range(60):
        led = steady(scattered(row(5, step), 1.0, random))
    for more in range(1, 4):
        carried = scattered(row(5, 59 + more), 1.0, random)
        carried = replace(carried, age=np.full(5, more * STEP))
        before = led.x
        led = steady(carried)
        assert led.x - before == pytest.approx(SPEED * STEP)


def test_a_jump_begins_anew() -> None:
    steady, random = Steadying(), np.random.default_rng(5)
    for step in range(40):
        steady(scattered(row(5, step), 1.0, random))
    far = row(5, 40)
    far = replace(far, y=far.y + 30.0)
    assert np.array_equal(steady(far).y, far.y)


def test_time_that_goes_back_or_pauses_begins_anew() -> None:
    steady, random = Steadying(), np.random.default_rng(5)
    for step in (*range(40), 20, 90):
        tracks = scattered(row(5, step), 1.0, random)
        led = steady(tracks)
    assert led is tracks


@given(st.permutations(range(8)), st.integers(0, 8), st.integers(0, 99))
def test_order_and_company_do_not_matter(order: list[int], left: int, seed: int) -> None:
    """Whoever comes or goes changes nothing for the others once they are known."""
    one, other = Steadying(), Steadying()
    random = np.random.default_rng(seed)
    for step in range(20):
        tracks = scattered(row(8, step), 1.0, random)
        first, second = one(tracks), other(tracks.take(np.array(order)))
    assert np.array_equal(first.x[order], second.x)
    tracks = scattered(row(8, 20), 1.0, random)
    whole, part = one(tracks), other(tracks.take(np.arange(left)))
    assert np.array_equal(whole.y[:left], part.y)


def test_nobody_and_somebody_again() -> None:
    steady = Steadying()
    for step, count in enumerate((0, 3, 0, 3)):
        tracks = row(count, step)
        assert steady(tracks) is tracks


def test_the_same_instant_again_is_given_back() -> None:
    steady, random = Steadying(), np.random.default_rng(5)
    for step in range(30):
        led = steady(scattered(row(5, step), 1.0, random))
    assert steady(led) is led
