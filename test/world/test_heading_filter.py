# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Smoothed headings: exact senders are followed at once, erring ones averaged."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from icv_v2x.frames import wrap_angle
from icv_v2x.parameters.prediction_groups import HeadingFilter
from icv_v2x.world.heading_filter import begun, followed

Floats = NDArray[np.float64]
STATED = np.radians(2.0)


def errors(
    truth: Floats, rates: Floats, interval: float, sent: Floats | None = None
) -> Floats:
    """Return how far smoothed headings are off the truth [rad], message by message, (k, n)."""
    sent = truth if sent is None else sent
    deviation = np.full(truth.shape[1], STATED)
    state = begun(sent[0], deviation)
    found = [wrap_angle(state.heading - truth[0])]
    for k in range(1, len(truth)):
        state = followed(
            state, sent[k], deviation, (rates[k - 1], rates[k]),
            np.full(truth.shape[1], interval), np.full(truth.shape[1], k), HeadingFilter())
        found.append(wrap_angle(state.heading - truth[k]))
    return np.array(found)


def turn(interval: float, rate: float) -> tuple[Floats, Floats]:
    """Return headings and yaw rates of one who goes straight, then turns by steps of a second."""
    time = np.arange(0.0, 6.0, interval)
    rates = np.clip(time - 2.0, 0.0, 1.0) * rate
    heading = np.concatenate([[0.0], np.cumsum(0.5 * (rates[1:] + rates[:-1]) * interval)])
    return wrap_angle(3.0 + heading)[:, np.newaxis], rates[:, np.newaxis]


@pytest.mark.parametrize('interval', [0.05, 0.1, 0.5, 1.0])
def test_who_measures_exactly_is_followed_at_once(interval: float) -> None:
    truth, rates = turn(interval, np.radians(25.0))
    steps = np.radians(0.0125)
    off = errors(truth, rates, interval, np.round(truth / steps) * steps)
    assert np.degrees(np.abs(off)).max() < 0.05


@pytest.mark.parametrize('scatter', [0.75, 3.0])
def test_who_errs_is_averaged_over_a_second(scatter: float) -> None:
    random = np.random.default_rng(3)
    truth, rates = np.zeros((40, 400)), np.zeros((40, 400))
    sent = truth + np.radians(scatter) * random.standard_normal(truth.shape)
    off = np.degrees(errors(truth, rates, 0.1, sent))
    assert off[1].std() < 0.75 * scatter
    assert off[10:].std() < 0.4 * scatter
    assert np.abs(off[10:]).max() < 2.5 * scatter


def test_a_heading_without_a_yaw_rate_is_taken_as_it_is_sent() -> None:
    truth, rates = turn(0.1, 0.4)
    assert np.abs(errors(truth, np.full_like(rates, np.nan), 0.1)).max() < 1e-12


def test_who_turns_and_says_that_he_does_not_is_followed_all_the_same() -> None:
    truth, rates = turn(0.1, np.radians(15.0))
    off = np.degrees(np.abs(errors(truth, np.zeros_like(rates), 0.1)))
    assert off[-10:].max() < 1.0
    assert off.max() < 3.0


def test_after_a_long_silence_it_begins_anew() -> None:
    state = begun(np.zeros(1), np.full(1, STATED))
    again = followed(
        state, np.ones(1), np.full(1, STATED), (np.zeros(1), np.zeros(1)), np.full(1, 5.0),
        np.full(1, 9), HeadingFilter())
    assert again.heading == pytest.approx(1.0)
    assert again.variance == pytest.approx(STATED**2)
