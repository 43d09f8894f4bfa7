# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Requests to clear the way, from the message on the air to what the planner is told."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from judge import Said

from icv_v2x.advisory import Action, Application
from icv_v2x.inputs import FrameBatch, SignerRole, Verification
from icv_v2x.interchange.playback import play
from icv_v2x.message_set.records.map_common import NodeReference
from icv_v2x.message_set.records.vir import RequestStatus
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.pipeline import Pipeline
from icv_v2x.scenes import Scene, inputs, kmh
from icv_v2x.transmit.identity import TemporaryIdentity
from icv_v2x.transmit.intention import Requests, clear_the_way, intention_frame, lane_change
from icv_v2x.transmit.outgoing import batch_of, whole_millisecond
from icv_v2x.transmit.own_state import OwnState

LATENCY = 20_000_000
UPSTREAM, DOWNSTREAM = NodeReference(1, 10), NodeReference(1, 11)


def scene() -> Scene:
    made = Scene(duration=5.0)
    made.ego(speed=kmh(40))
    made.actor('special', object_class=ObjectClass.EMERGENCY, ahead=-100.0, speed=kmh(80))
    made.car('car', ahead=-40.0, speed=kmh(60))
    return made


def sent(
    made: Scene, requests: Requests, times: list[float], *, name: str = 'special',
    **columns: Any,
) -> list[tuple[int, FrameBatch]]:
    """Return messages with the requests under way, as the ego receives them."""
    identity = TemporaryIdentity(random.Random(1), period=295.0, distance=2100.0)
    identity.temporary_id = made.temporary_id(name)
    found = []
    for time in times:
        stamp = whole_millisecond(made.nanoseconds(time))
        origin = made.parameters().map_origin
        state = OwnState(
            stamp, origin.latitude, origin.longitude, 1.0, kmh(80), 0.0, 0.0, 0.5)
        batch = batch_of([intention_frame(identity, state, requests=requests.told())], stamp)
        found.append((stamp + LATENCY, replace(
            batch, reception_time=batch.reception_time + LATENCY,
            verification=np.array([columns.get('verification', Verification.VERIFIED)], np.uint8),
            signer=np.array([columns.get('signer', made.signer(name))], np.uint64),
            signer_role=np.array([columns.get('role', SignerRole.EMERGENCY)], np.uint8))))
    return found


def told(
    made: Scene, messages: list[tuple[int, FrameBatch]], **overrides: object
) -> list[Said]:
    """Return what CHPVP says; frames are conserved."""
    pipeline = Pipeline(made.parameters(**overrides))
    timed = sorted([*inputs(made), *messages], key=lambda item: item[0])
    said = [
        Said(step.time, advisory) for step in play(pipeline, timed, rate=20.0)
        for advisory in step.cycle.advisories if advisory.application == Application.CHPVP
    ]
    counters = pipeline.counters
    assert counters.received == counters.accepted + sum(counters.rejected.values())
    return said


def asking(life_time: float = np.nan, lane: int | None = 2, **options: Any) -> Requests:
    requests = Requests()
    requests.open(
        clear_the_way(UPSTREAM, DOWNSTREAM, lane), life_time=life_time, priority=6, **options)
    return requests


def test_a_request_is_told_with_its_lane_while_it_holds() -> None:
    made = scene()
    said = told(made, sent(made, asking(life_time=1.0), [1.0, 1.5, 2.0]))
    assert {s.advisory.lane_id for s in said} == {2}
    assert {s.advisory.subject_ids for s in said} == {(made.subject('special'),)}
    assert said[0].advisory.action == Action.CLEAR_THE_WAY
    assert 1.0 < said[0].time <= 1.1
    # Levels are held for half a second.
    assert 3.0 <= said[-1].time <= 3.6


def test_without_a_lane_it_is_told_all_the_same() -> None:
    made = scene()
    said = told(made, sent(made, asking(lane=None), [1.0]))
    assert {s.advisory.lane_id for s in said} == {-1}


def test_a_request_that_is_withdrawn_ends() -> None:
    made = scene()
    requests = asking()
    messages = sent(made, requests, [1.0])
    requests.advance(0, RequestStatus.CANCEL)
    messages += sent(made, requests, [2.0])
    said = told(made, messages)
    assert said
    assert said[-1].time <= 2.7


def test_a_request_that_is_not_repeated_is_forgotten() -> None:
    made = scene()
    said = told(made, sent(made, asking(), [1.0]), **{'evw.request_hold': 1.0})
    assert said
    assert said[-1].time <= 2.7


@pytest.mark.parametrize('columns', [
    {'verification': Verification.NOT_CHECKED},
    {'verification': Verification.FAILED},
    {'signer': 4711},
    {'role': SignerRole.ROADSIDE},
])
def test_nobody_asks_in_the_name_of_another(columns: dict[str, Any]) -> None:
    made = scene()
    assert told(made, sent(made, asking(), [1.0, 2.0], **columns)) == []


def test_an_unverified_message_does_not_withdraw_a_verified_request() -> None:
    made = scene()
    requests = asking()
    messages = sent(made, requests, [1.0])
    requests.advance(0, RequestStatus.COMPLETE)
    messages += sent(made, requests, [2.0], verification=Verification.NOT_CHECKED)
    assert told(made, messages)[-1].time > 4.0


def test_requests_to_others_of_other_kinds_or_of_nobody_known_are_not_told() -> None:
    made = scene()
    assert told(made, sent(made, asking(target_vehicle=4711), [1.0])) == []
    other = Requests()
    other.open(lane_change(UPSTREAM, DOWNSTREAM, 1))
    assert told(made, sent(made, other, [1.0])) == []
    assert told(made, sent(made, Requests(), [1.0])) == []


def test_a_request_to_the_ego_is_told() -> None:
    made = scene()
    own = f'{4711:016X}'
    assert told(
        made, sent(made, asking(target_vehicle=4711), [1.0]),
        **{'vehicle.temporary_id': own})


def test_it_can_be_switched_off() -> None:
    made = scene()
    assert told(made, sent(made, asking(), [1.0]), **{'evw.requests_enabled': False}) == []
