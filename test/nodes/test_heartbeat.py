# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What a node says of itself ten times a second, and what a missing driver means."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from icv_v2x.advisory.mode import Condition
from icv_v2x.advisory.types import Level, Mode
from icv_v2x.interchange import MessageEncoder, typestore
from icv_v2x.interchange.heartbeat import Heartbeat
from icv_v2x.nodes.driver_watch import DriverWatch
from icv_v2x.nodes.health import CycleHealth, InputHealth
from icv_v2x.parameters import NodeParameters, Parameters, build, digest, limits_hash

SECOND = 1_000_000_000
GIVEN = {
    'map_origin.latitude': 39.8, 'map_origin.longitude': 116.5, 'vehicle.length': 4.6,
    'vehicle.width': 1.8, 'vehicle.base_link_to_center': 1.4}
SHIFTED = Condition(Mode.INHIBITED, 'the datum is wrong', Level.NONE)
BEAT = Heartbeat(
    stamp=7 * SECOND, node='/v2x_translator', counter=3, state=SHIFTED, parameters_hash='ab' * 8,
    cycles=41, left_out=2, worst=0.012, ages={'/obu/rx': 0.05, '/vehicle/status': None})


def message(beat: Heartbeat) -> SimpleNamespace:
    made = MessageEncoder(typestore().types.__getitem__).heartbeat(beat)
    return SimpleNamespace(**vars(made))


def test_a_heartbeat_carries_state_counters_and_ages() -> None:
    said = message(BEAT)
    assert (said.node, said.counter, said.cycles, said.cycles_left_out) == (
        '/v2x_translator', 3, 41, 2)
    assert (said.mode, said.mode_reason, said.ceiling) == (
        Mode.INHIBITED, 'the datum is wrong', Level.NONE)
    assert (said.parameters_hash, said.cycle_time_worst) == ('ab' * 8, 0.012)
    assert said.input_topic == ['/obu/rx', '/vehicle/status']
    assert said.input_age[0] == 0.05
    assert math.isnan(said.input_age[1])


def test_the_longest_cycle_is_that_of_the_latest() -> None:
    cycles = CycleHealth()
    assert math.isnan(cycles.worst)
    for duration in (0.01, 0.03, 0.02):
        cycles.add(duration)
    assert cycles.worst == 0.03


def test_without_a_driver_of_the_radio_nothing_may_be_said() -> None:
    health = InputHealth('/obu/rx', required=True, silent_after=1.0)
    watch = DriverWatch([health], lambda _: 0)
    condition, = watch.conditions()
    assert (condition.mode, condition.ceiling) == (Mode.INIT, Level.NONE)
    assert '/obu/rx' in condition.reason
    health.mismatches = 1
    assert 'quality of service' in watch.conditions()[0].reason
    health.connected = 1
    assert watch.conditions() == ()
    health.connected = 0
    condition, = watch.conditions()
    assert (condition.mode, condition.ceiling) == (Mode.DEGRADED, Level.IMMINENT)


def test_publishers_count_where_the_middleware_tells_of_no_connections() -> None:
    health = InputHealth('/obu/rx', required=True, silent_after=1.0)
    assert DriverWatch([health], lambda topic: int(topic == '/obu/rx')).conditions() == ()


@pytest.mark.parametrize('change', [
    {'trust.forgiveness': 11.0}, {'fcw.enabled': False}, {'map_origin.latitude': 39.80001}])
def test_the_hash_changes_with_any_parameter_and_with_nothing_else(
    change: dict[str, object],
) -> None:
    before = digest(build(Parameters, GIVEN), NodeParameters())
    assert len(before) == 16
    assert digest(build(Parameters, dict(reversed(GIVEN.items()))), NodeParameters()) == before
    assert digest(build(Parameters, {**GIVEN, **change}), NodeParameters()) != before
    assert digest(None, NodeParameters()) != before


def test_advisories_carry_the_first_eight_digits_of_the_hash() -> None:
    assert limits_hash('fedcba9876543210') == 0xFEDCBA98
    assert limits_hash('0000000f76543210') == 0xF
