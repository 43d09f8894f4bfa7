# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Conditions between the nodes: what one says is what the arbiter hears."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icv_v2x.advisory.mode import Condition
from icv_v2x.advisory.types import Level, Mode
from icv_v2x.interchange import ConversionError
from icv_v2x.interchange.condition_message import condition_fields, conditions_of
from icv_v2x.pipeline.failures import FailureWatch

SECOND = 1_000_000_000
CONDITIONS = st.builds(
    Condition, st.sampled_from(Mode), st.text(max_size=20), st.sampled_from(Level))


def message(entries: list[tuple[str, str, dict[str, str]]]) -> Any:
    return SimpleNamespace(
        header=SimpleNamespace(
            frame_id='/node', stamp=SimpleNamespace(sec=7, nanosec=9)),
        status=[SimpleNamespace(name=name, message=text, values=[
            SimpleNamespace(key=key, value=value) for key, value in values.items()])
            for name, text, values in entries])


@given(st.lists(CONDITIONS, max_size=8))
def test_conditions_survive_their_message(conditions: list[Condition]) -> None:
    name, stamp, heard = conditions_of(message(condition_fields(conditions)))
    assert (name, stamp) == ('/node', 7 * SECOND + 9)
    assert list(heard) == conditions


@pytest.mark.parametrize('values', [
    {}, {'mode': 'DEGRADED'}, {'mode': 'SLEEPY', 'ceiling': 'NONE'}])
def test_what_is_no_condition_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(ConversionError, match='condition'):
        conditions_of(message([('condition', 'why', values)]))


def test_a_failure_is_told_for_a_second() -> None:
    watch = FailureWatch()
    assert watch.conditions(0, {'fcw': 0}) == []
    told, = watch.conditions(SECOND, {'fcw': 1, 'icw': 0})
    assert (told.mode, told.reason) == (Mode.FAULT, 'failed: fcw')
    assert watch.conditions(2 * SECOND - 1, {'fcw': 1}) == [told]
    assert watch.conditions(2 * SECOND, {'fcw': 1}) == []
