# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`icv-v2x selftest`: golden messages through the whole pipe, for start-up and for your CI."""

from __future__ import annotations

import dataclasses
import json
import sys
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from icv_v2x.advisory.types import Level
from icv_v2x.faults import Judged, Mutate, degrade
from icv_v2x.faults.injection import Damage
from icv_v2x.inputs import FrameBatch, Odometry, Verification
from icv_v2x.interchange import MessageEncoder, crc32, from_message, typestore
from icv_v2x.interchange.playback import play
from icv_v2x.message_set import codec
from icv_v2x.message_set.errors import MessageError
from icv_v2x.parameters import Parameters, build, digest_of
from icv_v2x.pipeline import Pipeline
from icv_v2x.translate.reports import ObjectReports

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator

    from icv_v2x.pipeline.pipeline import Cycle

KINDS = {kind.__name__: kind for kind in (FrameBatch, Odometry, ObjectReports)}
"""Records of the golden drive by their names."""

_GOLDEN = 'golden'
_SECOND = 1_000_000_000
_NEAR = 0.05


class Check(NamedTuple):
    """One thing that was looked at.

    Attributes:
        name: What.
        passed: Whether it is as it has to be.
        text: The figures, or what is wrong.
    """

    name: str
    passed: bool
    text: str


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command.

    Args:
        parser: The command's own parser.
    """
    parser.add_argument(
        '--params', metavar='FILE', type=Path,
        help='your parameter file: it is checked and its hash printed, as in the heartbeat')
    parser.add_argument('--json', action='store_true', help='one JSON object per check')


def run(arguments: Namespace) -> int:
    """Check and print.

    Args:
        arguments: What `add_arguments` declared.

    Returns:
        Exit status 0 where everything passes, else 1.

    Raises:
        ParameterError: The parameter file cannot be used.
    """
    passed = True
    for check in checks(arguments.params):
        passed &= check.passed
        sys.stdout.write(
            json.dumps(check._asdict()) + '\n' if arguments.json
            else f'{"pass" if check.passed else "FAIL"}  {check.name}: {check.text}\n')
    return int(not passed)


def checks(parameter_file: Path | None = None) -> Iterator[Check]:
    """Yield every check; a defect within one fails it and leaves the others.

    Args:
        parameter_file: To be checked too, None for none.

    Raises:
        ParameterError: It cannot be used.
    """
    if parameter_file is not None:
        yield Check('parameters', True, f'hash {digest_of(parameter_file)}')
    for name, look in (
        ('golden frames of all messages', _frames), ('golden drive', _drive),
        ('failed signatures', _failed), ('signatures that nobody checked', _unchecked),
        ('damaged frames', _damaged), ('messages to the planner', _messages),
    ):
        try:
            wrong, text = look()
        except Exception as error:
            wrong, text = f'{type(error).__name__}: {error}', ''
        yield Check(name, not wrong, wrong or text)


def golden(name: str) -> Any:
    """Return a file of golden data."""
    file = resources.files('icv_v2x.tools').joinpath(_GOLDEN, f'{name}.json')
    return json.loads(file.read_text(encoding='utf-8'))


def plain(record: Any) -> dict[str, Any]:
    """Return a record of the golden drive as JSON values; NaN as null, None is left out."""
    return {
        field.name: _plain(value) for field in dataclasses.fields(record)
        if (value := getattr(record, field.name)) is not None}


def record_of(kind: str, values: dict[str, Any]) -> Any:
    """Return a record of its JSON values."""
    return KINDS[kind](**{name: _value(value) for name, value in values.items()})


def summary_of(cycles: list[Cycle], start: int) -> dict[str, Any]:
    """Return what a run of the golden drive comes to."""
    onsets: dict[str, float] = {}
    for cycle in cycles:
        for advisory in cycle.advisories:
            key = f'{advisory.application.name} {advisory.level.name} {advisory.subject_ids[0]}'
            onsets.setdefault(key, round((cycle.stamp - start) / _SECOND, 3))
    tracks = cycles[-1].tracks
    return {
        'cycles': len(cycles), 'mode': cycles[-1].mode.name, 'onsets': onsets,
        'objects': sorted(
            [f'{sender:016X}', round(x, 3), round(y, 3), round(speed, 3)]
            for sender, x, y, speed in zip(
                tracks.sender_id.tolist(), tracks.x.tolist(), tracks.y.tolist(),
                tracks.speed.tolist(), strict=True)),
    }


def _frames() -> tuple[str, str]:
    frames = golden('frames')['frames']
    types = set()
    for frame in frames:
        octets = bytes.fromhex(frame['uper_hex'])
        try:
            if codec.decode(octets) != frame['value']:
                return f'{frame["name"]} decodes to another value', ''
            if codec.encode(frame['value']) != octets:
                return f'{frame["name"]} encodes to other octets', ''
        except MessageError as error:
            return f'{frame["name"]} is refused: {error}', ''
        types.add(codec.message_name(octets))
    missing = set(codec.MESSAGE_NAMES) - types
    return (f'no frame of {", ".join(sorted(missing))}' if missing else '',
            f'{len(frames)} frames of {len(types)} messages, there and back')


def _run(
    change: Callable[[list[tuple[int, Any]]], list[tuple[int, Any]]] = list,
) -> tuple[list[Cycle], Pipeline, dict[str, Any]]:
    drive = golden('drive')
    timed = [
        (log_time, record_of(kind, values)) for log_time, kind, values in drive['inputs']]
    pipeline = Pipeline(build(Parameters, drive['parameters']))
    steps = play(pipeline, change(timed), rate=drive['rate'])
    return [step.cycle for step in steps], pipeline, drive


def _balance(pipeline: Pipeline) -> str:
    counters = pipeline.counters
    rejected = sum(counters.rejected.values())
    if counters.received != counters.accepted + rejected:
        return f'{counters.received} received, {counters.accepted} accepted, {rejected} rejected'
    if any(pipeline.failures.values()):
        return f'failed: {pipeline.failures}'
    return ''


def _drive() -> tuple[str, str]:
    cycles, pipeline, drive = _run()
    found, expected = summary_of(cycles, drive['inputs'][0][0]), drive['expected']
    wrong = _balance(pipeline)
    for name in ('cycles', 'mode', 'onsets'):
        if found[name] != expected[name]:
            wrong = wrong or f'{name}: {found[name]}, expected {expected[name]}'
    for got, wanted in zip(found['objects'], expected['objects'], strict=True):
        if got[0] != wanted[0] or max(
                abs(a - b) for a, b in zip(got[1:], wanted[1:], strict=True)) > _NEAR:
            wrong = wrong or f'object {got}, expected {wanted}'
    said = ', '.join(f'{what} at {when:.2f} s' for what, when in found['onsets'].items())
    return wrong, f'{pipeline.counters.accepted} frames accepted; {said}'


def _judged(verdict: Verification) -> tuple[list[Cycle], Pipeline]:
    cycles, pipeline, _ = _run(lambda timed: list(degrade(timed, [Judged(verdict)])))
    return cycles, pipeline


def _highest(cycles: list[Cycle]) -> Level:
    return max(
        (advisory.level for cycle in cycles for advisory in cycle.advisories),
        default=Level.NONE)


def _failed() -> tuple[str, str]:
    cycles, pipeline = _judged(Verification.FAILED)
    counters = pipeline.counters
    wrong = _balance(pipeline)
    if counters.accepted or _highest(cycles) >= Level.WARNING:
        wrong = wrong or (
            f'{counters.accepted} frames accepted, highest level {_highest(cycles).name}')
    return wrong, f'{counters.rejected.get("signature_failed", 0)} frames rejected, nothing said'


def _unchecked() -> tuple[str, str]:
    cycles, pipeline = _judged(Verification.NOT_CHECKED)
    level = _highest(cycles)
    wrong = _balance(pipeline) or (
        f'highest level {level.name}' if level > Level.CAUTION else '')
    return wrong, f'{pipeline.counters.accepted} frames heard, highest level {level.name}'


def _damaged() -> tuple[str, str]:
    cut = Mutate(1.0, (Damage.CUT, Damage.RANDOM), copies=True)
    cycles, pipeline, drive = _run(lambda timed: list(degrade(timed, [cut])))
    found = summary_of(cycles, drive['inputs'][0][0])
    wrong = _balance(pipeline)
    if found['onsets'] != drive['expected']['onsets']:
        wrong = wrong or f'with damaged frames besides: {found["onsets"]}'
    return wrong, f'{sum(pipeline.counters.rejected.values())} rejected, the same advice'


def _messages() -> tuple[str, str]:
    cycles, _, _ = _run()
    encoder = MessageEncoder(typestore().types.__getitem__)
    sent = 0
    for number, cycle in enumerate(cycles):
        message = encoder.advisory_array(
            cycle.stamp, number, cycle.mode, cycle.mode_reason, cycle.advisories)
        stamp, _, advisories = from_message.advisory_array(message)
        if crc32(message) != message.crc32 or stamp != cycle.stamp or (
                len(advisories) != len(cycle.advisories)):
            return f'message {number} does not come back as it was', ''
        sent += len(advisories)
    return '', f'{len(cycles)} messages with {sent} advisories, checksums right'


def _plain(value: Any) -> Any:
    """Return an array as type and numbers, octets as hex, NaN as null."""
    if not isinstance(value, np.ndarray):
        return None if isinstance(value, float) and np.isnan(value) else value
    if value.dtype == np.uint8:
        return {'uint8': value.tobytes().hex()}
    if value.dtype.kind == 'f':
        return {value.dtype.name: [None if np.isnan(one) else one for one in value.tolist()]}
    return {value.dtype.name: value.tolist()}


def _value(value: Any) -> Any:
    """Return what `_plain` made JSON of."""
    if not isinstance(value, dict):
        return float('nan') if value is None else value
    (kind, content), = value.items()
    if kind == 'uint8':
        return np.frombuffer(bytes.fromhex(content), np.uint8)
    return np.array([np.nan if one is None else one for one in content], kind)
