# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What bounds what may be said, between the nodes, as a diagnostic_msgs/DiagnosticArray."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from icv_v2x.advisory.mode import Condition
from icv_v2x.advisory.types import Level, Mode
from icv_v2x.interchange.from_message import ConversionError, nanoseconds

if TYPE_CHECKING:
    from collections.abc import Iterable

TYPE = 'diagnostic_msgs/msg/DiagnosticArray'
_MOST = 32


def condition_fields(conditions: Iterable[Condition]) -> list[tuple[str, str, dict[str, str]]]:
    """Return name, message and values of each entry."""
    return [
        ('condition', condition.reason,
         {'mode': condition.mode.name, 'ceiling': condition.ceiling.name})
        for condition in conditions]


def conditions_of(message: Any) -> tuple[str, int, tuple[Condition, ...]]:
    """Return who speaks, for which instant [ns since the Unix epoch], and the conditions.

    Args:
        message: Object with the fields of the message; the frame id names the node.

    Raises:
        ConversionError: An entry that is no condition, or too many.
    """
    if len(message.status) > _MOST:
        raise ConversionError(f'{len(message.status)} conditions, at most {_MOST} are used')
    found = []
    for status in message.status:
        values = {entry.key: entry.value for entry in status.values}
        try:
            found.append(Condition(
                Mode[values['mode']], str(status.message), Level[values['ceiling']]))
        except KeyError as error:
            raise ConversionError(f'a condition without a mode and a ceiling: {error}') from error
    return str(message.header.frame_id), nanoseconds(message.header.stamp), tuple(found)
