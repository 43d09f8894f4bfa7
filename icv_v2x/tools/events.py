# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`icv-v2x events`: what the event recorder kept: a list, a check of the chain, a bag."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from icv_v2x.interchange.errors import BagError
from icv_v2x.recorder import archive
from icv_v2x.tools.terminal import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from icv_v2x.recorder import Event

_DAMAGED = 1
_RATE = 20.0


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command.

    Args:
        parser: The command's own parser.
    """
    parser.add_argument(
        'folder', metavar='FOLDER', type=Path, help='directory of the event recorder')
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        '--export', metavar=('NUMBER', 'BAG'), nargs=2,
        help='write what was recorded around an event as a bag that replay takes')
    what.add_argument(
        '--verify', action='store_true',
        help='check every file against the chain; exit status 1 where something is wrong')
    what.add_argument('--json', action='store_true', help='one JSON object per event')


def run(arguments: Namespace) -> int:
    """List, check or export.

    Args:
        arguments: What `add_arguments` declared.

    Returns:
        Exit status 0; 1 where `--verify` found more than torn ends.

    Raises:
        BagError: No such folder or event, or the bag cannot be written.
    """
    folder = arguments.folder
    if not folder.is_dir():
        raise BagError(f'no such folder: {folder}')
    if arguments.verify:
        return _verify(folder)
    if arguments.export:
        return _export(folder, *arguments.export)
    found = list(archive.events(folder))
    if arguments.json:
        for event in found:
            print(json.dumps({**vars(event), 'details': dict(event.details)}))
    else:
        _table(found)
    return 0


def _verify(folder: Path) -> int:
    findings = archive.verify(folder)
    for finding in findings:
        print(f'{finding.path.name}: {finding.text}')
    count = sum(1 for _ in archive.events(folder))
    worst = any(not finding.torn for finding in findings)
    print(f'{count} events; the chain {"is broken" if worst else "holds"}')
    return _DAMAGED if worst else 0


def _export(folder: Path, number: str, bag: str) -> int:
    if not number.isdigit():
        raise BagError(f'{number} is no number of an event')
    recorded = archive.window(folder, int(number))
    values = yaml.safe_load(recorded.parameters) or {}
    section = values.get('/**', {}).get('ros__parameters', {})
    rate = float(section.get('cycle', {}).get('rate', _RATE))
    count = archive.export(recorded, Path(bag), rate=rate)
    if recorded.damage is not None:
        say(f'{folder}: event {number}: {recorded.damage.reason}; what came before is exported')
    say(f'{count} messages written to {bag}')
    return 0


def _table(found: list[Event]) -> None:
    if not sys.stdout.isatty():
        for event in found:
            print(f'{event.number}\t{_when(event)}\t{event.kind}\t{event.text}')
        return
    from rich.console import Console  # noqa: PLC0415 - not worth its time where nobody looks
    from rich.table import Table  # noqa: PLC0415

    table = Table('event', 'time (UTC)', 'kind', 'what')
    for event in found:
        table.add_row(str(event.number), _when(event), event.kind, event.text)
    Console().print(table)


def _when(event: Event) -> str:
    seconds = event.time / 1_000_000_000
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec='milliseconds')
