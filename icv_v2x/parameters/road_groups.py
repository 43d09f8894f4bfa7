# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of the road model."""

from __future__ import annotations

from dataclasses import dataclass

from icv_v2x.parameters.schema import parameter


@dataclass(frozen=True)
class Roads:
    """The road model that the maps of road-side units make up."""

    age_maximum: float = parameter(
        60.0, 'A map of an intersection is forgotten when it was not heard for this long; units '
        'repeat it every second.', unit='s', minimum=2.0, maximum=3600.0)
    takeover: float = parameter(
        5.0, 'While one sender tells of an intersection, what another one tells differently is '
        'taken over only after this silence.', unit='s', minimum=1.0, maximum=60.0)
    nodes: int = parameter(
        64, 'Intersections kept at most; those heard of longest ago are dropped first.',
        minimum=1, maximum=1024, changeable=False)
    lanes: int = parameter(
        1024, 'Lanes kept at most.', minimum=16, maximum=4096, changeable=False)
