# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Names and types of the topics that the pipeline listens to, the same for nodes and for bags."""

from __future__ import annotations

OBU_FRAMES = '/obu/rx'
OBU_STATUS = '/obu/status'
ODOMETRY = '/localization/kinematic_state'
VEHICLE_STATUS = '/vehicle/status'
PLANNED_PATH = '/planning/path'
MERGE_REQUEST = '/planning/merge_request'
PLATOON_REQUEST = '/planning/platoon_request'
OWN_DETECTIONS = '/perception/objects'
OBU_OBJECTS = '/obu/objects'
OBU_LANES = '/obu/lanes'
OBU_SIGNALS = '/obu/signals'
OBU_ROAD_EVENTS = '/obu/road_events'

READ_TOPICS = {
    OBU_FRAMES: 'icv_v2x_msgs/msg/ObuFrames',
    OBU_STATUS: 'icv_v2x_msgs/msg/ObuStatus',
    ODOMETRY: 'nav_msgs/msg/Odometry',
    VEHICLE_STATUS: 'icv_v2x_msgs/msg/VehicleStatus',
    PLANNED_PATH: 'nav_msgs/msg/Path',
    MERGE_REQUEST: 'icv_v2x_msgs/msg/MergeRequest',
    PLATOON_REQUEST: 'icv_v2x_msgs/msg/PlatoonRequest',
    OWN_DETECTIONS: 'icv_v2x_msgs/msg/ObjectArray',
    OBU_OBJECTS: 'icv_v2x_msgs/msg/ObjectArray',
    OBU_LANES: 'icv_v2x_msgs/msg/LaneArray',
    OBU_SIGNALS: 'icv_v2x_msgs/msg/SignalArray',
    OBU_ROAD_EVENTS: 'icv_v2x_msgs/msg/RoadEventArray',
}
"""Topic name to message type, of every topic that a replay reads."""
