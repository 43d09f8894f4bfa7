# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The id of the own transmitter takes the place of the parameter, and a wrong one does not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from icv_v2x.inputs import BatchError
from icv_v2x.parameters import Parameters, build

pytest.importorskip('rclpy')

from icv_v2x.nodes.own_identity import OwnIdentity

PARAMETERS = build(Parameters, {
    'map_origin.latitude': 39.795, 'map_origin.longitude': 116.506, 'vehicle.length': 4.8,
    'vehicle.width': 1.9, 'vehicle.base_link_to_center': 1.4,
    'vehicle.temporary_id': '00000000000000AA'})


class Node:
    """Stands for a node that listens."""

    parameters = PARAMETERS
    take: Any = None

    def listen(self, topic: str, type_name: str, quality: Any, take: Any, **options: Any) -> None:
        self.take = take


def test_parameter_holds_until_an_id_came() -> None:
    node, configured = Node(), []
    identity = OwnIdentity(node, configured.append)  # type: ignore[arg-type]
    assert identity.applied(PARAMETERS) is PARAMETERS
    node.take(SimpleNamespace(data='0102030405060708'))
    assert [parameters.vehicle.temporary_id for parameters in configured] == ['0102030405060708']
    assert identity.applied(PARAMETERS).vehicle.temporary_id == '0102030405060708'
    assert identity.applied(PARAMETERS).vehicle.length == 4.8


def test_id_that_is_none_changes_nothing() -> None:
    node, configured = Node(), []
    identity = OwnIdentity(node, configured.append)  # type: ignore[arg-type]
    with pytest.raises(BatchError, match='16 hexadecimal digits'):
        node.take(SimpleNamespace(data='12'))
    assert configured == []
    assert identity.applied(PARAMETERS) is PARAMETERS
