# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Reads a folder of events: the list, whether the chain holds, and a window as a bag."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from icv_v2x.interchange import topics
from icv_v2x.interchange.bag_writer import BagWriter
from icv_v2x.interchange.errors import BagError
from icv_v2x.recorder.event_recorder import (
    EVENTS,
    MESSAGE,
    SECOND,
    WINDOW,
    Event,
    Kind,
    event_of,
    files,
)
from icv_v2x.recorder.journal import NOTHING_BEFORE, Damage, JournalReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Of these the latest message holds until the next one; a bag begins with it.
_STANDING = (
    topics.ODOMETRY, topics.VEHICLE_STATUS, topics.PLANNED_PATH, topics.MERGE_REQUEST,
    topics.OBU_STATUS)


@dataclass(frozen=True)
class Window:
    """The messages around events.

    Attributes:
        topics: Topic and type, in the order of their numbers.
        parameters: The parameter file in force, as text.
        messages: Time [ns], topic and octets (CDR), in the order in which they came.
        damage: Where reading ended early, None where it did not.
    """

    topics: tuple[tuple[str, str], ...]
    parameters: str
    messages: tuple[tuple[int, str, bytes], ...]
    damage: Damage | None


@dataclass(frozen=True)
class Finding:
    """Something wrong with a file.

    Attributes:
        path: Of the file.
        text: What is wrong.
        torn: Whether only its end is missing, as after a kill.
    """

    path: Path
    text: str
    torn: bool


def events(folder: Path) -> Iterator[Event]:
    """Yield the events of a folder, the oldest first."""
    for path in files(folder, EVENTS):
        with JournalReader(path) as journal:
            yield from (event for record in journal if (event := event_of(record)) is not None)


def verify(folder: Path) -> list[Finding]:
    """Return what is wrong with the files of a folder, nothing where the chain holds."""
    found = []
    known = {NOTHING_BEFORE}
    newest = None
    for path in [*files(folder, EVENTS), *files(folder, WINDOW)]:
        of_list = path.name.startswith(EVENTS)
        try:
            with JournalReader(path) as journal:
                if of_list and newest is not None and journal.before != newest:
                    found.append(Finding(path, 'does not continue the list before it', False))
                if of_list:
                    known.add(journal.before)
                elif journal.before not in known:
                    found.append(Finding(path, 'belongs to no event of the list', False))
                for _ in journal:
                    if of_list:
                        known.add(journal.digest)
                if journal.damage is not None:
                    found.append(Finding(
                        path, f'{journal.damage.reason} (octet {journal.damage.offset})',
                        journal.damage.torn))
                newest = journal.digest if of_list else newest
        except (OSError, ValueError) as error:
            found.append(Finding(path, str(error), False))
    return found


def window(folder: Path, number: int) -> Window:
    """Return what was recorded around an event.

    Args:
        folder: With the files.
        number: Of the event.

    Raises:
        BagError: There is no such event, or its window was given up for newer ones.
    """
    event = next((event for event in events(folder) if event.number == number), None)
    if event is None:
        raise BagError(f'{folder} has no event {number}')
    path = folder / event.window
    if not path.is_file():
        raise BagError(f'{path.name} of event {number} was given up for newer ones')
    names: list[tuple[str, str]] = []
    parameters, messages = '', []
    with JournalReader(path) as journal:
        for record in journal:
            if record[0] == Kind.TOPICS:
                names = [(topic, type_name) for topic, type_name in json.loads(record[1:])]
            elif record[0] == Kind.PARAMETERS:
                parameters = record[1:].decode()
            elif record[0] == Kind.MESSAGE:
                _, time, index = MESSAGE.unpack_from(record)
                messages.append((time, names[index][0], record[MESSAGE.size:]))
        return Window(tuple(names), parameters, tuple(messages), journal.damage)


def export(recorded: Window, bag: Path, *, rate: float) -> int:
    """Write a window as a bag, with its parameter file beside it.

    The bag begins at an instant of the cycle, so that a replay has its cycles where the vehicle
    had them; of what holds until the next message, the latest one before that instant is logged
    at it.

    Args:
        recorded: The window.
        bag: Directory to make.
        rate: Cycles per second [Hz].

    Returns:
        Number of messages.

    Raises:
        BagError: Nothing was recorded, or the bag cannot be written.
    """
    if not recorded.messages:
        raise BagError(f'{bag}: nothing was recorded')
    period = round(SECOND / rate)
    begin = -(-recorded.messages[0][0] // period) * period
    standing = {
        topic: octets for time, topic, octets in recorded.messages
        if time < begin and topic in _STANDING}
    kept = [(time, topic, octets) for time, topic, octets in recorded.messages if time >= begin]
    held = [(begin, topic, octets) for topic, octets in standing.items()]
    with BagWriter(bag) as writer:
        types = dict(recorded.topics)
        for time, topic, octets in [*held, *kept]:
            writer.write_octets(time, topic, types[topic], octets)
    if recorded.parameters:
        bag.with_name(bag.name + '.params.yaml').write_text(recorded.parameters, encoding='utf-8')
    return len(held) + len(kept)
