# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A process that runs a launch file as `ros2 launch` does, arguments as NAME:=VALUE."""

from __future__ import annotations

import sys
from pathlib import Path

from launch import LaunchDescription, LaunchService
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Runs the launch file named first."""
    name, *settings = sys.argv[1:]
    service = LaunchService()
    service.include_launch_description(LaunchDescription([IncludeLaunchDescription(
        PythonLaunchDescriptionSource(str(ROOT / 'launch' / name)),
        launch_arguments=[setting.split(':=', 1) for setting in settings])]))
    return int(service.run())


if __name__ == '__main__':
    sys.exit(main())
