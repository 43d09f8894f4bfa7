# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Fields that several messages share, read from many rows at once into columns of codes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from icv_v2x.message_set.batched.bit_cursor import BitCursor
from icv_v2x.message_set.quantities import ABSENT, Raw

Mask = NDArray[np.bool_]


class ColumnReader:
    """Reads fields of all rows at its cursor into columns, and notes rows that break a bound.

    Attributes:
        cursor: Where the rows stand.
        columns: Codes by column name, each (n,); `ABSENT` where a row has no such field.
        refused: Rows to be left to the codec, (n,).
    """

    def __init__(self, cursor: BitCursor) -> None:
        """Start without columns.

        Args:
            cursor: At the first field, (n,).
        """
        self.cursor = cursor
        self.columns: dict[str, Raw] = {}
        self.refused: Mask = np.zeros(cursor.position.size, dtype=np.bool_)

    def optional(self, name: str, present: Raw, width: int, low: int = 0) -> Raw:
        """Read a number that only some rows hold.

        Args:
            name: Column.
            present: 1 where the row holds it, (n,).
            width: Bits.
            low: Lowest value of its type.

        Returns:
            The column.
        """
        value = self.cursor.read_where(present, width)
        if low:
            value[present != 0] += low
        self.columns[name] = value
        return value

    def refuse_above(self, value: Raw, highest: int) -> None:
        """Leave rows to the codec whose number its type does not allow."""
        self.refused |= value > highest

    def position_confidence(self) -> None:
        """Read a mandatory PositionConfidenceSet."""
        has_elevation, self.columns['position_confidence'] = self.cursor.read_run(1, 4)
        self.optional('elevation_confidence', has_elevation, 4)

    def optional_position_confidence(self, present: Raw) -> None:
        """Read an optional PositionConfidenceSet."""
        confidence = self.cursor.read_where(present, 5)
        self.columns['position_confidence'] = np.where(present != 0, confidence & 15, ABSENT)
        self.optional('elevation_confidence', present & (confidence >> 4 & 1), 4)

    def steering(self, has_angle: Raw, has_motion: Raw) -> None:
        """Read the optional steering wheel angle and MotionConfidenceSet."""
        self.refuse_above(self.optional('steering_wheel_angle', has_angle, 8, -126), 127)
        motion = self.cursor.read_where(has_motion, 3)
        self.optional('speed_confidence', has_motion & (motion >> 2 & 1), 3)
        self.optional('heading_confidence', has_motion & (motion >> 1 & 1), 3)
        self.optional('steering_wheel_angle_confidence', has_motion & (motion & 1), 2)

    def accelerations(self, present: Raw | None = None) -> None:
        """Read an AccelerationSet4Way.

        Args:
            present: 1 where the row holds one, (n,); None where every row does.
        """
        if present is not None and not present.any():
            absent = np.full(present.size, ABSENT)
            for name in ('longitudinal', 'lateral', 'vertical'):
                self.columns[f'{name}_acceleration'] = absent
            self.columns['yaw_rate'] = absent
            return
        start = self.cursor.position.copy()
        for name, value, low, highest in zip(
                ('longitudinal_acceleration', 'lateral_acceleration', 'vertical_acceleration',
                 'yaw_rate'),
                self.cursor.read_run(12, 12, 8, 16),
                (-2000, -2000, -127, -32767), (4001, 4001, 254, 65534), strict=True):
            if present is None:
                self.refuse_above(value, highest)
                self.columns[name] = value + low
            else:
                self.refused |= (present != 0) & (value > highest)
                self.columns[name] = np.where(present != 0, value + low, ABSENT)
        if present is not None:
            # rows without the set did not move
            self.cursor.position = np.where(present != 0, self.cursor.position, start)

    def size(self) -> None:
        """Read a VehicleSize."""
        has_height, self.columns['width'], self.columns['length'] = self.cursor.read_run(1, 10, 12)
        self.optional('height', has_height, 7)

    def vehicle_class(self) -> None:
        """Read a mandatory VehicleClassification."""
        extended, has_fuel, self.columns['vehicle_class'] = self.cursor.read_run(1, 1, 8)
        self.refused |= extended != 0
        self.optional('fuel_type', has_fuel, 4)

    def optional_vehicle_class(self, present: Raw) -> None:
        """Read an optional VehicleClassification."""
        head = self.cursor.read_where(present, 10)
        sent = present != 0
        self.refused |= head >= 1 << 9
        self.columns['vehicle_class'] = np.where(sent, head & 255, ABSENT)
        self.optional('fuel_type', present & (head >> 8 & 1), 4)
