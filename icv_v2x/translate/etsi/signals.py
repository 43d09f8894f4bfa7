# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Signal phase and timing (SPATEM) by way of the value convention that both standards share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from icv_v2x.translate.csae_spat import reports_from_spat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.parameters import Parameters
    from icv_v2x.translate.etsi.envelope import Envelope
    from icv_v2x.translate.refusals import Refusal
    from icv_v2x.translate.signal_reports import SignalReports

# MovementPhaseState; red with yellow, before green, is not yet green.
_LIGHTS = (
    'unavailable', 'dark', 'flashing-red', 'red', 'red', 'permissive-green', 'protected-green',
    'yellow', 'yellow', 'flashing-yellow',
)
_NO_MINUTE = 527_040
_NO_SECOND = 65_535


def reports_from_spatem(
    messages: Sequence[Any], envelope: Envelope, parameters: Parameters,
) -> tuple[SignalReports, tuple[Refusal, ...]]:
    """Return what SPATEM of TS 103 301 say of signal groups.

    A signal group is the phase of its number. All rules of SPAT hold: times of the hour, the age
    of a statement, contradictions within one message.

    Args:
        messages: n messages of etsi_its_spatem_ts_msgs.
        envelope: What came with them.
        parameters: Limits of the clock and of signals.

    Returns:
        The statements, and the refused messages in their order.
    """
    return reports_from_spat(
        [(row, _message(message.spat)) for row, message in enumerate(messages)],
        envelope.batch(), parameters)


def _message(spat: Any) -> dict[str, Any]:
    minute = _minute(spat.time_stamp.value) if spat.time_stamp_is_present else {}
    # an intersection that states its second may leave the minute to the message
    return {
        **minute,
        'intersections': [_intersection(one, minute) for one in spat.intersections.array]}


def _minute(value: int) -> dict[str, int]:
    return {} if value >= _NO_MINUTE else {'moy': int(value)}


def _intersection(state: Any, minute: dict[str, int]) -> dict[str, Any]:
    own = _minute(state.moy.value) if state.moy_is_present else minute
    second = {}
    if state.time_stamp_is_present and state.time_stamp.value != _NO_SECOND:
        second = {'timeStamp': int(state.time_stamp.value)}
    reference: dict[str, int] = {'id': int(state.id.id.value)}
    if state.id.region_is_present:
        reference['region'] = int(state.id.region.value)
    return {
        **own, **second, 'intersectionId': reference,
        'status': {'value': bytes(state.status.value).hex() or '0000'},
        'phases': [
            {'id': int(one.signal_group.value),
             'phaseStates': [_state(event) for event in one.state_time_speed.array]}
            for one in state.states.array],
    }


def _state(event: Any) -> dict[str, Any]:
    number = int(event.event_state.value)
    state: dict[str, Any] = {'light': _LIGHTS[number] if number < len(_LIGHTS) else 'unavailable'}
    if event.timing_is_present:
        timing = event.timing
        times = {'minEndUTCTime': int(timing.min_end_time.value)}
        for name, code in (
            ('start_time', 'startUTCTime'), ('max_end_time', 'maxEndUTCTime'),
            ('likely_time', 'likelyEndUTCTime'), ('next_time', 'nextStartUTCTime'),
        ):
            if getattr(timing, f'{name}_is_present'):
                times[code] = int(getattr(timing, name).value)
        state['timing'] = {'utcTiming': times}
    return state
