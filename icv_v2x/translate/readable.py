# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Decoded messages as records, and whether one came in time and from whom it should."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.clock import age, unwrap_second
from icv_v2x.inputs import SignerRole
from icv_v2x.message_set.records.convert import to_record
from icv_v2x.translate.certificate_scope import claimed_outside
from icv_v2x.translate.refusals import Refusal, RefusalReason, Sieve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from icv_v2x.inputs import FrameBatch
    from icv_v2x.message_set.records.common import Position
    from icv_v2x.parameters import Parameters


def records_of(
    name: str, messages: Sequence[tuple[int, dict[str, Any]]], refusals: list[Refusal],
    read: Callable[[dict[str, Any]], Any] | None = None,
) -> Iterator[tuple[int, Any]]:
    """Yield frame and record of every message that can be read.

    Args:
        name: Type of the messages, such as `CLPMM`.
        messages: Frame index and value (convention of `codec`) of each.
        refusals: Gets the others.
        read: Makes the record of a value, None: `to_record`.
    """
    for frame, message in messages:
        try:
            record = to_record(name, message) if read is None else read(message)
        except (KeyError, ValueError, TypeError):
            # A value of a later edition, which the codec lets pass.
            refusals.append(Refusal(frame, RefusalReason.UNREADABLE))
            continue
        yield frame, record


def received(
    second: float, frame: int, batch: FrameBatch, parameters: Parameters, *, roadside: bool,
    position: Position | None = None,
) -> tuple[Refusal | None, int]:
    """Return why a message is not used, and its instant [ns since the Unix epoch].

    Args:
        second: Of the minute, as the message states it [s].
        frame: Index of its frame.
        batch: The frames.
        parameters: Limits of the clock, datums.
        roadside: Whether road-side units send such messages, else vehicles do.
        position: Where the sender claims to be, None: such messages do not tell.
    """
    row = np.array([frame])
    instant = unwrap_second(
        [second], batch.reception_time[row], batch.generation_time[row]).time
    sieve = Sieve(1)
    sieve.refuse_by_certificate(batch, row)
    of_roadside = batch.signer_role[row] == SignerRole.ROADSIDE
    sieve.refuse(of_roadside != roadside, RefusalReason.NOT_PERMITTED)
    if position is not None:
        datum = parameters.datum.roadside if roadside else parameters.datum.vehicle
        sieve.refuse(claimed_outside(position, frame, batch, datum), RefusalReason.OUTSIDE_REGION)
    old = age(instant, batch.reception_time[row])
    sieve.refuse(old > parameters.clock.age_maximum, RefusalReason.STALE)
    sieve.refuse(old < -parameters.clock.future_maximum, RefusalReason.FUTURE)
    refusals = sieve.refusals(row)
    return (refusals[0] if refusals else None), int(instant[0])
