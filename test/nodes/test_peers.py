# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Signs of life: who fell silent, who said farewell."""

from __future__ import annotations

from icv_v2x.nodes.health import Severity
from icv_v2x.nodes.peers import FAREWELL, SILENT_AFTER, Peers

SECOND = 1_000_000_000
LATER = round(SILENT_AFTER * SECOND) + 1


def test_a_node_that_falls_silent_is_named_until_it_comes_back() -> None:
    peers = Peers('/own')
    peers.hear('/other', 0)
    assert peers.status(1).severity == Severity.OK
    assert peers.silent(LATER) == ('/other',)
    assert '/other' in peers.status(3600 * SECOND).message
    peers.hear('/other', 3600 * SECOND)
    assert peers.silent(3600 * SECOND + 1) == ()


def test_a_farewell_is_no_silence() -> None:
    peers = Peers('/own')
    peers.hear('/other', 0)
    peers.hear(f'{FAREWELL}/other', 1)
    assert peers.silent(LATER) == ()


def test_the_own_sign_tells_nothing_and_the_number_of_nodes_is_bounded() -> None:
    peers = Peers('/own')
    peers.hear('/own', 0)
    assert peers.status(LATER).message == '0 others live'
    for number in range(1000):
        peers.hear(f'/node{number}', 0)
    assert len(peers.silent(LATER)) == 64
