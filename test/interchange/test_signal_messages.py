# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Signals survive the way through a message, and those that a unit decoded join the others."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from strategies.radio_frames import parameters
from strategies.signals import PLAN, Roadside, at

from icv_v2x.inputs import BatchError
from icv_v2x.interchange import MessageEncoder, typestore
from icv_v2x.interchange.signal_message import signal_reports, signals
from icv_v2x.interchange.signal_plans import State
from icv_v2x.pipeline import Perception
from icv_v2x.signals import Signals, SignalStore
from icv_v2x.translate.signal_reports import Light


def spoken() -> Signals:
    unit = Roadside()
    for step in range(4):
        unit.say(0.1 * step, {
            1: PLAN.states(0.1 * step), 2: [State(Light.RED, 0.0, 9.0, 5.0, 20.0, 0.8)],
            3: [State(Light.DARK, 0.0, np.nan)]})
    return unit.see(0.35)


def message_of(now: Signals) -> Any:
    return MessageEncoder(typestore().types.__getitem__).signal_array(now)


def test_a_message_holds_all_that_is_known_of_signals() -> None:
    before = spoken()
    after = signals(message_of(before))
    assert after.stamp == before.stamp
    for field in dataclasses.fields(Signals):
        np.testing.assert_array_equal(
            getattr(after, field.name), getattr(before, field.name), field.name)


def test_a_unit_that_gives_no_steps_joins_with_the_present_and_the_next_light() -> None:
    message = message_of(spoken())
    empty = np.zeros(0)
    for name in ('step_begin', 'step_light', 'step_start', 'step_end_min', 'step_end_likely',
                 'step_end_max', 'step_next_start', 'step_next_end', 'doubt', 'steady', 'signer'):
        object.__setattr__(message, name, empty)
    store = SignalStore(parameters())
    assert not store.update(signal_reports(message)).any()
    now = store.snapshot(at(0.45))
    assert now.light.tolist() == [Light.RED, Light.RED, Light.DARK]
    assert now.time_to_end_likely[:2] == pytest.approx([29.55, 8.8 + 0.05], abs=0.06)
    assert now.step_light[0, 1] == Light.PROTECTED_GREEN
    assert now.age[0] == pytest.approx(0.15)


def test_decoded_signals_reach_the_world_and_failed_ones_do_not() -> None:
    message = message_of(spoken())
    perception = Perception(parameters())
    assert perception.receive(signal_reports(message)) is None
    assert len(perception.signals(at(0.4))) == 3
    assert perception.receive(signal_reports(message)) == 'duplicate'
    object.__setattr__(message, 'verification', np.full(3, 2, np.uint8))
    assert Perception(parameters()).receive(signal_reports(message)) == 'signature_failed'
    assert perception.refused_inputs == {'duplicate': 1}


@pytest.mark.parametrize('field', ['light', 'doubt', 'step_light', 'step_begin'])
def test_arrays_that_disagree_are_refused(field: str) -> None:
    message = message_of(spoken())
    object.__setattr__(message, field, np.asarray(getattr(message, field))[:-1])
    with pytest.raises(BatchError):
        signals(message)
