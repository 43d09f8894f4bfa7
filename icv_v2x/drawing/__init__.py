# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What a viewer is shown of an instant: shapes with stable names, and which of them changed."""

from icv_v2x.drawing.board import Board, Placed, Removed
from icv_v2x.drawing.picture import Picture, shapes_of
from icv_v2x.drawing.shapes import NAMESPACES, Kind, Shape

__all__ = ['NAMESPACES', 'Board', 'Kind', 'Picture', 'Placed', 'Removed', 'Shape', 'shapes_of']
