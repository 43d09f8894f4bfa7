# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Messages from templates are octet for octet those of the codec."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icv_v2x.message_set import BsmContent, MessageError, PathPoint, encode_bsm
from icv_v2x.message_set.bsm_template import MOVING, BsmTemplate, MovingColumns, encode_bsm_rows
from icv_v2x.message_set.enumerations import (
    ExteriorLight,
    ResponseType,
    Transmission,
    VehicleEvent,
)
from icv_v2x.message_set.quantities import ABSENT, QUANTITIES

BARE = BsmContent(temporary_id=1, elevation=0.0)
STAYING = st.builds(
    BsmContent,
    temporary_id=st.integers(0, 2**64 - 1),
    elevation=st.sampled_from([math.nan, 0.0]),
    semi_major=st.sampled_from([math.nan, 1.5]),
    time_confidence=st.sampled_from([math.nan, 0.01]),
    position_confidence=st.sampled_from([math.nan, 1.0]),
    elevation_confidence=st.sampled_from([math.nan, 2.0]),
    speed_confidence=st.sampled_from([math.nan, 0.1]),
    heading_confidence=st.sampled_from([math.nan, 0.1]),
    steering_wheel_angle=st.sampled_from([math.nan, -0.5]),
    transmission=st.sampled_from([Transmission.REVERSE_GEARS, Transmission.FORWARD_GEARS]),
    length=st.floats(0.01, 40.0), width=st.floats(0.01, 10.0),
    height=st.sampled_from([math.nan, 1.5]),
    fuel_type=st.sampled_from([None, 4]),
    events=st.sampled_from([None, VehicleEvent(0), VehicleEvent.HARD_BRAKING]),
    lights=st.sampled_from([None, ExteriorLight(0), ExteriorLight.LEFT_TURN_SIGNAL]),
    path_history=st.sampled_from([(), (PathPoint(-1e-5, 2e-5, 0.5),)]),
    path_radius=st.sampled_from([math.nan, math.inf, 100.0]),
    response_type=st.sampled_from([None, ResponseType.EMERGENCY]),
)


def number(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high) | st.just(math.nan)


MOTIONS = st.fixed_dictionaries({
    'message_count': st.integers(0, 300),
    'second': number(0.0, 60.999),
    'latitude': number(-90.0, 90.0),
    'longitude': number(-180.0, 180.0),
    'elevation': st.floats(-600.0, 7000.0),
    'speed': number(0.0, 200.0),
    'heading': number(-10.0, 10.0),
    'longitudinal_acceleration': number(-30.0, 30.0),
    'lateral_acceleration': number(-30.0, 30.0),
    'yaw_rate': st.floats(-7.0, 7.0),
})


def columns_of(motions: list[dict[str, float]]) -> MovingColumns:
    return MovingColumns(**{
        field.name: np.array([motion[field.name] for motion in motions])
        for field in fields(MovingColumns)})


@given(st.lists(st.tuples(STAYING, MOTIONS), min_size=1, max_size=4))
def test_octets_are_those_of_the_codec(sent: list[tuple[BsmContent, dict[str, float]]]) -> None:
    frames = encode_bsm_rows(
        [BsmTemplate(content) for content, _ in sent], columns_of([row for _, row in sent]))
    for frame, (content, row) in zip(frames, sent, strict=True):
        moving = MOVING - {'elevation'} if math.isnan(content.elevation) else MOVING
        assert frame == encode_bsm(replace(content, **{name: row[name] for name in moving}))


@given(MOTIONS, st.sets(st.sampled_from(sorted(MOVING))))
def test_what_is_not_open_stays(row: dict[str, float], moving: set[str]) -> None:
    (frame,) = encode_bsm_rows([BsmTemplate(BARE, frozenset(moving))], columns_of([row]))
    assert frame == encode_bsm(replace(BARE, **{name: row[name] for name in moving}))


@pytest.mark.parametrize(('name', 'value'), [('speed', -0.1), ('yaw_rate', math.nan)])
def test_what_the_wire_cannot_say_is_refused(name: str, value: float) -> None:
    row = {field.name: 0 for field in fields(MovingColumns)} | {name: value}
    with pytest.raises(MessageError, match=name):
        encode_bsm_rows([BsmTemplate(BARE)], columns_of([row]))


@pytest.mark.parametrize('kind', sorted(QUANTITIES))
def test_columns_have_the_codes_of_their_values(kind: str) -> None:
    quantity = QUANTITIES[kind]
    low, high = (code * quantity.step for code in quantity.limits)
    values = np.array([*np.linspace(1.1 * low - 1.0, 1.1 * high + 1.0, 97),
                       math.inf, -math.inf, math.nan])
    codes = quantity.codes(values).tolist()
    if quantity.infinite is not None:
        assert codes[-3] == quantity.infinite
    expected = [quantity.code(value) for value in values.tolist()]
    assert codes == [ABSENT if code is None else code for code in expected]
