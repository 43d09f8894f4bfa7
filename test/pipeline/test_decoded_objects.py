# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Objects that a unit decodes by itself: the same tracks, trust and counts as of its frames."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from strategies.radio_frames import RECEPTION, batch, parameters, participant, rsm

from icv_v2x.frames import MapFrame
from icv_v2x.inputs import BatchError, Verification
from icv_v2x.interchange import MessageEncoder, from_message, typestore
from icv_v2x.message_set.batch import decode_frames
from icv_v2x.pipeline.perception import Perception
from icv_v2x.translate.csae_participants import reports_from_rsm

STAMP = RECEPTION + 7_000_000


def message(**changes: Any) -> Any:
    """Returns two participants of a road-side message as a unit that decodes gives them."""
    heard = batch(rsm(participant(1), participant(2, north=80.0)))
    settings = parameters()
    origin = settings.map_origin
    decoded = decode_frames(heard.payload, heard.length)
    reports, _ = reports_from_rsm(
        decoded.rsm, heard, MapFrame(origin.latitude, origin.longitude), settings)
    made = MessageEncoder(typestore().types.__getitem__).decoded_objects(reports, STAMP)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def perceived(*messages: Any) -> Perception:
    made = Perception(parameters())
    for each in messages:
        made.receive(from_message.decoded_reports(each, RECEPTION))
    return made


def test_decoded_objects_become_the_tracks_that_their_frames_become() -> None:
    of_frames = Perception(parameters())
    of_frames.receive(batch(rsm(participant(1), participant(2, north=80.0))))
    expected, _ = of_frames.world(STAMP)
    decoded = perceived(message())
    actual, _ = decoded.world(STAMP)
    assert len(actual) == len(expected) == 2
    for name in ('x', 'y', 'heading', 'speed', 'object_id', 'sender_id', 'age', 'verification'):
        np.testing.assert_allclose(
            getattr(actual, name), getattr(expected, name), atol=1e-6, err_msg=name)
    assert (decoded.counters.received, decoded.counters.accepted) == (1, 1)


def test_longitudes_and_latitudes_are_put_into_the_map() -> None:
    plain = message()
    origin = parameters().map_origin
    latitude, longitude, _ = MapFrame(origin.latitude, origin.longitude).to_geodetic(
        plain.x, plain.y, plain.z)
    abroad = message(x=longitude, y=latitude)
    abroad.header.frame_id = 'wgs84'
    expected, actual = (perceived(each).world(STAMP)[0] for each in (plain, abroad))
    np.testing.assert_allclose(actual.x, expected.x, atol=1e-3)
    np.testing.assert_allclose(actual.y, expected.y, atol=1e-3)
    np.testing.assert_allclose(actual.heading, expected.heading, atol=1e-4)


@pytest.mark.parametrize(('name', 'value', 'reason'), [
    ('verification', [Verification.FAILED] * 2, 'signature_failed'),
    ('speed', [np.nan] * 2, 'no_speed'),
    ('speed', [150.0] * 2, 'implausible_speed'),
    ('x', [np.nan] * 2, 'no_position'),
    ('age', [5.0] * 2, 'stale'),
    ('age', [-5.0] * 2, 'future'),
])
def test_what_is_of_no_use_is_counted_with_its_reason(
    name: str, value: list[float], reason: str,
) -> None:
    made = perceived(message(**{name: np.array(value)}))
    assert made.counters.rejected == {reason: 1}
    assert made.counters.received == 1
    assert len(made.world(STAMP)[0]) == 0


@pytest.mark.parametrize(('changes', 'text'), [
    ({'speed': np.zeros(3)}, 'speed has 3 entries, x has 2'),
    ({'sender_id': np.zeros(0)}, 'sender_id has 0 entries, x has 2'),
    ({'age': np.zeros(1)}, 'age has 1 entries, x has 2'),
])
def test_arrays_that_disagree_reject_the_message(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(BatchError, match=text):
        from_message.decoded_reports(message(**changes), RECEPTION)


def test_without_sizes_and_deviations_the_usual_ones_hold() -> None:
    none = np.zeros(0)
    made = message(length=none, width=none, height=none, variance_xx=none, speed_deviation=none)
    tracks, _ = perceived(made).world(STAMP)
    assert np.isfinite(np.stack([tracks.length, tracks.width, tracks.variance_xx])).all()
