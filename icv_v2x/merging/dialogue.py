# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Asking for room and making room: two small state tables, and what making room costs."""

from __future__ import annotations

import dataclasses
import math
from enum import IntEnum

from icv_v2x.merging.traffic import STANDSTILL_GAP


class Asking(IntEnum):
    """Where the one who asks stands with one partner."""

    IDLE = 0
    ASKED = 1
    AGREED = 2
    REFUSED = 3
    UNANSWERED = 4


class Heard(IntEnum):
    """What may happen to the one who asks."""

    WANTED = 0
    DROPPED = 1
    YES = 2
    NO = 3
    LAPSED = 4


ASKING = {
    (Asking.IDLE, Heard.WANTED): Asking.ASKED,
    (Asking.ASKED, Heard.DROPPED): Asking.IDLE,
    (Asking.ASKED, Heard.YES): Asking.AGREED,
    (Asking.ASKED, Heard.NO): Asking.REFUSED,
    (Asking.ASKED, Heard.LAPSED): Asking.UNANSWERED,
    (Asking.AGREED, Heard.DROPPED): Asking.IDLE,
    (Asking.AGREED, Heard.NO): Asking.REFUSED,
    (Asking.AGREED, Heard.LAPSED): Asking.UNANSWERED,
    (Asking.REFUSED, Heard.DROPPED): Asking.IDLE,
    (Asking.REFUSED, Heard.YES): Asking.AGREED,
    (Asking.UNANSWERED, Heard.DROPPED): Asking.IDLE,
    (Asking.UNANSWERED, Heard.YES): Asking.AGREED,
    (Asking.UNANSWERED, Heard.NO): Asking.REFUSED,
}
"""What follows from an event; a pair that is not in it changes nothing."""


class Answering(IntEnum):
    """Where the one who is asked stands with whoever asks."""

    FREE = 0
    YIELDING = 1


class Asked(IntEnum):
    """What may happen to the one who is asked."""

    CHEAP = 0
    DEAR = 1
    ENDED = 2
    LAPSED = 3


ANSWERING = {
    (Answering.FREE, Asked.CHEAP): Answering.YIELDING,
    (Answering.YIELDING, Asked.DEAR): Answering.FREE,
    (Answering.YIELDING, Asked.ENDED): Answering.FREE,
    (Answering.YIELDING, Asked.LAPSED): Answering.FREE,
}
"""Likewise for the one who is asked."""

# The room that is made, as a time gap before the one who makes it [s], and for how long at least
# it is worked on [s].
_ROOM = 0.5
_SHORTEST = 2.0
# Nobody slows down to less than this share of its speed for another one.
_SLOWEST = 0.6
# Whoever is behind is expected to need no more than this time gap after it [s].
_OWN_FOLLOWER = 0.6


@dataclasses.dataclass(frozen=True)
class Partner:
    """The one who asks and the one who is asked, along the lane of the latter.

    Attributes:
        gap: From the front of the one who is asked to the rear of the one who asks [m];
            negative where they are side by side or the former is ahead.
        speed: Of the one who is asked [m/s].
        asker_speed: [m/s].
        time: Until the change begins, as it was told [s].
        behind: Gap to the own follower, infinite: none [m].
        behind_speed: Its speed [m/s].
    """

    gap: float
    speed: float
    asker_speed: float
    time: float
    behind: float = math.inf
    behind_speed: float = 0.0


def deceleration_for_room(partner: Partner) -> float:
    """Return the constant deceleration that makes room until the change begins [m/s2].

    Infinite where it cannot be: the one who asks is behind.

    Args:
        partner: Of whom.
    """
    time = max(partner.time, _SHORTEST)
    needed = STANDSTILL_GAP + _ROOM * partner.speed
    missing = needed - partner.gap + (partner.speed - partner.asker_speed) * time
    if missing <= 0.0:
        return 0.0
    if partner.gap < -2.0 * STANDSTILL_GAP:
        return math.inf
    return 2.0 * missing / (time * time)


def is_cheap(partner: Partner, most: float) -> bool:
    """Return whether making room asks for no more than a courtesy.

    Args:
        partner: Of whom.
        most: Deceleration at most [m/s2].
    """
    rate = deceleration_for_room(partner)
    if rate > most:
        return False
    time = max(partner.time, _SHORTEST)
    if partner.speed - rate * time < _SLOWEST * partner.speed:
        return False
    closing = max(partner.behind_speed - partner.speed, 0.0)
    return rate <= 0.1 or partner.behind - closing * time > _OWN_FOLLOWER * partner.behind_speed


def advised_speed(partner: Partner, most: float) -> float:
    """Return the speed to be driven in a second by whoever makes room [m/s].

    Args:
        partner: Of whom.
        most: Deceleration at most [m/s2].
    """
    # Whoever helps does so at once: the plan of the one who asks waits for the room.
    rate = min(deceleration_for_room(dataclasses.replace(partner, time=_SHORTEST)), most)
    if rate <= 0.0:
        return partner.speed
    return max(partner.speed - rate, _SLOWEST * partner.speed)
