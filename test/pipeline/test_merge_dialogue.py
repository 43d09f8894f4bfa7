# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Two vehicles talk about a gap by octets: asked, agreed, refused, lost, withdrawn."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'merging'))

from closed_loop import START, Car, tracks_of
from merge_cases import LENGTH, WIDTH

from icv_v2x.advisory.merge_plan import MergePlan, without_gaps
from icv_v2x.advisory.types import Action
from icv_v2x.inputs import SignerRole, Verification
from icv_v2x.merging import State
from icv_v2x.merging.dialogue import (
    ANSWERING,
    ASKING,
    Answering,
    Asked,
    Asking,
    Heard,
    Partner,
    advised_speed,
    deceleration_for_room,
)
from icv_v2x.message_set import decode_frames
from icv_v2x.message_set.records.vir import DriveBehavior
from icv_v2x.parameters import Parameters, build
from icv_v2x.pipeline.merge_dialogue import MergeDialogue
from icv_v2x.transmit.outgoing import OutgoingFrame, batch_of
from icv_v2x.world.ego import EgoState

STEP = 100_000_000
ASKER, OTHER = 0xA1, 0xB2


def parameters(own: int, **changes: Any) -> Parameters:
    """Return those of a vehicle that takes part."""
    return build(Parameters, {
        'map_origin.latitude': 39.9, 'map_origin.longitude': 116.4, 'vehicle.length': LENGTH,
        'vehicle.width': WIDTH, 'vehicle.base_link_to_center': 0.0,
        'vehicle.temporary_id': f'{own:016X}', 'merging.cooperation': True,
        **{f'merging.{name}': value for name, value in changes.items()}})


PARAMETERS = {own: parameters(own) for own in (ASKER, OTHER)}


def plan_for(stamp: int, follower: int, headway: float = 0.4) -> MergePlan:
    """Return a plan to change before somebody."""
    one = np.ones(1)
    return replace(
        without_gaps(stamp, State.MERGE, ''), chosen=0, gap_leader=('',),
        gap_follower=(f'{follower:016X}',), gap_feasible=np.ones(1, np.bool_), gap_cost=one,
        gap_time=4.0 * one, gap_leader_headway=one, gap_follower_headway=headway * one,
        gap_follower_deceleration=one, gap_reason=('',))


def ego_at(stamp: int, x: float, y: float, speed: float = 25.0) -> EgoState:
    """Return a vehicle that drives east."""
    return EgoState(
        stamp, x, y, 0.0, 0.0, speed, 0.0, 0.0, LENGTH, WIDTH, 1.5, 0.1, 0.0)


def seen(stamp: int, sender: int, x: float, y: float, speed: float = 25.0) -> Any:
    """Return the tracks of one vehicle."""
    return replace(
        tracks_of([Car(x, speed, y=y)], stamp), sender_id=np.array([sender], np.uint64))


def verified(frames: list[OutgoingFrame], stamp: int) -> Any:
    """Return frames as the radio unit hands them over."""
    batch = batch_of(frames, stamp)
    count = len(frames)
    return replace(
        batch, verification=np.full(count, Verification.VERIFIED, np.uint8),
        signer_role=np.full(count, SignerRole.VEHICLE, np.uint8))


@dataclass
class Scene:
    """The one who asks is 8 m ahead of the other on the lane beside."""

    gap: float = 8.0
    speed: float = 25.0

    def __post_init__(self) -> None:
        self.asker, self.other = (MergeDialogue(PARAMETERS[own]) for own in (ASKER, OTHER))
        self.said: list[Any] = []

    def run(
        self, steps: int, *, first: int = 0, follower: int = OTHER, deaf: bool = False,
        mute: bool = False, state: State = State.MERGE,
    ) -> None:
        """Let both talk for some steps."""
        x = self.gap + LENGTH
        for step in range(first, first + steps):
            stamp = START + step * STEP
            plan = plan_for(stamp, follower) if state == State.MERGE else without_gaps(
                stamp, state, '')
            frames, _ = self.asker.step(
                stamp, plan, seen(stamp, OTHER, 0.0, 3.5, self.speed),
                ego_at(stamp, x, 0.0))
            if frames and not deaf:
                self.other.hear(verified(frames, stamp))
            answers, self.said = self.other.step(
                stamp, None, seen(stamp, ASKER, x, 0.0), ego_at(stamp, 0.0, 3.5, self.speed))
            if answers and not mute:
                self.asker.hear(verified(answers, stamp))

    def agreed(self) -> bool:
        """Whether the one who asks counts on the other."""
        return bool(self.asker.agreed(seen(START, OTHER, 0.0, 3.5)).all())


def test_room_is_asked_for_agreed_on_and_advised() -> None:
    scene = Scene()
    scene.run(3)
    assert scene.asker.asking == Asking.AGREED
    assert scene.agreed()
    assert [(one.action, one.subject_ids) for one in scene.said] == [
        (Action.YIELD, (f'{ASKER:016X}',))]
    assert 20.0 < scene.said[0].speed_max < 25.0


def test_whoever_helps_does_so_at_once() -> None:
    for time in (2.0, 5.0, 9.0):
        partner = Partner(8.0, 25.0, 25.0, time)
        assert advised_speed(partner, 1.0) == 24.0
    assert advised_speed(Partner(60.0, 25.0, 25.0, 5.0), 1.0) == 25.0


def test_a_follower_that_would_have_to_brake_hard_refuses() -> None:
    scene = Scene(gap=2.0, speed=33.0)
    scene.run(3)
    assert scene.asker.asking == Asking.REFUSED
    assert not scene.agreed()
    assert scene.said == []


@pytest.mark.parametrize('lost', [{'deaf': True}, {'mute': True}])
def test_without_an_answer_nothing_is_counted_on(lost: dict[str, bool]) -> None:
    scene = Scene()
    scene.run(12, **lost)
    assert scene.asker.asking == Asking.UNANSWERED
    assert not scene.agreed()


def test_an_agreement_that_is_not_renewed_lapses() -> None:
    scene = Scene()
    scene.run(3)
    scene.run(12, first=3, mute=True)
    assert scene.asker.asking == Asking.UNANSWERED


def test_a_lost_message_does_not_end_an_agreement() -> None:
    scene = Scene()
    scene.run(3)
    scene.run(4, first=3, mute=True)
    assert scene.agreed()


def holds(stamp: int, wished: dict[int, float]) -> MergePlan:
    """Return a plan that keeps the lane, with who would have to make room and when [s]."""
    count = len(wished)
    none = np.full(count, np.nan)
    return replace(
        without_gaps(stamp, State.HOLD, ''), gap_leader=('',) * count,
        gap_follower=tuple(f'{name:016X}' for name in wished),
        gap_feasible=np.zeros(count, np.bool_), gap_cost=none,
        gap_time=np.array(list(wished.values())), gap_leader_headway=np.ones(count),
        gap_follower_headway=np.full(count, 0.3), gap_follower_deceleration=np.zeros(count),
        gap_reason=('',) * count)


def asked(dialogue: MergeDialogue, step: int, wished: dict[int, float]) -> int:
    """Go on by a step; return who is asked then, 0: nobody."""
    stamp = START + step * STEP
    dialogue.step(
        stamp, holds(stamp, wished), seen(stamp, OTHER, 0.0, 3.5), ego_at(stamp, 12.0, 0.0))
    return dialogue._requester.partner


def test_who_keeps_the_lane_for_want_of_room_asks_one_after_the_other() -> None:
    dialogue, third = MergeDialogue(PARAMETERS[ASKER]), 0xC3
    first = asked(dialogue, 0, {third: 4.0, OTHER: 2.0})
    assert first == OTHER
    # It stays with whom it asked, though another gap comes earlier now ...
    assert asked(dialogue, 1, {third: 1.0, OTHER: 2.0}) == OTHER
    # ... until no answer has come for a second; who did not answer is left alone for a while.
    partners = [asked(dialogue, step, {third: 1.0, OTHER: 0.5}) for step in range(2, 40)]
    assert partners.index(third) in range(8, 11)
    changes = np.flatnonzero(np.diff(partners))
    assert partners[-1] == 0
    assert len(changes) == 2
    assert asked(dialogue, 70, {third: 1.0, OTHER: 0.5}) == OTHER
    assert asked(dialogue, 71, {}) == 0
    assert asked(dialogue, 72, {OTHER: np.nan}) == 0


def test_whoever_agreed_is_counted_on_though_the_plan_kept_the_lane() -> None:
    scene = Scene()
    x = scene.gap + LENGTH
    for step in range(3):
        stamp = START + step * STEP
        frames, _ = scene.asker.step(
            stamp, holds(stamp, {OTHER: 4.0}), seen(stamp, OTHER, 0.0, 3.5),
            ego_at(stamp, x, 0.0), DriveBehavior.LANE_CHANGING_TO_LEFT)
        if frames:
            batch = verified(frames, stamp)
            (_, _, said), = decode_frames(batch.payload, batch.length).others
            # Bit 1, the first is bit 0: to the left.
            assert said['intAndReq']['currentBehavior'] == {'value': '4000', 'length': 14}
            scene.other.hear(verified(frames, stamp))
        answers, _ = scene.other.step(
            stamp, None, seen(stamp, ASKER, x, 0.0), ego_at(stamp, 0.0, 3.5))
        if answers:
            scene.asker.hear(verified(answers, stamp))
    assert scene.agreed()


@pytest.mark.parametrize('state', [State.HOLD, State.COMPLETE])
def test_a_request_that_ends_frees_the_follower(state: State) -> None:
    scene = Scene()
    scene.run(3)
    scene.run(2, first=3, state=state)
    assert scene.asker.asking == Asking.IDLE
    assert scene.said == []


def test_another_gap_withdraws_the_request_to_the_first_follower() -> None:
    scene = Scene()
    scene.run(3)
    scene.run(2, first=3, follower=0xC3)
    assert scene.asker.asking == Asking.ASKED
    assert scene.said == []


def test_whoever_takes_no_part_neither_asks_nor_answers() -> None:
    scene = Scene()
    scene.asker.configure(parameters(ASKER, cooperation=False))
    scene.run(3)
    assert scene.asker.asking == Asking.IDLE
    assert scene.said == []


def test_frames_of_others_and_garbage_change_nothing() -> None:
    scene = Scene()
    frame = OutgoingFrame(bytes([0xFF] * 40), START)
    scene.asker.hear(verified([frame], START))
    assert scene.asker.failures == 0
    scene.run(3)
    assert scene.agreed()


def test_the_tables_lead_from_every_state_back_to_the_first() -> None:
    for state in Asking:
        if state != Asking.IDLE:
            assert ASKING[state, Heard.DROPPED] == Asking.IDLE
    for event in (Asked.DEAR, Asked.ENDED, Asked.LAPSED):
        assert ANSWERING[Answering.YIELDING, event] == Answering.FREE


def test_more_room_costs_more_and_is_advised_within_the_courtesy() -> None:
    gaps = [deceleration_for_room(Partner(gap, 25.0, 25.0, 4.0)) for gap in (18.0, 8.0, 0.0)]
    assert gaps == sorted(gaps)
    assert advised_speed(Partner(0.0, 25.0, 25.0, 4.0), 1.0) == 24.0
    assert len(fields(Partner)) == 6
