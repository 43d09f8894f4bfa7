# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The fourteen messages of T/CSAE 53-2020 and 157-2020: octets to named values and SI records."""

from typing import TYPE_CHECKING

from icv_v2x.late import late_names

if TYPE_CHECKING:
    from icv_v2x.inputs import Encoding
    from icv_v2x.message_set.batch import DecodedFrames, decode_frames
    from icv_v2x.message_set.bsm_encoder import BsmContent, PathPoint, bsm_value, encode_bsm
    from icv_v2x.message_set.codec import (
        MAXIMUM_FRAME_OCTETS,
        MESSAGE_NAMES,
        decode,
        decode_json,
        encode,
        frame_of,
        message_name,
        message_of,
        normalise,
    )
    from icv_v2x.message_set.enumerations import DetectionSource, ParticipantType
    from icv_v2x.message_set.errors import MessageError, RejectReason
    from icv_v2x.message_set.records.bsm import BasicSafetyMessages, PathHistories
    from icv_v2x.message_set.records.participants import (
        Participants,
        RoadsideSafetyMessages,
    )
    from icv_v2x.message_set.records.sensor_sharing import (
        DetectedObstacles,
        DetectedParticipants,
        SensorSharingMessages,
    )
    from icv_v2x.message_set.vehicle_class import ClassNumbering, ObjectClass, object_class
else:
    __getattr__ = late_names(__name__, {
        'icv_v2x.inputs': ('Encoding',),
        'batch': ('DecodedFrames', 'decode_frames'),
        'bsm_encoder': ('BsmContent', 'PathPoint', 'bsm_value', 'encode_bsm'),
        'codec': (
            'MAXIMUM_FRAME_OCTETS', 'MESSAGE_NAMES', 'decode', 'decode_json', 'encode', 'frame_of',
            'message_name', 'message_of', 'normalise',
        ),
        'enumerations': ('DetectionSource', 'ParticipantType'),
        'errors': ('MessageError', 'RejectReason'),
        'records.bsm': ('BasicSafetyMessages', 'PathHistories'),
        'records.participants': ('Participants', 'RoadsideSafetyMessages'),
        'records.sensor_sharing': (
            'DetectedObstacles', 'DetectedParticipants', 'SensorSharingMessages',
        ),
        'vehicle_class': ('ClassNumbering', 'ObjectClass', 'object_class'),
    })

__all__ = [
    'MAXIMUM_FRAME_OCTETS',
    'MESSAGE_NAMES',
    'BasicSafetyMessages',
    'BsmContent',
    'ClassNumbering',
    'DecodedFrames',
    'DetectedObstacles',
    'DetectedParticipants',
    'DetectionSource',
    'Encoding',
    'MessageError',
    'ObjectClass',
    'ParticipantType',
    'Participants',
    'PathHistories',
    'PathPoint',
    'RejectReason',
    'RoadsideSafetyMessages',
    'SensorSharingMessages',
    'bsm_value',
    'decode',
    'decode_frames',
    'decode_json',
    'encode',
    'encode_bsm',
    'frame_of',
    'message_name',
    'message_of',
    'normalise',
    'object_class',
]
