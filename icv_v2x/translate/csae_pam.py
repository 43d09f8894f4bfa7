# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Adapter of the Chinese message set: from parking area maps (PAM) to areas in the map frame."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from icv_v2x.message_set.records.convert import to_record
from icv_v2x.message_set.records.pam import ParkingAreaMap
from icv_v2x.translate.certificate_scope import nodes_outside
from icv_v2x.translate.csae_map import against_sender
from icv_v2x.translate.parking_areas import NOT_GIVEN, ParkingArea
from icv_v2x.translate.parking_drawing import Drawing, drawing_of, drawn_slots, with_states
from icv_v2x.translate.parking_rules import Malformed, assignments_of
from icv_v2x.translate.refusals import Refusal, RefusalReason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.frames import MapFrame
    from icv_v2x.inputs import FrameBatch
    from icv_v2x.parameters import Parameters

# Areas whose drawing is remembered.
_REMEMBERED = 8
_COUNTED = frozenset({'msgCnt', 'timeStamp'})
_STATES = frozenset({'status', 'parkingLock'})


class _Known(NamedTuple):
    """A message without its count, the part of it that is drawn, and what they became."""

    content: dict[str, Any]
    shape: list[Any]
    drawing: Drawing
    area: ParkingArea


class ParkingMemory:
    """What areas were drawn as last: units repeat a map each second, and only states change."""

    def __init__(self) -> None:
        """Remember nothing."""
        self._areas: dict[int | None, _Known] = {}

    def area(self, value: dict[str, Any]) -> ParkingArea | None:
        """Return what a message became, None where its content is new."""
        known = self._areas.get(_number(value))
        return known.area if known is not None and known.content == _content(value) else None

    def drawing(self, value: dict[str, Any]) -> Drawing | None:
        """Return what an area was drawn as, None where it lies or is divided otherwise."""
        known = self._areas.get(_number(value))
        return known.drawing if known is not None and known.shape == _shape(value) else None

    def keep(self, value: dict[str, Any], drawing: Drawing, area: ParkingArea) -> None:
        """Remember an area, and no more than so many."""
        number = _number(value)
        self._areas.pop(number, None)
        if len(self._areas) >= _REMEMBERED:
            self._areas.pop(next(iter(self._areas)))
        self._areas[number] = _Known(_content(value), _shape(value), drawing, area)


def _number(value: dict[str, Any]) -> int | None:
    number: int | None = value['parkingLotInfo'].get('id')
    return number


def _content(value: dict[str, Any]) -> dict[str, Any]:
    return _without(value, _COUNTED)


def _shape(value: dict[str, Any]) -> list[Any]:
    """Return the nodes of a message without the states of their slots."""
    return [
        {**node, 'inDrives': [
            {**drive, 'parkingSlots': [
                _without(slot, _STATES) for slot in drive.get('parkingSlots', ())]}
            for drive in node.get('inDrives', ())]}
        for node in value['pamNodes']]


def _without(value: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: part for name, part in value.items() if name not in names}


def areas_from_pam(
    messages: Sequence[tuple[int, dict[str, Any]]],
    batch: FrameBatch,
    map_frame: MapFrame,
    parameters: Parameters,
    memory: ParkingMemory | None = None,
) -> tuple[list[ParkingArea], tuple[Refusal, ...]]:
    """Return the parking areas that PAM messages give.

    Certificates of vehicles may not sign them. A message is refused as a whole where a node lies
    outside the region of its certificate, where it contradicts itself, names nodes that it does
    not hold, or gives what no area can have: half a map would lead vehicles astray.

    Args:
        messages: Frame index in the batch, and message value.
        batch: The frames that they came in.
        map_frame: The map.
        parameters: Datum of roadside units, limits of the clock.
        memory: Of the same map frame and datum, None for none.

    Returns:
        The areas in the order of the messages, and one refusal for every message that gives none.
    """
    memory = memory or ParkingMemory()
    areas: list[ParkingArea] = []
    refusals = []
    for frame, value in messages:
        reason = against_sender(frame, batch, parameters)
        if reason is None:
            try:
                areas.append(_area(value, frame, batch, memory, map_frame, parameters))
                continue
            except Malformed as malformed:
                reason = malformed.reason
            except (KeyError, ValueError, TypeError):
                # A value of a later edition, which the codec lets pass.
                reason = RefusalReason.UNREADABLE
        refusals.append(Refusal(frame, reason))
    return areas, tuple(refusals)


def _area(
    value: dict[str, Any], frame: int, batch: FrameBatch, memory: ParkingMemory,
    map_frame: MapFrame, parameters: Parameters,
) -> ParkingArea:
    if nodes_outside(batch, frame, value['pamNodes'], parameters.datum.roadside).any():
        raise Malformed(
            RefusalReason.OUTSIDE_REGION, 'a node outside the region of the certificate')
    time = int(batch.generation_time[frame]) or int(batch.reception_time[frame])
    verification, signer = int(batch.verification[frame]), int(batch.signer[frame])
    known = memory.area(value)
    if known is not None:
        return replace(known, time=time, verification=verification, signer=signer)
    record: ParkingAreaMap = to_record('PAMData', value)
    drawing = memory.drawing(value)
    if drawing is None:
        drawing = drawing_of(record, map_frame, parameters.datum.roadside)
        drawing = drawing._replace(slots=drawn_slots(record, drawing))
    else:
        drawing = drawing._replace(slots=with_states(drawing.slots, record))
    lot = record.parking_lot_info
    area = ParkingArea(
        number=NOT_GIVEN if lot.id is None else lot.id,
        name=lot.name or '',
        nodes=drawing.nodes,
        drives=drawing.drives,
        slots=drawing.slots,
        assignments=assignments_of(record),
        time=time,
        verification=verification,
        signer=signer,
    )
    memory.keep(value, drawing, area)
    return area
