# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""How a follower drives: which law, which gap, and the profile of the next seconds."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icv_v2x.inputs import Verification
from icv_v2x.platooning.law import (
    LOOP_DELAY,
    Ahead,
    Answer,
    GapLaw,
    Limits,
    needed_deceleration,
    safe_gap_time,
    stable_gap_time,
)
from icv_v2x.platooning.plan import Control
from icv_v2x.trust import TrustLevel

if TYPE_CHECKING:
    from collections.abc import Container

    from icv_v2x.parameters import Parameters
    from icv_v2x.platooning.law import Floats
    from icv_v2x.platooning.sight import Sighting
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

_SECOND = 1e9
_STEP, _STEPS = 0.1, 30
# Time constant of the mean delay of messages [s].
_DELAY_MEMORY = 10.0
# Speeding up ahead is not expected to go on longer [s].
_SPEEDING_UP = 1.0
# Without any knowledge of the vehicle ahead the gap is opened so hard, for so long [m/s2, s].
_BLIND_BRAKING, _BLIND_TIME = 1.0, 5.0
# What was known this long ago only makes who sees nothing blind [s].
_LATELY = 3.0


def limits_of(parameters: Parameters, desired_speed: float) -> Limits:
    """Return the bounds of the own vehicle, a desired speed included (NaN: none)."""
    group = parameters.platooning
    speed = min(group.speed_maximum, desired_speed) if math.isfinite(
        desired_speed) else group.speed_maximum
    return Limits(
        gap_time=group.gap_time, fallback_gap_time=group.fallback_gap_time,
        standstill_gap=group.standstill_gap, lag=group.lag, braking=group.braking,
        braking_ahead=group.braking_ahead, acceleration=group.acceleration,
        catch_up=group.catch_up, opening=group.opening, closing=group.closing,
        leader_margin=group.leader_margin, speed=speed)


@dataclass(frozen=True)
class Advice:
    """What to drive.

    Attributes:
        control: What it rests on.
        answer: Of the law now.
        needed_deceleration: That just avoids contact [m/s2].
        time: (k,) [s].
        distance: (k,) [m].
        speed: (k,) [m/s].
        acceleration: (k,) [m/s2].
        why_wide: Why the gap is wider than the shortest, '' where it is not.
    """

    control: Control
    answer: Answer
    needed_deceleration: float
    time: Floats
    distance: Floats
    speed: Floats
    acceleration: Floats
    why_wide: str


class Situation(NamedTuple):
    """What bears on the choice of law and gap.

    Attributes:
        sighting: The vehicle right ahead, None on a free road.
        tracks: All objects.
        partners: Ids of members ahead in the order of the platoon.
        parting: Ids of those that leave.
        leader: Track of the leader, -1: not known.
        short: Whether the state allows the short gap, the rest given.
        keeps: Whether the state needs no gap opened that is shorter than the wide one.
    """

    sighting: Sighting | None
    tracks: Tracks
    partners: Container[int]
    parting: Container[int]
    leader: int
    short: bool
    keeps: bool = False


class Driver:
    """Chooses law and gap from one instant to the next."""

    def __init__(self, parameters: Parameters) -> None:
        """Begin without a vehicle ahead."""
        self._law = GapLaw()
        self.configure(parameters)
        self.reset()

    def configure(self, parameters: Parameters) -> None:
        """Take changed parameters over."""
        self._parameters = parameters

    def reset(self) -> None:
        """Forget the vehicle ahead."""
        self._law.reset()
        self._ahead_name = ''
        self._delay = math.nan
        self._stamp = 0
        self._radio_since: int | None = None
        self._silent_since: int | None = None
        self._by_radio: int | None = None
        self._blind_since: int | None = None

    @property
    def blind(self) -> bool:
        """Whether nothing is known of the vehicle ahead and its gap is not open yet."""
        return self._blind_since is not None

    def step(self, ego: EgoState, situation: Situation, limits: Limits) -> Advice:
        """Return what to drive at the instant of the ego."""
        now, sighting = ego.stamp, situation.sighting
        if sighting is None:
            return self._without(ego, limits)
        self._blind_since = None
        ahead, told = self._ahead(situation, sighting)
        if sighting.row >= 0 and sighting.seen < 0:
            self._by_radio = now
        elif sighting.seen >= 0:
            self._by_radio = None
        self._note_delay(now, ahead, told=told)
        wide = self._why_wide(now, situation, sighting, told=told)
        if not math.isfinite(self._law.time_gap):
            self._law.begin_with(ahead, ego.speed, limits)
        safe = safe_gap_time(max(ego.speed, 0.0), limits, self._delay + LOOP_DELAY)
        stable = stable_gap_time(limits, self._delay + LOOP_DELAY)
        shortest = max(limits.gap_time, stable, safe)
        if wide == 'state' and situation.keeps and told:
            gap_time = min(
                max(self._law.time_gap, shortest), max(limits.fallback_gap_time, safe))
        elif wide:
            gap_time = max(limits.fallback_gap_time, safe)
        else:
            gap_time = shortest
            if self._hurries(situation, ahead, limits):
                gap_time = max(gap_time, self._law.time_gap)
        name = f'{situation.tracks.identity[sighting.row]}' if sighting.row >= 0 else '?'
        if name != self._ahead_name and '?' not in (name, self._ahead_name):
            self._law.begin_with(ahead, ego.speed, limits)
        self._ahead_name = name
        answer = self._law.step(
            now, ego.speed, ego.acceleration, ahead, limits, cooperative=told, gap_time=gap_time)
        profile = self._profile(
            now, ego, ahead, limits, cooperative=told, gap_time=gap_time, first=answer)
        return Advice(
            Control.COOPERATIVE if told else Control.ADAPTIVE, answer,
            needed_deceleration(ego.speed, ahead, LOOP_DELAY), *profile, wide)

    def _ahead(self, situation: Situation, sighting: Sighting) -> tuple[Ahead, bool]:
        """Return the vehicle ahead, and whether what it tells may be fed forward."""
        tracks, row = situation.tracks, sighting.row
        if row < 0:
            return Ahead(
                sighting.gap, sighting.speed, seen_acceleration=sighting.acceleration), False
        age = float(tracks.age[row])
        acceleration = float(tracks.acceleration[row])
        member = int(tracks.sender_id[row]) in situation.partners and tracks.object_id[row] < 0
        told = bool(
            member and age <= self._parameters.platooning.radio_age
            and math.isfinite(acceleration) and tracks.updates[row] >= 2
            and self._believed(tracks, row))
        leader = situation.leader
        of_leader = math.nan
        if told and leader >= 0 and self._believed(tracks, leader) and (
                tracks.age[leader] <= self._parameters.platooning.radio_age):
            of_leader = float(tracks.acceleration[leader])
        return Ahead(
            sighting.gap, sighting.speed, acceleration, age, of_leader,
            sighting.acceleration), told

    def _hurries(self, situation: Situation, ahead: Ahead, limits: Limits) -> bool:
        """Whether the vehicle ahead closes up itself, so that closing now would add up."""
        leader = situation.leader
        return leader >= 0 and math.isfinite(self._law.time_gap) and bool(
            ahead.speed > situation.tracks.speed[leader] + limits.catch_up)

    def _believed(self, tracks: Tracks, row: int) -> bool:
        verified = tracks.verification[row] == Verification.VERIFIED or (
            self._parameters.trust.minimum_verification == 'not_checked')
        return bool(verified and tracks.trust[row] != TrustLevel.DISTRUSTED)

    def _note_delay(self, now: int, ahead: Ahead, *, told: bool) -> None:
        elapsed = (now - self._stamp) / _SECOND
        self._stamp = now
        if not told:
            self._silent_since = now if self._silent_since is None else self._silent_since
            # A few lost messages in a row are no silence.
            if now - self._silent_since > self._parameters.platooning.radio_age * _SECOND:
                self._radio_since = None
            if not math.isfinite(self._delay):
                self._delay = 0.0
            return
        self._silent_since = None
        if self._radio_since is None:
            self._radio_since = now
        if not math.isfinite(self._delay) or not 0.0 < elapsed < 1.0:
            self._delay = ahead.age
        else:
            self._delay += (ahead.age - self._delay) * min(elapsed / _DELAY_MEMORY, 1.0)

    def _why_wide(
        self, now: int, situation: Situation, sighting: Sighting, *, told: bool
    ) -> str:
        """Return why the gap must be wide, '' where it may be short."""
        group = self._parameters.platooning
        if not situation.short:
            return 'state'
        if not told:
            return 'no radio of the vehicle ahead'
        if self._radio_since is None or now - self._radio_since < group.radio_return * _SECOND:
            return 'radio of the vehicle ahead has only just returned'
        if int(situation.tracks.sender_id[sighting.row]) in situation.parting:
            return 'the vehicle ahead leaves'
        if group.sensor_required and sighting.seen < 0:
            return 'own sensors do not see the vehicle ahead'
        return ''

    def _without(self, ego: EgoState, limits: Limits) -> Advice:
        """Return what to drive where nothing is known of a vehicle ahead."""
        now = ego.stamp
        if self._by_radio is not None and now - self._by_radio <= _LATELY * _SECOND:
            # The radio fell silent, and nothing else ever saw the vehicle ahead.
            self._blind_since, self._by_radio = now, None
        if self._blind_since is not None and now - self._blind_since > _BLIND_TIME * _SECOND:
            self._blind_since = None
        self._radio_since = None
        self._ahead_name = ''
        answer = self._law.step(
            now, ego.speed, ego.acceleration, None, limits, cooperative=False,
            gap_time=limits.fallback_gap_time)
        self._law.time_gap = math.nan
        control, wanted = Control.ADAPTIVE, answer.acceleration
        if self.blind:
            control, wanted = Control.BLIND, min(wanted, -_BLIND_BRAKING)
            answer = replace(answer, acceleration=wanted, command=wanted)
        time: Floats = np.arange(_STEPS + 1, dtype=np.float64) * _STEP
        speed: Floats = np.maximum(ego.speed + wanted * time, 0.0)
        steps = 0.5 * (speed[1:] + speed[:-1]) * _STEP
        distance: Floats = np.concatenate([np.zeros(1), np.cumsum(steps)])
        return Advice(
            control, answer, 0.0, time, distance, speed, np.full(_STEPS + 1, wanted),
            'nothing is known of the vehicle ahead' if self.blind else 'free road')

    def _profile(
        self, now: int, ego: EgoState, ahead: Ahead, limits: Limits, *, cooperative: bool,
        gap_time: float, first: Answer,
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Drive on by the law against a vehicle ahead that goes on as it does."""
        law = self._law.copy()
        slowing = ahead.acceleration if math.isfinite(ahead.acceleration) else -ahead.slowing
        gap, other, speed = ahead.gap, ahead.speed, max(ego.speed, 0.0)
        actual, wanted = ego.acceleration, first.command
        rows = [(0.0, speed, actual)]
        way = 0.0
        for step in range(1, _STEPS + 1):
            since = step * _STEP
            actual += (wanted - actual) * (1.0 - math.exp(-_STEP / limits.lag))
            gone = max(speed + actual * _STEP, 0.0)
            way += 0.5 * (speed + gone) * _STEP
            theirs = slowing if slowing < 0.0 or since <= _SPEEDING_UP else 0.0
            after = max(other + theirs * _STEP, 0.0)
            gap += 0.5 * (other + after - speed - gone) * _STEP
            if gone == 0.0:
                actual = 0.0
            speed, other = gone, after
            then = Ahead(
                gap, other, theirs if other > 0.0 or theirs > 0.0 else 0.0, ahead.age)
            wanted = law.step(
                now + round(since * _SECOND), speed, actual, then, limits,
                cooperative=cooperative, gap_time=gap_time).command
            rows.append((way, speed, actual))
        columns: Floats = np.array(rows, np.float64)
        time: Floats = np.arange(_STEPS + 1, dtype=np.float64) * _STEP
        return time, columns[:, 0], columns[:, 1], columns[:, 2]
