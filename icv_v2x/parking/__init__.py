# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parking areas: which are known, which slot suits the vehicle, and the way to it or out."""

from icv_v2x.parking.choice import Obstacle, Wish, choose, hindrances
from icv_v2x.parking.guide import Guidance, Outcome, ParkingGuide
from icv_v2x.parking.network import Network, Reach, Route
from icv_v2x.parking.store import ParkingStore

__all__ = [
    'Guidance', 'Network', 'Obstacle', 'Outcome', 'ParkingGuide', 'ParkingStore', 'Reach',
    'Route', 'Wish', 'choose', 'hindrances',
]
