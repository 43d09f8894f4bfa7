# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Colours that stay apart for whoever sees colours otherwise.

Most hues are those of M. Okabe and K. Ito, "Color Universal Design" (2008); their purple, grey to
some, has given way to a stronger one. Wherever a colour means something, a letter or a text says
the same.
"""

from __future__ import annotations

from icv_v2x.advisory.types import Level
from icv_v2x.translate.signal_reports import Light

Colour = tuple[float, float, float, float]
"""Red, green, blue and opacity [0..1]."""

BLUE: Colour = (0.0, 0.447, 0.698, 1.0)
SKY: Colour = (0.337, 0.706, 0.914, 1.0)
GREEN: Colour = (0.0, 0.62, 0.451, 1.0)
YELLOW: Colour = (0.941, 0.894, 0.259, 1.0)
ORANGE: Colour = (0.902, 0.624, 0.0, 1.0)
VERMILION: Colour = (0.835, 0.369, 0.0, 1.0)
MAGENTA: Colour = (1.0, 0.2, 0.6, 1.0)
GREY: Colour = (0.62, 0.64, 0.66, 1.0)
WHITE: Colour = (0.95, 0.95, 0.95, 1.0)

EGO = BLUE
LEVELS: dict[Level, Colour] = {
    Level.NONE: GREY,
    Level.INFO: SKY,
    Level.CAUTION: YELLOW,
    Level.WARNING: VERMILION,
    Level.IMMINENT: MAGENTA,
}
"""Level to the colour of whom it is said of."""

LIGHTS: dict[Light, Colour] = {
    Light.UNAVAILABLE: GREY,
    Light.DARK: GREY,
    Light.FLASHING_RED: VERMILION,
    Light.RED: VERMILION,
    Light.FLASHING_GREEN: GREEN,
    Light.PERMISSIVE_GREEN: GREEN,
    Light.PROTECTED_GREEN: GREEN,
    Light.YELLOW: YELLOW,
    Light.FLASHING_YELLOW: YELLOW,
}
"""What a signal shows to the colour of its stop line."""


def faded(colour: Colour, opacity: float) -> Colour:
    """Return a colour with another opacity [0..1]."""
    return (*colour[:3], opacity)
