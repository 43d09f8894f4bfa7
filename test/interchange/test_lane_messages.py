# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Holds the road model whole on its way through a message, and bad messages out."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest
from strategies.road_maps import crossing, parameters, two_nodes

from icv_v2x.inputs import BatchError
from icv_v2x.interchange import BagReader, BagWriter
from icv_v2x.interchange.lane_message import road_maps
from icv_v2x.interchange.message_types import typestore
from icv_v2x.interchange.to_message import MessageEncoder
from icv_v2x.pipeline import Perception
from icv_v2x.roads import road_model
from icv_v2x.translate.lanes import RoadMaps

STAMP = 1_748_764_800_500_000_000


def message_of(maps):
    return MessageEncoder(typestore().types.__getitem__).lane_array(road_model(maps), STAMP)


def assert_same(one, other) -> None:
    for field in fields(one):
        left, right = getattr(one, field.name), getattr(other, field.name)
        if is_dataclass(left):
            assert_same(left, right)
        else:
            np.testing.assert_array_equal(left, right, err_msg=field.name)


@pytest.mark.parametrize('maps', [crossing(), two_nodes()], ids=['one node', 'two nodes'])
def test_the_road_comes_out_of_its_message_as_it_went_in(maps) -> None:
    model = road_model(maps)
    again = road_maps(message_of(maps))
    assert again.stamp == STAMP
    found = road_model(again.maps)
    assert_same(model.lanes, found.lanes)
    np.testing.assert_array_equal(model.target, found.target)
    np.testing.assert_array_equal(model.signer, found.signer)
    np.testing.assert_array_equal(model.verification, found.verification)


def test_an_empty_road_is_a_message_too() -> None:
    assert road_maps(message_of([])).maps == ()


@pytest.mark.parametrize(('field', 'value'), [
    ('x', [0.0]), ('lane_id', [1]), ('connection_lane', [99] * 100),
    ('point_begin', [0] * 12), ('limit_type', [77]), ('signer', [1]), ('z', [1.0]),
])
def test_arrays_that_do_not_agree_are_refused(field, value) -> None:
    message = message_of(crossing())
    setattr(message, field, np.asarray(value, getattr(message, field).dtype))
    with pytest.raises(BatchError):
        road_maps(message)


def test_lanes_in_another_frame_are_refused() -> None:
    message = message_of(crossing())
    message.header.frame_id = 'odom'
    with pytest.raises(BatchError, match='odom'):
        road_maps(message)


def test_what_other_publishers_leave_empty_is_filled() -> None:
    message = message_of(crossing())
    for name in (
        'upstream_region', 'section', 'ends_at_node', 'age', 'verification', 'signer',
        'limit_lane', 'limit_type', 'limit_speed', 'connection_region', 'connection_section',
        'connection_maneuver', 'connection_point_begin', 'connection_x', 'connection_y',
    ):
        setattr(message, name, getattr(message, name)[:0])
    (one,) = road_maps(message).maps
    assert one.verification == 0
    assert one.lanes.ends_at_node.all()
    assert np.isfinite(one.lanes.speed_limits[:, 5]).all()


def test_lanes_that_a_unit_decoded_go_through_a_bag(tmp_path) -> None:
    said = road_maps(message_of(two_nodes()))
    with BagWriter(tmp_path / 'bag') as bag:
        bag.write(STAMP, said)
    with BagReader(tmp_path / 'bag') as bag:
        ((log_time, topic, heard),) = list(bag)
    assert (log_time, topic) == (STAMP, '/obu/lanes')
    assert_same(road_model(heard.maps).lanes, road_model(said.maps).lanes)
    perception = Perception(parameters())
    assert perception.receive(heard) is None
    assert len(perception.roads(STAMP)) == 16
    refused = RoadMaps(STAMP, tuple(replace(one, verification=2) for one in heard.maps))
    assert Perception(parameters()).receive(refused) == 'signature_failed'
