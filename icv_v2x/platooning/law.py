# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""How a follower keeps its gap: with radio by feed-forward, without it by distance and speed.

The gap that is wanted is h v, clearance over speed as ISO 15622 has it, and never less than
r + (h - 0.1 s) v, which leaves r at rest: above 10 r/s the first rules, below it the second. In
both the gap grows linearly with the speed, by the slope k = h or k = h - 0.1 s; what follows holds
for either with its k as time gap.

With radio (cooperative), after J. Ploeg, B. Scheepers, E. van Nunen, N. van de Wouw,
H. Nijmeijer, "Design and experimental evaluation of cooperative adaptive cruise control", IEEE
ITSC 2011, and J. Ploeg, N. van de Wouw, H. Nijmeijer, "Lp string stability of cascaded systems",
IEEE TCST 22(2), 2014. With gap d, time gap h, speed v, error e = d - d_wanted(v), and the
acceleration a' of the vehicle ahead as it tells it,

    h x' + x = k_p e + k_d e' + a'            x: acceleration that is wanted of the vehicle
    u = x + T x'                              u: acceleration that is asked of its drive

The drive answers u with a lag of time constant tau, a = u / (tau s + 1). Ploeg feeds the command
of the vehicle ahead forward; messages carry its acceleration instead, which has that lag in it
already, so the follower undoes its own lag: x' is known in closed form, no signal is
differentiated. T = tau + delay also makes good the phase that the delay of the message costs.
With D = exp(-s delay), M = (T s + 1) / (tau s + 1), H = h s + 1, K = k_p + k_d s, the
acceleration of a follower is that of the one ahead times

    G(s) = M / H * (K E / s^2 + D) / (1 + M K E / s^2),        E: delay of the own loop

and G = 1 / H where nothing is late, below 1 at every frequency whatever h is. The string is
stable, no disturbance grows towards its end, where |G(j w)| <= 1 for all w (theorem 1 of the 2014
paper). All vehicles filter what is ahead alike, so the error of the gap is the same filter of a'
for each, and does not grow either. `string_gain` evaluates G, and `least_gap_time` finds the
least h for which the condition holds with drives a quarter slower or faster than `tau`; the gap
opens when messages come later. Conditions: the lag is known to a quarter of it, commands stay
within the limits, and the leader brakes no harder than the margin beyond which all brake with it.

Without radio (adaptive), after P. A. Ioannou, C. C. Chien, "Autonomous intelligent cruise
control", IEEE TVT 42(4), 1993:

    u = (v' - v + q e) / h

whose G(s) = 1 / (h s + 1) without lag; with lag and delay the string is stable where
h >= 2 (tau + delay) (R. Rajamani, "Vehicle dynamics and control", 2nd ed., 2012, 6.6).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# Gains of the error [1/s2] and of its rate [1/s] with radio, of the error [1/s] without.
ERROR_GAIN, RATE_GAIN = 0.25, 1.0
ADAPTIVE_GAIN = 0.3
# Delay of the own loop: from the instant of a measurement to the step that answers it [s].
LOOP_DELAY = 0.15
# More delay is not made good by phase: it would amplify what is fast [s].
LEAD_MOST = 0.35
# The gap at rest costs no time gap above the speed at which it is this share of it [s].
GIVEN_AT_SPEED = 0.1
# A vehicle's lag is this much more or less than it says.
LAG_DOUBT = 0.25
_FREQUENCIES = np.logspace(-2.3, 0.9, 160) * 2.0 * math.pi
_GAP_TIMES = np.arange(0.3, 3.001, 0.02)
_TOLERATED = 1.0005
# A change of the time gap sets in and ends gently: its rate grows by this a second [1/s], and what
# is left of it goes with this time constant [s].
_RAMP_JERK, _RAMP_END = 0.05, 1.5
# No gap is kept by less [s].
_LEAST_TIME_GAP = 0.3


@dataclass(frozen=True)
class Limits:
    """What bounds a follower.

    Attributes:
        gap_time: Time gap with radio [s].
        fallback_gap_time: Without [s].
        standstill_gap: Gap at rest [m].
        lag: Time constant of the own drive [s].
        braking: Strongest deceleration of the vehicle [m/s2].
        braking_ahead: Strongest deceleration that is expected of the one ahead [m/s2].
        acceleration: Strongest acceleration [m/s2].
        catch_up: So much faster than the one ahead a gap is closed [m/s].
        opening: The time gap grows by so much a second.
        closing: It shrinks by so much a second.
        leader_margin: Deceleration of the leader beyond which all brake with it [m/s2].
        speed: Speed not to be exceeded [m/s].
    """

    gap_time: float
    fallback_gap_time: float
    standstill_gap: float
    lag: float
    braking: float
    braking_ahead: float
    acceleration: float
    catch_up: float
    opening: float
    closing: float
    leader_margin: float
    speed: float


@dataclass(frozen=True)
class Ahead:
    """The vehicle ahead as the law takes it.

    Attributes:
        gap: Bumper to bumper [m].
        speed: [m/s].
        acceleration: As it tells it [m/s2], NaN where it tells nothing.
        age: Of what it tells [s].
        leader_acceleration: Of the leader of the platoon [m/s2], NaN where not known.
        seen_acceleration: As the own sensors see it [m/s2], NaN where they do not.
    """

    gap: float
    speed: float
    acceleration: float = math.nan
    age: float = 0.0
    leader_acceleration: float = math.nan
    seen_acceleration: float = math.nan

    @property
    def slowing(self) -> float:
        """How hard it brakes, by radio or by the own sensors, whichever is more [m/s2]."""
        known = [
            one for one in (self.acceleration, self.seen_acceleration) if math.isfinite(one)]
        return max(-min(known, default=0.0), 0.0)


@dataclass(frozen=True)
class Answer:
    """What the law asks for.

    Attributes:
        acceleration: That the vehicle shall have [m/s2].
        command: That its drive has to be asked for, its lag undone [m/s2].
        gap_wanted: [m].
        time_gap: In force [s].
    """

    acceleration: float
    command: float
    gap_wanted: float
    time_gap: float


def spacing(time_gap: float, standstill_gap: float, speed: float) -> tuple[float, float]:
    """Return the gap that is wanted [m], and by how much it grows with the speed [s].

    Args:
        time_gap: [s].
        standstill_gap: [m].
        speed: [m/s].
    """
    speed = max(speed, 0.0)
    if GIVEN_AT_SPEED * speed >= standstill_gap:
        return time_gap * speed, time_gap
    slope = time_gap - GIVEN_AT_SPEED
    return standstill_gap + slope * speed, slope


def string_gain(
    gap_time: ArrayLike, frequency: ArrayLike, *, delay: float, lag: float, true_lag: float,
) -> Floats:
    """Return |G|, the acceleration of a follower over that of the vehicle ahead.

    Args:
        gap_time: [s], any shape that broadcasts with `frequency`.
        frequency: [Hz].
        delay: Of what is told of the vehicle ahead [s].
        lag: Of the own drive as the law takes it [s].
        true_lag: As it is [s].

    Returns:
        The gain.
    """
    s = 2j * math.pi * np.asarray(frequency, np.float64)
    lead = lag + min(delay, LEAD_MOST)
    answer = (lead * s + 1.0) / (true_lag * s + 1.0)
    feedback = (ERROR_GAIN + RATE_GAIN * s) * np.exp(-LOOP_DELAY * s) / s**2
    headway = np.asarray(gap_time, np.float64) * s + 1.0
    gain: Floats = np.abs(
        answer / headway * (feedback + np.exp(-delay * s)) / (1.0 + answer * feedback))
    return gain


def least_gap_time(delay: float, lag: float) -> float:
    """Return the least time gap with which the string is stable [s].

    Args:
        delay: Of what is told of the vehicle ahead [s].
        lag: Of the own drive [s]; it may be a quarter more or less.
    """
    # Between the points of the design linearly, so that a delay that varies moves no gap in steps.
    twentieths = max(delay, 0.0) * 20.0
    below = math.floor(twentieths)
    lag = round(lag, 2)
    lower, upper = _least_gap_time(below, lag), _least_gap_time(below + 1, lag)
    return lower + (twentieths - below) * (upper - lower)


@lru_cache(maxsize=256)
def _least_gap_time(twentieths: int, lag: float) -> float:
    worst = np.max([
        string_gain(
            _GAP_TIMES[:, None], _FREQUENCIES / (2.0 * math.pi), delay=twentieths / 20.0, lag=lag,
            true_lag=lag * share)
        for share in (1.0 - LAG_DOUBT, 1.0, 1.0 + LAG_DOUBT)], axis=0).max(axis=1)
    # Stable from here on: a smaller one that is stable by chance does not count.
    unstable = np.flatnonzero(worst > _TOLERATED)
    first = int(unstable[-1]) + 1 if len(unstable) else 0
    return float(_GAP_TIMES[min(first, len(_GAP_TIMES) - 1)])


def stable_gap_time(limits: Limits, delay: float) -> float:
    """Return the least time gap with which the string is stable at every speed [s].

    It is the same at all speeds, though fast less would do: a gap that opened and closed with the
    speed would itself be a disturbance.
    """
    return least_gap_time(delay, limits.lag) + GIVEN_AT_SPEED


def safe_gap_time(speed: float, limits: Limits, delay: float) -> float:
    """Return the time gap with which full braking ahead is survived [s].

    The vehicle ahead brakes with all that is expected of it, the own one with all it has, later by
    delay and lag, and both come to rest without a touch.

    Args:
        speed: Of both [m/s].
        limits: Of the follower.
        delay: Of what is told of the vehicle ahead [s].
    """
    response = delay + limits.lag
    stopping = 0.5 * speed * (1.0 / limits.braking - 1.0 / limits.braking_ahead)
    return max(response + stopping, 0.0)


def needed_deceleration(speed: float, ahead: Ahead, response: float) -> float:
    """Return the constant deceleration after a response that just avoids contact [m/s2].

    The vehicle ahead goes on as it brakes, to rest.

    Args:
        speed: Own [m/s].
        ahead: The vehicle ahead.
        response: From now to the beginning of the braking [s].

    Returns:
        0 where none is needed, infinite where none suffices.
    """
    slowing = ahead.slowing
    closing = speed - ahead.speed
    # Until the braking begins the gap changes at the present speeds.
    gap = ahead.gap - max(closing, 0.0) * response - 0.5 * slowing * response**2
    later = max(ahead.speed - slowing * response, 0.0)
    if speed <= 0.0:
        return 0.0
    while_moving = 0.0
    if speed > later:
        while_moving = slowing + (speed - later) ** 2 / (2.0 * gap) if gap > 0.0 else math.inf
    if slowing < 0.3 and later > 0.0:
        return while_moving if speed > later else 0.0
    rest = gap + (later**2 / (2.0 * slowing) if slowing > 0.0 else 0.0)
    to_rest = speed**2 / (2.0 * rest) if rest > 0.0 else math.inf
    # Whichever comes first: the same speed, or rest.
    catches_up = speed > later and math.isfinite(while_moving) and (
        (speed - later) / max(while_moving - slowing, 1e-6) <= later / max(slowing, 1e-6))
    return while_moving if catches_up else to_rest


class GapLaw:
    """The law over time: time gap in force, and the acceleration that was wanted last."""

    def __init__(self) -> None:
        """Begin at rest."""
        self.reset()

    def reset(self) -> None:
        """Begin anew with the next step."""
        self._wanted = math.nan
        self.time_gap = math.nan
        self._rate = 0.0
        self._stamp = 0

    def copy(self) -> GapLaw:
        """Return a law in the same state."""
        other = GapLaw()
        other._wanted, other.time_gap, other._stamp = self._wanted, self.time_gap, self._stamp
        other._rate = self._rate
        return other

    def begin_with(self, ahead: Ahead, speed: float, limits: Limits) -> None:
        """Take another vehicle ahead: the gap that is there opens from now on, without a jolt."""
        speed = max(speed, 1.0)
        there = ahead.gap / speed
        if GIVEN_AT_SPEED * speed < limits.standstill_gap:
            there = (ahead.gap - limits.standstill_gap) / speed + GIVEN_AT_SPEED
        self.time_gap = min(max(there, _LEAST_TIME_GAP), limits.fallback_gap_time)
        self._rate = 0.0

    def step(
        self, stamp: int, speed: float, acceleration: float, ahead: Ahead | None, limits: Limits,
        *, cooperative: bool, gap_time: float,
    ) -> Answer:
        """Return what to do now.

        Args:
            stamp: Instant [ns since the Unix epoch].
            speed: Own [m/s].
            acceleration: Own, measured [m/s2].
            ahead: The vehicle ahead, None on a free road.
            limits: Of the follower.
            cooperative: Whether what the vehicle ahead tells is fed forward.
            gap_time: Time gap to come to [s].
        """
        elapsed = (stamp - self._stamp) / 1e9
        if not 0.0 < elapsed <= 0.5 or not math.isfinite(self._wanted):
            elapsed, self._wanted = 0.0, acceleration
        self._stamp = stamp
        rate = self._ramp(gap_time, elapsed, limits)
        if ahead is None:
            return self._free(speed, limits)
        gap_wanted, slope = spacing(self.time_gap, limits.standstill_gap, speed)
        error = ahead.gap - gap_wanted
        if cooperative and math.isfinite(ahead.acceleration):
            wanted, command = self._cooperative(
                error, slope, rate, speed, acceleration, ahead, limits, elapsed)
        else:
            error = min(error, limits.catch_up / ADAPTIVE_GAIN)
            wanted = command = (
                ahead.speed - speed + ADAPTIVE_GAIN * error) / max(slope, 0.5)
        response = LOOP_DELAY + limits.lag
        needed = needed_deceleration(speed, ahead, response)
        # Comfort is the business of the law; this is what remains of distance.
        if needed > 2.0:
            wanted, command = min(wanted, -needed), min(command, -needed)
        room = limits.speed - speed
        wanted, command = min(wanted, room), min(command, room + limits.lag * room)
        self._wanted = _within(wanted, limits)
        return Answer(self._wanted, _within(command, limits), gap_wanted, self.time_gap)

    def _cooperative(
        self, error: float, slope: float, rate: float, speed: float, acceleration: float,
        ahead: Ahead, limits: Limits, elapsed: float,
    ) -> tuple[float, float]:
        forward = ahead.acceleration
        if math.isfinite(ahead.leader_acceleration):
            forward = min(forward, ahead.leader_acceleration + limits.leader_margin)
        # Beyond this error the gap closes at a steady speed.
        error = min(error, limits.catch_up * RATE_GAIN / ERROR_GAIN)
        changing = ahead.speed - speed - slope * acceleration - rate * speed
        drive = ERROR_GAIN * error + RATE_GAIN * changing + forward
        slope = max(slope, _LEAST_TIME_GAP - GIVEN_AT_SPEED)
        rising = (drive - self._wanted) / slope
        faded = math.exp(-elapsed / slope)
        wanted = drive + (self._wanted - drive) * faded
        lead = limits.lag + min(ahead.age + LOOP_DELAY, LEAD_MOST)
        return wanted, wanted + lead * rising * faded

    def _ramp(self, gap_time: float, elapsed: float, limits: Limits) -> float:
        """Move the time gap towards the wanted one; return how fast it changes."""
        if not math.isfinite(self.time_gap):
            self.time_gap, self._rate = gap_time, 0.0
            return 0.0
        wanted = min(
            max((gap_time - self.time_gap) / _RAMP_END, -limits.closing), limits.opening)
        change = _RAMP_JERK * elapsed
        self._rate += min(max(wanted - self._rate, -change), change)
        self.time_gap += self._rate * elapsed
        return self._rate

    def _free(self, speed: float, limits: Limits) -> Answer:
        """Hold the speed, within the limit."""
        self._wanted = _within(min(0.0, limits.speed - speed), limits)
        return Answer(self._wanted, self._wanted, math.nan, self.time_gap)


def _within(acceleration: float, limits: Limits) -> float:
    return min(max(acceleration, -limits.braking), limits.acceleration)
