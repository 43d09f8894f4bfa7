# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Message classes of rclpy by their full names."""

from __future__ import annotations

import functools
import importlib
from typing import Any

from icv_v2x.interchange.to_message import MessageEncoder


@functools.cache
def message_class(type_name: str) -> Any:
    """Return the class of a full type name such as `nav_msgs/msg/Odometry`."""
    package, kind, name = type_name.split('/')
    return getattr(importlib.import_module(f'{package}.{kind}'), name)


def encoder() -> MessageEncoder:
    """Return the one encoder, for the classes of rclpy."""
    return MessageEncoder(message_class)
