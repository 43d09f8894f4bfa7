# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""How to stop before a contact: speed over time, with braking that builds up at a finite rate."""

from __future__ import annotations

import dataclasses

import numpy as np

from icv_v2x.motion.pieces import FloatArray

# Spacing of the points that are given [s]; between them the speed is read linearly.
_POINTS = 0.1
# Spacing of the instants at which the room ahead is looked at [s].
_STEP = 0.02
# The least deceleration is found to within 8 m/s2 / 2**_HALVINGS.
_HALVINGS = 20
# Who creeps slower than this stands [m/s].
_STANDING = 1e-3


@dataclasses.dataclass(frozen=True)
class Leader:
    """Who is ahead on the same way, one vehicle.

    Attributes:
        gap: To its rear [m].
        speed: Along the way, 0 or more [m/s].
        acceleration: At most to standstill [m/s2].
        enters: When it is in the way first [s].
        leaves: When it has left it for good, inf for never [s].
    """

    gap: float
    speed: float
    acceleration: float
    enters: float = 0.0
    leaves: float = np.inf


@dataclasses.dataclass(frozen=True)
class StopProfile:
    """Speed over time until standstill.

    Attributes:
        time: Increasing from 0, (n,) [s].
        speed: At these times, (n,) [m/s]; the last one is 0. Read linearly between them it makes
            no more way than the braking that it stands for.
        deceleration: Greatest deceleration [m/s2].
        avoids: Whether it keeps the ego off the contact.
    """

    time: FloatArray
    speed: FloatArray
    deceleration: float
    avoids: bool


def stop_profile(
    speed: float,
    acceleration: float,
    room: float,
    leader: Leader | None = None,
    *,
    jerk: float,
    strongest: float,
) -> StopProfile:
    """Return the gentlest way to stop before a contact, else the hardest one.

    The deceleration grows at the given rate from what it is now and then stays: the speed is
    v + a t - jerk t**2 / 2 until it does, and falls linearly from then on. It never eases off.

    Args:
        speed: Of the ego, 0 or more [m/s].
        acceleration: Of the ego now [m/s2].
        room: Way within which it must stand, inf where only the leader matters [m].
        leader: Whom it must not touch, None for nobody.
        jerk: How fast the deceleration grows [m/s3].
        strongest: Greatest deceleration [m/s2].
    """
    speed = max(speed, 0.0)
    if speed < _STANDING:
        return StopProfile(np.zeros(1), np.zeros(1), 0.0, room >= 0.0)
    # What is beyond the strongest braking is not counted on either.
    now = min(max(acceleration, -strongest), strongest)
    gentle = max(-now, 0.05 * strongest)
    chosen = strongest
    avoids = _avoids(speed, now, strongest, room, leader, jerk)
    if avoids:
        low = gentle
        if _avoids(speed, now, low, room, leader, jerk):
            chosen = low
        else:
            for _ in range(_HALVINGS):
                middle = 0.5 * (low + chosen)
                if _avoids(speed, now, middle, room, leader, jerk):
                    chosen = middle
                else:
                    low = middle
    builds, stands = _phases(speed, now, chosen, jerk)
    time = np.arange(0.0, stands, _POINTS)
    time = np.union1d(time[time < stands - 1e-6], [min(builds, stands), stands])
    profile = np.maximum(_speed(speed, now, chosen, jerk, time), 0.0)
    profile[-1] = 0.0
    return StopProfile(time, profile, chosen, avoids)


def _avoids(
    speed: float, now: float, wanted: float, room: float, leader: Leader | None, jerk: float
) -> bool:
    """Whether braking at the wanted deceleration keeps clear of everything."""
    _, stands = _phases(speed, now, wanted, jerk)
    if _way(speed, now, wanted, jerk, np.array([stands]))[0] > room:
        return False
    if leader is None:
        return True
    # Behind its standstill the ego stays where it is, and no leader comes back.
    last = min(max(stands, leader.enters), leader.leaves)
    time = np.append(np.arange(leader.enters, last, _STEP), last)
    if leader.enters > last:
        return True
    moving = time
    if leader.acceleration < 0.0:
        moving = np.minimum(time, leader.speed / -leader.acceleration)
    rear = leader.gap + moving * (leader.speed + 0.5 * leader.acceleration * moving)
    return bool(np.all(_way(speed, now, wanted, jerk, time) <= rear))


def _phases(speed: float, now: float, wanted: float, jerk: float) -> tuple[float, float]:
    """Return until when the braking builds up and when the ego stands [s]."""
    builds = max(now + wanted, 0.0) / jerk
    # Standstill while the braking still builds up: v + a t = jerk t**2 / 2.
    early = (now + np.sqrt(now * now + 2.0 * jerk * speed)) / jerk
    if early <= builds:
        return builds, float(early)
    then = speed + builds * (now - 0.5 * jerk * builds)
    return builds, float(builds + then / wanted)


def _speed(speed: float, now: float, wanted: float, jerk: float, time: FloatArray) -> FloatArray:
    """Return the speed at times up to the standstill, (n,) [m/s]."""
    builds, _ = _phases(speed, now, wanted, jerk)
    built = np.minimum(time, builds)
    return speed + built * (now - 0.5 * jerk * built) - wanted * (time - built)


def _way(speed: float, now: float, wanted: float, jerk: float, time: FloatArray) -> FloatArray:
    """Return the way made by times, (n,) [m]; none behind the standstill."""
    builds, stands = _phases(speed, now, wanted, jerk)
    moved = np.minimum(time, stands)
    built = np.minimum(moved, builds)
    rest = moved - built
    then = speed + built * (now - 0.5 * jerk * built)
    while_building = built * (speed + built * (0.5 * now - jerk * built / 6.0))
    return while_building + rest * (then - 0.5 * wanted * rest)
