# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Adapter of the Chinese message set: what vehicles say of platoons (CLPMM)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.clock import age, unwrap_second
from icv_v2x.inputs import SignerRole
from icv_v2x.message_set.records.convert import to_record
from icv_v2x.translate.platoon_statements import PlatoonStatement, fault_of
from icv_v2x.translate.refusals import Refusal, RefusalReason, Sieve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.inputs import FrameBatch
    from icv_v2x.message_set.records.clpmm import MemberNode, PlatooningMessage
    from icv_v2x.parameters import Parameters


def statements_from_clpmm(
    messages: Sequence[tuple[int, dict[str, Any]]], batch: FrameBatch, parameters: Parameters,
) -> tuple[list[tuple[int, PlatoonStatement]], tuple[Refusal, ...]]:
    """Return what the messages say.

    Args:
        messages: Frame index and CLPMM value (convention of `codec`) of each.
        batch: The frames that they came in.
        parameters: Limits of the clock.

    Returns:
        Frame and statement of each message, and the refusals; each message is in exactly one.
    """
    found: list[tuple[int, PlatoonStatement]] = []
    refusals: list[Refusal] = []
    for frame, message in messages:
        try:
            record = to_record('CLPMM', message)
        except (KeyError, ValueError, TypeError):
            # A value of a later edition, which the codec lets pass.
            refusals.append(Refusal(frame, RefusalReason.UNREADABLE))
            continue
        refusal, moment = _received(record, frame, batch, parameters)
        if refusal is None:
            statement = _statement(record, moment, frame, batch)
            fault = fault_of(statement)
            if fault is None:
                found.append((frame, statement))
                continue
            refusal = Refusal(frame, fault)
        refusals.append(refusal)
    return found, tuple(sorted(refusals))


def _received(
    record: PlatooningMessage, frame: int, batch: FrameBatch, parameters: Parameters
) -> tuple[Refusal | None, int]:
    """Return why a message is not used, and its instant [ns since the Unix epoch]."""
    row = np.array([frame])
    instant = unwrap_second(
        [record.second], batch.reception_time[row], batch.generation_time[row]).time
    sieve = Sieve(1)
    sieve.refuse_unverified(batch.verification[row])
    sieve.refuse(batch.signer_role[row] == SignerRole.ROADSIDE, RefusalReason.NOT_PERMITTED)
    old = age(instant, batch.reception_time[row])
    sieve.refuse(old > parameters.clock.age_maximum, RefusalReason.STALE)
    sieve.refuse(old < -parameters.clock.future_maximum, RefusalReason.FUTURE)
    refusals = sieve.refusals(row)
    return (refusals[0] if refusals else None), int(instant[0])


def _statement(
    record: PlatooningMessage, moment: int, frame: int, batch: FrameBatch
) -> PlatoonStatement:
    leading = record.leading
    return PlatoonStatement(
        sender_id=record.id,
        time=moment,
        platoon_id=bytes(record.platoon_id),
        role=record.role,
        status=record.status,
        members=() if leading is None else _ids(leading.member_list),
        joining=() if leading is None else _ids(leading.joining_list),
        leaving=() if leading is None else _ids(leading.leaving_list),
        capacity=0 if leading is None else leading.capacity,
        open_to_join=leading is not None and leading.open_to_join,
        verification=int(batch.verification[frame]),
        signer=int(batch.signer[frame]),
    )


def _ids(nodes: tuple[MemberNode, ...]) -> tuple[int, ...]:
    return tuple(node.vehicle_id for node in nodes)
