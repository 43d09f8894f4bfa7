# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Cooperative high-priority vehicle passing (CHPVP): requests of special vehicles to make way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory.types import Application
from icv_v2x.scenarios.approach import SpecialVehicles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.events import Events
    from icv_v2x.world.tracks import Tracks


@dataclass(frozen=True)
class ClearTheWay:
    """A request to clear the way, as the VIR message carries it.

    Attributes:
        sender_id: Temporary id of the special vehicle, as in its BSM.
        request_id: The sender's number of the request.
        begin: From when it holds [ns since the Unix epoch].
        end: Until when [ns since the Unix epoch].
        lane_id: Lane that is to be cleared, -1: not named.
    """

    sender_id: int
    request_id: int
    begin: int
    end: int
    lane_id: int = -1


def in_force(requests: Sequence[ClearTheWay], now: int) -> tuple[ClearTheWay, ...]:
    """Return the requests that hold at an instant [ns since the Unix epoch]."""
    return tuple(request for request in requests if request.begin <= now < request.end)


def find(events: Events, tracks: Tracks, parameters: Parameters) -> SpecialVehicles | None:
    """Return the vehicles that ask for way, None where nobody does or CHPVP is switched off.

    A request of a vehicle that is not tracked concerns nobody: where it is is not known.

    Args:
        events: What is known of events.
        tracks: All vehicles at the instant.
        parameters: Parameters of the package.
    """
    if not parameters.evw.requests_enabled or not events.requests:
        return None
    lanes = {request.sender_id: request.lane_id for request in events.requests}
    asks = np.isin(tracks.sender_id, np.array(list(lanes), dtype=np.uint64))
    rows = np.flatnonzero(asks & (tracks.object_id < 0))
    named = {int(row): lanes[int(tracks.sender_id[row])] for row in rows}
    return SpecialVehicles(Application.CHPVP, rows, 'Vehicle that asks for way', named)
