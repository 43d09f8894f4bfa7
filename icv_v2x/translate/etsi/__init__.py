# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Adapter of the European messages, as etsi_its_messages publishes them, to the same records."""

from icv_v2x.translate.etsi.envelope import Envelope
from icv_v2x.translate.etsi.events import EventBoard
from icv_v2x.translate.etsi.maps import maps_from_mapem
from icv_v2x.translate.etsi.perceived import reports_from_cpm
from icv_v2x.translate.etsi.road_users import reports_from_cam, reports_from_vam
from icv_v2x.translate.etsi.signals import reports_from_spatem

__all__ = [
    'Envelope', 'EventBoard', 'maps_from_mapem', 'reports_from_cam', 'reports_from_cpm',
    'reports_from_spatem', 'reports_from_vam',
]
