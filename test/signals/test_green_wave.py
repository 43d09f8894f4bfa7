# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Speed advice that holds: who follows it passes every gate it counts in green."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies.signals import PLAN, Roadside

from icv_v2x.interchange.signal_plans import State
from icv_v2x.message_set.records.spat import IntersectionStatus
from icv_v2x.signals.green_wave import (
    Followers,
    Gate,
    arrival_times,
    green_wave,
    keeps_place,
    late_profile,
    steady_profile,
    stop_profile,
)
from icv_v2x.signals.windows import GreenWindows, green_windows, light_at
from icv_v2x.translate.signal_reports import Light

FAST, SLOW, CHANGE = 13.9, 8.3, 1.2


def windows(*spans: tuple[float, float]) -> GreenWindows:
    table = np.array(spans, dtype=np.float64).reshape(-1, 2)
    return GreenWindows(table[:, 0], table[:, 1])


def gate(distance: float, *spans: tuple[float, float]) -> Gate:
    return Gate(distance, SLOW, FAST, windows(*spans))


def driven(speed: float, distance: float, now: float) -> float:
    """Return when a distance is covered, by small steps of time."""
    step, place, time = 1e-3, 0.0, 0.0
    while place < distance:
        now += float(np.clip(speed - now, -CHANGE * step, CHANGE * step))
        place += now * step
        time += step
    return time


@settings(max_examples=25, deadline=None)
@given(st.floats(SLOW, FAST), st.floats(5.0, 300.0), st.floats(0.0, 16.0))
def test_arrival_is_that_of_the_drive(speed: float, distance: float, now: float) -> None:
    found = arrival_times(np.array([speed]), distance, now, CHANGE, CHANGE)[0]
    assert found == pytest.approx(driven(speed, distance, now), abs=0.02)


@settings(max_examples=50, deadline=None)
@given(
    now=st.floats(5.0, FAST),
    places=st.lists(st.tuples(
        st.floats(150.0, 600.0), st.floats(0.0, 80.0), st.floats(5.0, 40.0)),
        min_size=1, max_size=5),
)
def test_the_advice_passes_all_gates_it_counts(
    now: float, places: list[tuple[float, float, float]],
) -> None:
    total, gates = 0.0, []
    for way, begin, green in places:
        total += way
        gates.append(gate(total, *[
            (begin + 80.0 * k, begin + 80.0 * k + green) for k in range(-1, 5)]))
    wave = green_wave(gates, now, CHANGE, CHANGE)
    if wave is None:
        times = arrival_times(np.array([FAST, SLOW]), gates[0].distance, now, CHANGE, CHANGE)
        spans = gates[0].windows
        assert not ((spans.begin < times[1] - 0.1) & (spans.end > times[0] + 0.1)).any()
        return
    assert SLOW - 1e-9 <= wave.slowest <= wave.fastest + 1e-6 <= FAST + 1e-3
    arrival = arrival_times(np.array([wave.fastest]), gates[0].distance, now, CHANGE, CHANGE)[0]
    assert arrival == pytest.approx(wave.arrival, abs=0.1)
    reachable = [(arrival - 0.1, arrival + 0.1)]
    for place in range(wave.passed):
        if place:
            way = gates[place].distance - gates[place - 1].distance
            reachable = [(begin + way / FAST, end + way / SLOW) for begin, end in reachable]
        spans = gates[place].windows
        reachable = [
            (max(begin, float(opens)), min(end, float(closes)))
            for begin, end in reachable
            for opens, closes in zip(spans.begin, spans.end, strict=True)
            if min(end, closes) > max(begin, opens)]
        assert reachable


def test_the_steady_speed_through_all_gates_is_among_those_advised() -> None:
    gates = [gate(400.0 * k, (400.0 * k / 11.0 - 5.0, 400.0 * k / 11.0 + 5.0))
             for k in range(1, 6)]
    wave = green_wave(gates, 11.0, CHANGE, CHANGE)
    assert wave is not None
    assert wave.passed == 5
    assert wave.slowest < 11.0 < wave.fastest


def test_no_speed_is_advised_where_none_passes() -> None:
    assert green_wave([gate(200.0, (60.0, 80.0))], 13.0, CHANGE, CHANGE) is None


@settings(max_examples=40, deadline=None)
@given(
    st.floats(40.0, 400.0), st.floats(2.0, 16.0), st.one_of(st.just(np.inf), st.floats(5., 90.)))
def test_a_stop_profile_ends_at_the_line_and_brakes_comfortably(
    distance: float, now: float, opens: float,
) -> None:
    profile = stop_profile(
        distance, now, CHANGE, gate=distance + 1.0, opens=opens, slowest=2.5)
    time, speed = np.array(profile.time), np.array(profile.speed)
    way = float(np.sum(0.5 * (speed[1:] + speed[:-1]) * np.diff(time)))
    assert speed[-1] == 0.0
    assert way == pytest.approx(distance, abs=0.2)
    steepest = -np.diff(speed)[np.diff(time) > 1e-6] / np.diff(time)[np.diff(time) > 1e-6]
    assert steepest.max() <= max(CHANGE, 0.5 * now * now / distance) + 1e-6


def test_who_rolls_arrives_when_the_gate_opens() -> None:
    profile = stop_profile(199.0, 13.0, CHANGE, gate=200.0, opens=40.0, slowest=2.5)
    roll = profile.speed[1]
    assert arrival_times(np.array([roll]), 200.0, 13.0, CHANGE, CHANGE)[0] == pytest.approx(
        40.0, abs=0.2)


def behind(*places: float) -> Followers:
    return Followers(np.array(places), np.full(len(places), FAST), 7.1, 12.0)


@settings(max_examples=30, deadline=None)
@given(
    distance=st.floats(60.0, 400.0), now=st.floats(4.0, 13.0), longer=st.floats(1.05, 3.0),
    follower=st.floats(8.0, 200.0))
def test_who_drives_on_is_at_the_gate_when_it_opens(
    distance: float, now: float, longer: float, follower: float,
) -> None:
    opens = longer * distance / now
    for stops_at in (np.inf, distance):
        profile = late_profile(
            distance, now, opens, 3.0, cruise=FAST, acceleration=CHANGE, deceleration=2.0,
            followers=behind(follower), stops_at=stops_at)
        if profile is None:
            # Even slowing down at once arrives too early.
            at_once = arrival_times(np.array([3.0]), distance, now, CHANGE, 2.0)[0]
            assert opens > at_once - 0.2
            continue
        time, speed = np.array(profile.time), np.array(profile.speed)
        assert (np.diff(time) >= -1e-9).all()
        assert (speed <= FAST + 1e-9).all()
        assert -np.diff(speed).min(initial=0.0) <= 2.0 * np.diff(time).max() + 1e-6
        way = float(np.sum(0.5 * (speed[1:] + speed[:-1]) * np.diff(time)))
        assert way == pytest.approx(distance, abs=0.01)
        if np.isinf(stops_at):
            assert time[-1] == pytest.approx(opens, abs=0.01)
        else:
            assert speed[-1] == 0.0


def test_the_nearer_who_comes_behind_the_later_is_slowed_down_and_the_place_kept() -> None:
    found = [
        late_profile(
            300.0, 13.0, 30.0, 1.0, cruise=FAST, acceleration=CHANGE, deceleration=2.5,
            followers=followers)
        for followers in (behind(), behind(120.0), behind(100.0), behind(20.0))]
    assert None not in found
    begins = [one.time[2] for one in found if one is not None]
    assert begins == sorted(begins)
    assert begins[0] < begins[-1] - 3.0
    for followers, one in zip((behind(120.0), behind(100.0)), found[1:3], strict=True):
        assert one is not None
        assert keeps_place(one, 300.0, FAST, followers)
        assert not keeps_place(found[0] or one, 300.0, FAST, followers)


def test_a_profile_takes_up_the_advised_speed() -> None:
    wave = green_wave([gate(300.0, (28.0, 60.0))], 13.0, CHANGE, CHANGE)
    assert wave is not None
    profile = steady_profile(wave, 13.0, CHANGE, CHANGE)
    assert profile.speed[-1] == pytest.approx(wave.fastest)
    assert profile.time[-1] == pytest.approx(wave.arrival)


def test_windows_begin_late_and_end_early() -> None:
    unit = Roadside()
    unit.say(0.0, {
        1: [State(Light.RED, 0.0, 10.0, 8.0, 14.0, 0.9),
            State(Light.PROTECTED_GREEN, 10.0, 30.0, 25.0, 40.0),
            State(Light.FLASHING_GREEN, 30.0, 33.0), State(Light.YELLOW, 33.0, 36.0)],
        2: [State(Light.RED, 0.0, 10.0, 8.0, 14.0, 0.2), State(Light.PERMISSIVE_GREEN, 10., 30.)],
        3: [State(Light.PROTECTED_GREEN, 0.0, 12.0, 7.0, 20.0)],
    })
    signals = unit.see(0.0)
    found = [green_windows(signals, row, 0.5) for row in range(3)]
    assert [one.begin.tolist() for one in found] == [[10.0, 30.0], [14.0], [0.0]]
    assert [one.end.tolist() for one in found] == [[25.0, 33.0], [30.0], [7.0]]
    cut = found[0].within(1.0, 2.0, queue=4.0)
    assert (cut.begin.tolist(), cut.end.tolist()) == ([15.0], [23.0])
    assert light_at(signals, 0, 9.9, 0.5) == Light.RED
    assert light_at(signals, 0, 10.1, 0.5) == Light.PROTECTED_GREEN
    assert light_at(signals, 1, 12.0, 0.5) != Light.PERMISSIVE_GREEN
    assert light_at(signals, 0, 40.0, 0.5) == Light.UNAVAILABLE


def test_fixed_time_plans_go_on() -> None:
    unit = Roadside()
    unit.say(0.0, {1: PLAN.states(0.0)}, status=int(IntersectionStatus.FIXED_TIME_OPERATION))
    found = green_windows(unit.see(0.0), 0, 0.5)
    assert found.begin[:3].tolist() == [30.0, 88.0, 146.0]
    assert found.end[:3].tolist() == [55.0, 113.0, 171.0]
    assert len(found) > 8


@pytest.mark.parametrize('status', [
    IntersectionStatus.MANUAL_CONTROL_IS_ENABLED, IntersectionStatus.PREEMPT_IS_ACTIVE,
    IntersectionStatus.FAILURE_MODE])
def test_no_window_is_counted_on_under_irregular_control(status: IntersectionStatus) -> None:
    unit = Roadside()
    unit.say(0.0, {1: PLAN.states(0.0)}, status=int(status))
    assert len(green_windows(unit.see(0.0), 0, 0.5)) == 0
