# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Adapter of the Chinese message set: what vehicles say of platoons (CLPMM)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from icv_v2x.translate.platoon_statements import PlatoonStatement, fault_of
from icv_v2x.translate.readable import received, records_of
from icv_v2x.translate.refusals import Refusal

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
    for frame, record in records_of('CLPMM', messages, refusals):
        refusal, moment = received(record.second, frame, batch, parameters, roadside=False)
        if refusal is None:
            statement = _statement(record, moment, frame, batch)
            fault = fault_of(statement)
            if fault is None:
                found.append((frame, statement))
                continue
            refusal = Refusal(frame, fault)
        refusals.append(refusal)
    return found, tuple(sorted(refusals))


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
