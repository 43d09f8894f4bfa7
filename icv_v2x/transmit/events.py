# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Events of the own vehicle that other drivers must hear of at once."""

from __future__ import annotations

import math
from dataclasses import dataclass

from icv_v2x.clock import NANOSECONDS
from icv_v2x.message_set.enumerations import ControlState, VehicleEvent

# GB/T 45315-2025, table of events: conditions that must have held for longer than this [s] ...
_DELAY = {
    VehicleEvent.ABS_ACTIVATED: 0.1,
    VehicleEvent.TRACTION_CONTROL_LOSS: 0.1,
    VehicleEvent.STABILITY_CONTROL_ACTIVATED: 0.1,
}
# ... and events that are told of for so long after their condition ended. A deceleration that
# swings around its limit would otherwise begin a new event with every swing.
_HOLD = {VehicleEvent.AIR_BAG_DEPLOYMENT: 600.0, VehicleEvent.HARD_BRAKING: 0.3}


@dataclass(frozen=True)
class VehicleSignals:
    """What the vehicle's network may tell beyond `inputs.VehicleStatus`.

    Attributes:
        abs: Anti-lock brakes.
        traction: Traction control.
        stability: Stability control.
        flat_tyre: Whether a tyre is flat.
        disabled: Whether the vehicle cannot go on.
        air_bag: Whether an air bag has gone off.
    """

    abs: ControlState = ControlState.UNAVAILABLE
    traction: ControlState = ControlState.UNAVAILABLE
    stability: ControlState = ControlState.UNAVAILABLE
    flat_tyre: bool = False
    disabled: bool = False
    air_bag: bool = False


class EventMonitor:
    """Tells which events are under way.

    Source: table of events of GB/T 45315-2025; its other bits need not be sent.
    """

    def __init__(self) -> None:
        """Start without any event."""
        # begin of the condition, and when it held last; absent where it does not count any more
        self._held: dict[VehicleEvent, tuple[int, int]] = {}

    def clear(self) -> None:
        """Forget every event."""
        self._held.clear()

    def update(
        self, now: int, *, acceleration: float, hazard_lights: bool, signals: VehicleSignals,
        hard_braking: float,
    ) -> VehicleEvent:
        """Take the state of the vehicle in.

        Args:
            now: [ns since the Unix epoch], not decreasing.
            acceleration: Along the direction of travel, negative while braking [m/s2]; NaN
                unavailable.
            hazard_lights: Whether they are on.
            signals: Of the vehicle's network.
            hard_braking: Deceleration above which braking is an event [m/s2].

        Returns:
            The events under way.
        """
        conditions = {
            VehicleEvent.HAZARD_LIGHTS: hazard_lights,
            VehicleEvent.ABS_ACTIVATED: signals.abs == ControlState.ENGAGED,
            VehicleEvent.TRACTION_CONTROL_LOSS: signals.traction == ControlState.ENGAGED,
            VehicleEvent.STABILITY_CONTROL_ACTIVATED: signals.stability == ControlState.ENGAGED,
            VehicleEvent.HARD_BRAKING:
                not math.isnan(acceleration) and -acceleration > hard_braking,
            VehicleEvent.FLAT_TIRE: signals.flat_tyre,
            VehicleEvent.DISABLED_VEHICLE: signals.disabled,
            VehicleEvent.AIR_BAG_DEPLOYMENT: signals.air_bag,
        }
        active = VehicleEvent(0)
        for event, holds in conditions.items():
            if self._is_active(event, now, holds=holds):
                active |= event
        return active

    def _is_active(self, event: VehicleEvent, now: int, *, holds: bool) -> bool:
        delay = round(_DELAY.get(event, 0.0) * NANOSECONDS)
        begin, last = self._held.get(event, (now, now))
        if holds:
            self._held[event] = begin, now
            return not delay or now - begin > delay
        if event not in self._held:
            return False
        if now - last >= _HOLD.get(event, 0.0) * NANOSECONDS:
            del self._held[event]
            return False
        return True
