# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The checks between /v2x/advisories and a planner; icv_v2x_msgs has the same in C++."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Any

from icv_v2x.consumer.checksum import crc32

_SECOND = 1_000_000_000
_SPEAKING = (2, 3)  # ACTIVE and DEGRADED of icv_v2x_msgs/AdvisoryArray
_WARNING, _IMMINENT = 3, 4


@dataclass(frozen=True)
class Limits:
    """What a consumer allows.

    Attributes:
        age: A message whose stamp is older than this is refused [s].
        future: A message whose stamp is further ahead than this is refused [s].
        heartbeat: Without a sound message for this long nothing is in force any more [s]; the
            publisher speaks every 0.05 s, also when there is nothing to say.
        radio_deceleration: Strongest deceleration granted to an advisory that rests on radio
            alone [m/s2].
        seen_deceleration: Strongest deceleration granted to one that an independent second
            source corroborates [m/s2].
    """

    age: float = 0.3
    future: float = 0.1
    heartbeat: float = 0.2
    radio_deceleration: float = 3.0
    seen_deceleration: float = 8.0


class Refusal(Enum):
    """Why a message was not taken over."""

    CHECKSUM = 'checksum'
    REPEATED = 'repeated'
    LATE = 'late'
    STALE = 'stale'
    FUTURE = 'future'


class AdvisoryGuard:
    """Holds what may be acted on, and nothing else.

    Call `take` with every message of /v2x/advisories and `in_force` whenever the planner plans.
    A refused message changes nothing that is in force; what is in force ends with its
    `valid_until` or with the heartbeat, whichever comes first.

    Attributes:
        received: Messages received; `received == accepted + sum(refused.values())`.
        accepted: Messages taken over.
        lost: Messages that never came, by the sequence.
        restarts: How often the publisher, or the clock, began anew.
        refused: Refusal to number of messages.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        """Begin with nothing in force.

        Args:
            limits: What is allowed, the defaults of `Limits` where not given.
        """
        self.limits = limits or Limits()
        self.received = 0
        self.accepted = 0
        self.lost = 0
        self.restarts = 0
        self.refused = dict.fromkeys(Refusal, 0)
        self._message: Any = None
        self._sequence = 0
        self._stamp = 0
        self._heard = 0

    def take(self, message: Any, now: int, steady: int) -> Refusal | None:
        """Take a message over, or say why not.

        Args:
            message: An icv_v2x_msgs/AdvisoryArray.
            now: The clock of the message's stamp (ROS time) [ns].
            steady: A clock that never jumps [ns].

        Returns:
            Why it was refused; None where it was accepted.
        """
        self.received += 1
        refusal = self._judge(message, now)
        if refusal is not None:
            self.refused[refusal] += 1
            return refusal
        if self._message is not None:
            if message.sequence > self._sequence and not self._before_last(now):
                self.lost += message.sequence - self._sequence - 1
            else:
                self.restarts += 1
        self.accepted += 1
        self._message, self._heard = message, steady
        self._sequence, self._stamp = message.sequence, _nanoseconds(message.header.stamp)
        return None

    def alive(self, steady: int) -> bool:
        """Return whether a sound message came within the heartbeat.

        Args:
            steady: The clock that never jumps [ns].
        """
        return (
            self._message is not None
            and 0 <= steady - self._heard <= self.limits.heartbeat * _SECOND)

    def in_force(self, now: int, steady: int) -> list[Any]:
        """Return the advisories that may be acted on.

        Args:
            now: The clock of the messages' stamps (ROS time) [ns].
            steady: The clock that never jumps [ns].

        Returns:
            Advisories in the order of the message; none where the publisher is silent, inhibited
            or at fault.
        """
        if not self.alive(steady) or self._message.mode not in _SPEAKING:
            return []
        if self._before_last(now):
            return []
        return [
            advisory for advisory in self._message.advisories
            if now < _nanoseconds(advisory.valid_until)]

    def granted_deceleration(self, advisory: Any) -> float:
        """Return the strongest deceleration that an advisory may cause.

        Args:
            advisory: One of `in_force`.

        Returns:
            [m/s2], positive: what it asks for within the bound of its evidence; below WARNING
            nothing; the whole bound where an IMMINENT contact cannot be avoided by braking.
        """
        if advisory.level < _WARNING:
            return 0.0
        imminent = advisory.level >= _IMMINENT
        seen = advisory.corroborated and advisory.verified and imminent
        bound = self.limits.seen_deceleration if seen else self.limits.radio_deceleration
        asked = float(advisory.required_deceleration)
        if math.isnan(asked):
            return bound if imminent else 0.0
        return min(max(asked, 0.0), bound)

    def _judge(self, message: Any, now: int) -> Refusal | None:
        if crc32(message) != message.crc32:
            return Refusal.CHECKSUM
        stamp = _nanoseconds(message.header.stamp)
        if self._message is not None and not self._before_last(now):
            # A publisher that begins anew counts from one again, but its time goes on.
            if message.sequence == self._sequence and stamp == self._stamp:
                return Refusal.REPEATED
            if stamp <= self._stamp:
                return Refusal.LATE
        if now - stamp > self.limits.age * _SECOND:
            return Refusal.STALE
        if stamp - now > self.limits.future * _SECOND:
            return Refusal.FUTURE
        return None

    def _before_last(self, now: int) -> bool:
        """Return whether the clock ran back behind what was heard last (a bag that loops)."""
        return now < self._stamp - self.limits.future * _SECOND


def _nanoseconds(stamp: Any) -> int:
    return int(stamp.sec) * _SECOND + int(stamp.nanosec)
