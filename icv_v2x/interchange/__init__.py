# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Messages and bags: the border between ROS 2 types and the records of the pipeline."""

from typing import TYPE_CHECKING

from icv_v2x.late import late_names

if TYPE_CHECKING:
    from icv_v2x.consumer.checksum import crc32
    from icv_v2x.interchange.bag_reader import BagReader, Record
    from icv_v2x.interchange.bag_writer import BagWriter, Input
    from icv_v2x.interchange.errors import BagError
    from icv_v2x.interchange.from_message import ConversionError
    from icv_v2x.interchange.message_types import typestore
    from icv_v2x.interchange.to_message import MessageEncoder
    from icv_v2x.interchange.topics import READ_TOPICS
    from icv_v2x.interchange.unreadable import Unreadable
else:
    __getattr__ = late_names(__name__, {
        'icv_v2x.consumer.checksum': ('crc32',),
        'bag_reader': ('BagReader', 'Record'),
        'bag_writer': ('BagWriter', 'Input'),
        'errors': ('BagError',),
        'from_message': ('ConversionError',),
        'message_types': ('typestore',),
        'to_message': ('MessageEncoder',),
        'topics': ('READ_TOPICS',),
        'unreadable': ('Unreadable',),
    })

__all__ = [
    'READ_TOPICS', 'BagError', 'BagReader', 'BagWriter', 'ConversionError', 'Input',
    'MessageEncoder', 'Record', 'Unreadable', 'crc32', 'typestore',
]
