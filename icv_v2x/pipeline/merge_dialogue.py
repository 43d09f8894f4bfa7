# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The dialogue of merging and passing: asks for room, makes room, follows road-side units."""

from __future__ import annotations

import logging
import math
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.sources import InputKind, decided_by, of_ego, since
from icv_v2x.advisory.types import Action, Advisory, Application, Level
from icv_v2x.clock import NANOSECONDS
from icv_v2x.frames import MapFrame
from icv_v2x.inputs import Encoding, Standard
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
    is_cheap,
)
from icv_v2x.message_set.batch import decode_frames
from icv_v2x.message_set.errors import MessageError
from icv_v2x.scenarios import cip
from icv_v2x.scenarios.merge_scene import settings_of
from icv_v2x.translate.csae_talk import passings_from_rsc, suggestions_from_rsc, talks_from_vir
from icv_v2x.translate.refusals import refused_frames
from icv_v2x.transmit.identity import TemporaryIdentity
from icv_v2x.transmit.lane_change import LaneChangeRequester, answer_frame
from icv_v2x.transmit.own_state import own_state

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.advisory.merge_plan import MergePlan
    from icv_v2x.inputs import FrameBatch
    from icv_v2x.message_set.records.vir import DriveBehavior
    from icv_v2x.parameters import Parameters
    from icv_v2x.translate.csae_talk import LaneChangeTalk, Passing, Suggestion
    from icv_v2x.transmit.outgoing import OutgoingFrame
    from icv_v2x.transmit.own_state import OwnState
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

_log = logging.getLogger(__name__)

# A request or agreement that is not renewed lapses after this [s].
_HOLD = 1.0
# Help is wanted where the follower has a shorter time gap than this [s].
_SPACIOUS = 1.2
# Requests of this many vehicles are kept at most, and so many that did not agree.
_MOST = 32
# Who did not agree to make room for a change that can wait is asked again after this [s].
_AGAIN = 5.0
# Lane beside: within this across, and up to so far away along [m].
_ACROSS = (1.5, 6.0)
_AROUND = 150.0
# Messages of the second edition begin with the extension bit of the message frame.
_EXTENDED = 0x80
_MILLISECOND = 1_000_000


@dataclass
class _Request:
    """A request of another vehicle.

    Attributes:
        talk: As last heard.
        state: Whether room is made.
        answered: Instant of the request that was answered last [ns since the Unix epoch].
    """

    talk: LaneChangeTalk
    state: Answering = Answering.FREE
    answered: int = 0


class MergeDialogue:
    """Both sides of the dialogue of one vehicle; without answers it changes nothing.

    Attributes:
        asking: Where the ego stands with the partner it asks.
        failures: `merge_dialogue` to the calls in which it failed by a defect of its own.
        refused: Messages that could not be encoded.
    """

    def __init__(self, parameters: Parameters) -> None:
        """Start without having heard anything."""
        self._map = MapFrame(
            parameters.map_origin.latitude, parameters.map_origin.longitude,
            parameters.map_origin.altitude, parameters.map_projection)
        self._identity = TemporaryIdentity(
            random.Random(0), period=math.inf, distance=math.inf)
        self._requester = LaneChangeRequester()
        self.failures = 0
        self.refused = 0
        self.configure(parameters)
        self.clear()

    def configure(self, parameters: Parameters) -> None:
        """Take changed parameters over."""
        self._parameters = parameters
        self._settings = settings_of(parameters)
        own = parameters.vehicle.temporary_id
        self.send_as(int(own, 16) if own else 0)

    def send_as(self, temporary_id: int) -> None:
        """Take the temporary id over under which the vehicle sends, 0: it is not known."""
        self._own = temporary_id
        self._identity.temporary_id = temporary_id

    def clear(self) -> None:
        """Forget everything heard."""
        self._requester.clear()
        self.asking = Asking.IDLE
        self._asked_at = 0
        self._declined: dict[int, int] = {}
        self._answers: dict[int, LaneChangeTalk] = {}
        self._requests: dict[int, _Request] = {}
        self._suggestion: Suggestion | None = None
        self._passing: Passing | None = None

    @property
    def active(self) -> bool:
        """Whether the vehicle takes part."""
        return self._parameters.merging.cooperation and self._own != 0

    def hear(self, batch: FrameBatch) -> None:
        """Take radio frames in; all but those of the dialogue are left to others."""
        if not self.active or batch.standard != Standard.CSAE:
            return
        if batch.encoding != Encoding.UPER or not len(batch):
            return
        try:
            self._hear(batch)
        except Exception:
            self._failed()

    def _hear(self, batch: FrameBatch) -> None:
        length = batch.length.astype(np.int64)
        start = np.cumsum(length) - length
        wanted = length > 0
        wanted[wanted] = batch.payload[start[wanted]] >= _EXTENDED
        wanted &= ~refused_frames(batch)[0]
        if not wanted.any():
            return
        batch = batch.take(wanted)
        decoded = decode_frames(batch.payload, batch.length)
        intentions = [
            (frame, value) for frame, name, value in decoded.others
            if name == 'VehIntentionAndRequest']
        for talk in talks_from_vir(intentions, batch, self._parameters, self._own, _HOLD):
            if talk.answer:
                self._answers[talk.sender_id] = talk
            else:
                known = self._requests.setdefault(talk.sender_id, _Request(talk))
                known.talk = talk
        for store in (self._answers, self._requests):
            while len(store) > _MOST:
                del store[next(iter(store))]
        coordination = [
            (frame, value) for frame, name, value in decoded.others
            if name == 'RoadsideCoordination']
        for suggestion in suggestions_from_rsc(
                coordination, batch, self._parameters, self._map, self._own, _HOLD):
            self._suggestion = suggestion
        for passing in passings_from_rsc(
                coordination, batch, self._parameters, self._map, self._own, _HOLD):
            self._passing = passing

    def suggestion(self, now: int) -> Suggestion | None:
        """Return what a road-side unit suggests at an instant [ns], None for nothing."""
        one = self._suggestion
        return one if self.active and one is not None and now <= one.end else None

    def agreed(self, tracks: Tracks) -> NDArray[np.bool_]:
        """Return who has agreed to make room, (n,)."""
        mask = np.zeros(len(tracks), np.bool_)
        if self.active and self.asking == Asking.AGREED:
            mask = (tracks.sender_id == np.uint64(self._requester.partner)) & (
                tracks.object_id < 0)
        return mask

    def step(
        self, now: int, plan: MergePlan | None, tracks: Tracks, ego: EgoState | None,
        behavior: DriveBehavior | None = None,
    ) -> tuple[list[OutgoingFrame], list[Advisory]]:
        """Go on with the dialogue after a plan.

        Args:
            now: [ns since the Unix epoch].
            plan: At that instant, None while nothing is asked of the planner.
            tracks: All objects.
            ego: The ego.
            behavior: What it is about to do, told with its requests; None: not told.

        Returns:
            Frames to be sent, and what to say of the room that is made for others and of the
            time slot of a junction.
        """
        if not self.active or ego is None:
            return [], []
        state = own_state(
            replace(ego, stamp=now // _MILLISECOND * _MILLISECOND), self._map,
            self._parameters.datum.vehicle)
        frames: list[OutgoingFrame] = []
        advisories: list[Advisory] = []
        try:
            partner, time = self._wanted(now, plan)
            self._advance(now, partner)
            done = plan is not None and plan.state == State.COMPLETE
            frame = self._requester.step(
                self._identity, state, partner, time=time, done=done,
                behavior=behavior if partner else None)
            frames += [] if frame is None else [frame]
            for asker in list(self._requests):
                self._answer(now, asker, tracks, ego, state, frames, advisories)
        except MessageError as error:
            self.refused += 1
            _log.warning('the dialogue of a merge cannot be sent: %s', error)
        advisories += self._pass(now, tracks, ego)
        return frames, advisories

    def _pass(self, now: int, tracks: Tracks, ego: EgoState) -> list[Advisory]:
        passing = self._passing
        if passing is None or now > passing.end:
            return []
        try:
            return cip.assess(
                passing, tracks, ego, self._settings, self._parameters.merging.approach_speed)
        except Exception:
            self._failed()
            return []

    def _failed(self) -> None:
        """Count a defect of ours, which costs no more than what it happened to."""
        self.failures += 1
        if self.failures == 1:
            _log.exception('the merge dialogue failed; it is counted from now on')

    # -- the one who asks ---------------------------------------------------------------------

    def _wanted(self, now: int, plan: MergePlan | None) -> tuple[int, float]:
        """Return who is to be asked, 0 for nobody, and the time until the change [s]."""
        if plan is None or plan.state not in (State.MERGE, State.HOLD):
            return 0, math.nan
        gap = plan.chosen if plan.state == State.MERGE else self._wished(now, plan)
        if gap < 0:
            return 0, math.nan
        partner, time = _sender(plan.gap_follower[gap]), float(plan.gap_time[gap])
        ample = float(plan.gap_follower_headway[gap]) > _SPACIOUS
        if not partner or (
                ample and plan.state == State.MERGE and partner != self._requester.partner):
            return 0, math.nan
        return partner, time if math.isfinite(time) else math.nan

    def _wished(self, now: int, plan: MergePlan) -> int:
        """Return the gap whose follower is to be asked, though it cannot be counted on, -1: none.

        Whoever is asked already is given the time to answer; who did not agree is left alone for
        a while.
        """
        if self.asking in (Asking.REFUSED, Asking.UNANSWERED) and self._requester.partner:
            self._declined[self._requester.partner] = now
        self._declined = {
            partner: instant for partner, instant in list(self._declined.items())[-_MOST:]
            if 0 <= now - instant < _AGAIN * NANOSECONDS}
        found = [
            (float(plan.gap_time[gap]), partner, gap)
            for gap, partner in enumerate(map(_sender, plan.gap_follower))
            if partner and partner not in self._declined and math.isnan(plan.gap_cost[gap])
            and math.isfinite(plan.gap_time[gap])]
        for _, partner, gap in found:
            if partner == self._requester.partner:
                return gap
        return min(found)[2] if found else -1

    def _advance(self, now: int, partner: int) -> None:
        """Let the state go on with what was heard and what is wanted."""
        if partner != self._requester.partner:
            self._to(Heard.DROPPED)
            self._answers.clear()
        if partner and self.asking == Asking.IDLE:
            self._to(Heard.WANTED)
            self._asked_at = now
        answer = self._answers.get(partner) if partner else None
        number = self._requester.number
        if answer is not None and answer.request_id == number and now <= answer.end:
            self._to(Heard.YES if answer.agreed else Heard.NO)
        elif self.asking in (Asking.ASKED, Asking.AGREED):
            last = answer.end if answer is not None else (
                self._asked_at + round(_HOLD * NANOSECONDS))
            if now > last:
                self._to(Heard.LAPSED)

    def _to(self, event: Heard) -> None:
        self.asking = ASKING.get((self.asking, event), self.asking)

    # -- the one who is asked -----------------------------------------------------------------

    def _answer(
        self, now: int, asker: int, tracks: Tracks, ego: EgoState, state: OwnState,
        frames: list[OutgoingFrame], advisories: list[Advisory],
    ) -> None:
        request = self._requests[asker]
        talk = request.talk
        partner = self._partner(tracks, ego, talk)
        if not talk.agreed:
            event = Asked.ENDED
        elif now > talk.end:
            event = Asked.LAPSED
        elif partner is not None and is_cheap(partner, self._parameters.merging.courtesy_most):
            event = Asked.CHEAP
        else:
            event = Asked.DEAR
        request.state = ANSWERING.get((request.state, event), request.state)
        if event in (Asked.ENDED, Asked.LAPSED):
            del self._requests[asker]
            return
        if talk.instant > request.answered:
            request.answered = talk.instant
            frames.append(answer_frame(
                self._identity, state, asker, talk.request_id,
                agreed=request.state == Answering.YIELDING))
        if request.state == Answering.YIELDING and partner is not None:
            courtesy = _courtesy(asker, partner, ego, self._parameters)
            advisories.append(replace(courtesy, **decided_by(
                since(InputKind.VIR, talk.instant, now), of_ego(ego))))

    def _partner(self, tracks: Tracks, ego: EgoState, talk: LaneChangeTalk) -> Partner | None:
        """Return the one who asks as seen along the ego's heading, None where it is not there."""
        rows = np.flatnonzero(
            (tracks.sender_id == np.uint64(talk.sender_id)) & (tracks.object_id < 0))
        if not len(rows):
            return None
        row = int(rows[0])
        along, across = _along(tracks, ego)
        if not _ACROSS[0] < abs(float(across[row])) < _ACROSS[1] or abs(along[row]) > _AROUND:
            return None
        half = 0.5 * (tracks.length + ego.length)
        near = np.flatnonzero((np.abs(across) < _ACROSS[0]) & (along < 0.0))
        behind, behind_speed = math.inf, 0.0
        if len(near):
            next_one = int(near[np.argmax(along[near])])
            behind = float(-along[next_one] - half[next_one])
            behind_speed = float(tracks.speed[next_one])
        return Partner(
            float(along[row] - half[row]), max(ego.speed, 0.0), float(tracks.speed[row]),
            talk.time if math.isfinite(talk.time) else _HOLD, behind, behind_speed)


def _sender(name: str) -> int:
    """Return the temporary id of a vehicle that can be asked, 0 for nobody and for all others."""
    return int(name, 16) if name and ':' not in name else 0


def _along(
    tracks: Tracks, ego: EgoState,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    east, north = tracks.x - ego.x, tracks.y - ego.y
    cosine, sine = math.cos(ego.heading), math.sin(ego.heading)
    return east * cosine + north * sine, north * cosine - east * sine


def _courtesy(
    asker: int, partner: Partner, ego: EgoState, parameters: Parameters,
) -> Advisory:
    speed = advised_speed(partner, parameters.merging.courtesy_most)
    return Advisory(
        application=Application.CLC, level=Level.INFO, exit_level=Level.INFO,
        action=Action.YIELD, subject_ids=(f'{asker:016X}',),
        reason=f'make room for {asker:016X}, which wants to change to this lane: '
        f'{3.6 * speed:.0f} km/h',
        distance=max(partner.gap, 0.0), lane_id=-1, data_age=ego.age, speed_min=speed,
        speed_max=speed, verified=False, rule=LevelRule.CLC_COURTESY.value)
