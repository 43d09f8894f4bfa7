# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Between the package and Autoware: speed caps, signals, objects and reasons out, status in."""

from __future__ import annotations

import functools
import math
import sys
import time
from typing import TYPE_CHECKING, Any

from icv_v2x.consumer import AdvisoryGuard, Limits, SpeedCap, speed_cap
from icv_v2x.frames import MapFrame
from icv_v2x.interchange import autoware, from_message
from icv_v2x.interchange.autoware_inputs import (
    AutowareStatus,
    distance_between,
    projection_parameters,
)
from icv_v2x.interchange.from_message import ConversionError
from icv_v2x.interchange.signal_message import signals
from icv_v2x.interchange.topics import READ_TOPICS, VEHICLE_STATUS
from icv_v2x.nodes import qos
from icv_v2x.nodes.health import Severity, Status
from icv_v2x.nodes.managed_node import ManagedNode
from icv_v2x.nodes.message_classes import message_class
from icv_v2x.nodes.optional_types import first_installed, installed, missing_text
from icv_v2x.nodes.pipeline_inputs import listen_to_ego, relative
from icv_v2x.nodes.run import run
from icv_v2x.parameters import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable

    from icv_v2x.inputs import Odometry, PlannedPath, VehicleStatus
    from icv_v2x.parameters import NodeParameters, Parameters

NAME = 'autoware_adapter'
LIMIT = 'planning/scenario_planning/max_velocity_candidates'
CLEAR = 'planning/scenario_planning/clear_velocity_limit'
SIGNALS = 'perception/traffic_light_recognition/external/traffic_signals'
OBJECTS = 'perception/object_recognition/detection/v2x/objects'
FACTORS = 'planning/planning_factors/icv_v2x'
REPORTS = {
    'turn_indicators': ('vehicle/status/turn_indicators_status',
                        'autoware_vehicle_msgs/msg/TurnIndicatorsReport'),
    'hazard_lights': ('vehicle/status/hazard_lights_status',
                      'autoware_vehicle_msgs/msg/HazardLightsReport'),
    'gear': ('vehicle/status/gear_status', 'autoware_vehicle_msgs/msg/GearReport'),
    'steering': ('vehicle/status/steering_status', 'autoware_vehicle_msgs/msg/SteeringReport'),
    'acceleration': ('localization/acceleration',
                     'geometry_msgs/msg/AccelWithCovarianceStamped'),
}
MAP = ('map/map_projector_info', 'autoware_map_msgs/msg/MapProjectorInfo')

# How often expiry is looked for [s].
_WATCH = 0.05
# A cap that changed less than this is not said again [m/s], but again after so long [s].
_SAME, _REPEAT = 0.05, 0.5
# Maps that put a place farther apart than this are not the same [m].
_SAME_MAP = 0.1
# The own status is said this often at most [s].
_STATUS = 0.05
_CAUTION = 2


class AutowareAdapter(ManagedNode):
    """Takes advisories through the guard, and sets and clears a speed limit under its own name."""

    def __init__(self) -> None:
        """Declare the parameters."""
        self._guard = AdvisoryGuard()
        self._cap: SpeedCap | None = None
        self._said = (math.inf, 0.0)
        self._limiting = False
        self._speed = math.nan
        self._clocks: list[Any] = []
        self._missing: list[str] = []
        self._map_text = ''
        self._status_at = 0.0
        super().__init__(NAME)

    def build(self) -> None:
        """Make publishers and subscriptions for what is installed."""
        limit = first_installed(autoware.VELOCITY_LIMITS)
        others = [
            name for name in (autoware.SIGNALS, autoware.OBJECTS, autoware.FACTORS)
            if installed(name)]
        if limit is None and not others:
            raise ParameterError(missing_text(
                NAME, (*autoware.VELOCITY_LIMITS, autoware.OBJECTS)))
        self._missing = [
            name for name in (
                autoware.SIGNALS, autoware.OBJECTS, autoware.FACTORS, MAP[1],
                *(name for _, name in REPORTS.values()))
            if not installed(name)] + ([] if limit else [autoware.VELOCITY_LIMITS[0]])
        if self._missing:
            packages = sorted({name.split('/')[0] for name in self._missing})
            self.get_logger().warning(
                f'{NAME} leaves out what needs {", ".join(packages)}: not installed here')
        self._configure(self.of_nodes)
        self._encoder = autoware.AutowareEncoder(message_class)
        self._limit_type = limit
        if limit is not None:
            self._clear_type = autoware.CLEAR_COMMANDS[autoware.VELOCITY_LIMITS.index(limit)]
            self._limit = self.speak(LIMIT, limit, qos.standing_output())
            self._clear = self.speak(CLEAR, self._clear_type, qos.standing_output())
        self._speakers: dict[str, Callable[[Any], None]] = {
            name: self.speak(topic, name, qos.output())
            for topic, name in (
                (SIGNALS, autoware.SIGNALS), (OBJECTS, autoware.OBJECTS),
                (FACTORS, autoware.FACTORS)) if name in others}
        self.listen(
            'v2x/advisories', 'icv_v2x_msgs/msg/AdvisoryArray', qos.stage_input(),
            self._hear_advisories, required=True, silent_after=self._guard.limits.heartbeat)
        listen_to_ego(self, self._hear_ego, pose_only=True)
        if autoware.SIGNALS in others:
            self.listen('v2x/signals', 'icv_v2x_msgs/msg/SignalArray', qos.stage_input(),
                        self._hear_signals)
        if autoware.OBJECTS in others:
            self.listen('v2x/objects', 'icv_v2x_msgs/msg/ObjectArray', qos.stage_input(),
                        self._hear_objects)
        self._listen_to_vehicle()

    def start(self) -> None:
        """Begin; what an earlier life of this node may have set is cleared."""
        self.forget()
        self._release()
        self._clocks = [self.create_timer(
            _WATCH, self.guarded(self._watch), clock=self._steady)]

    def stop(self) -> None:
        """Clear the limit and withdraw signals, objects and reasons."""
        for timer in self._clocks:
            self.destroy_timer(timer)
        self._clocks = []
        self._release()
        now = self.get_clock().now().nanoseconds
        for name, say in self._speakers.items():
            message = message_class(name)()
            stamp = message.stamp if name == autoware.SIGNALS else message.header.stamp
            stamp.sec, stamp.nanosec = divmod(now, 10**9)
            if name != autoware.SIGNALS:
                message.header.frame_id = 'map'
            say(message)

    def forget(self) -> None:
        """Drop what belongs to an epoch of time that has ended."""
        self._guard = AdvisoryGuard(self._guard.limits)
        self._status.clear()
        self._speed = math.nan
        self._cap = None

    def reconfigure(self, parameters: Parameters, of_nodes: NodeParameters) -> None:
        """Take changed settings over."""
        del parameters
        self._configure(of_nodes)

    def statuses(self) -> list[Status]:
        """Return what is asked of Autoware and whether its map is the one in force."""
        cap, values = self._cap, {
            'sender': self.of_nodes.autoware.sender,
            'advisories refused': str(sum(self._guard.refused.values())),
            'advisories lost': str(self._guard.lost)}
        if self._missing:
            values['not installed'] = ', '.join(self._missing)
        text = 'no limit' if cap is None else (
            f'{cap.speed:.1f} m/s: {cap.advisory.reason}')
        found = [Status('speed cap', Severity.OK, text, values)]
        if self._map_text:
            found.append(Status('map of Autoware', Severity.ERROR, self._map_text, {
                'what to do': 'set these parameters for all nodes and start them again'}))
        return found

    def _configure(self, of_nodes: NodeParameters) -> None:
        settings = of_nodes.autoware
        self._table = autoware.signal_table(settings.signal_table)
        self._guard.limits = Limits(
            radio_deceleration=settings.deceleration,
            seen_deceleration=max(settings.deceleration, settings.seen_deceleration))
        self._status = AutowareStatus(settings.steering_ratio)

    def _listen_to_vehicle(self) -> None:
        self._say_status = self.speak(
            relative(VEHICLE_STATUS), READ_TOPICS[VEHICLE_STATUS], qos.output())
        for kind, (topic, name) in REPORTS.items():
            if installed(name):
                self.listen(
                    topic, name, qos.vehicle_input(), functools.partial(self._hear_report, kind))
        if installed(MAP[1]):
            self.listen(
                MAP[0], MAP[1], qos.standing_output(), self._hear_map, silent_after=math.inf)

    def _hear_advisories(self, message: Any) -> None:
        now, steady = self.get_clock().now().nanoseconds, time.monotonic_ns()
        refusal = self._guard.take(message, now=now, steady=steady)
        if refusal is not None:
            raise ConversionError(f'advisories refused: {refusal.value}')
        self._watch()
        if self.of_nodes.autoware.planning_factors and autoware.FACTORS in self._speakers:
            kept = {
                one.id for one in self._guard.in_force(now=now, steady=steady)
                if one.level >= _CAUTION}
            _, _, advisories = from_message.advisory_array(message)
            self._speakers[autoware.FACTORS](self._encoder.planning_factors(
                [one for one in advisories if one.id in kept], now,
                self.of_nodes.autoware.sender))

    def _hear_ego(self, item: Odometry | VehicleStatus | PlannedPath) -> None:
        self._speed = float(getattr(item, 'velocity_x', math.nan))

    def _hear_signals(self, message: Any) -> None:
        if self.of_nodes.autoware.traffic_signals and self._table:
            shown = signals(message)
            self._speakers[autoware.SIGNALS](self._encoder.traffic_signals(
                shown, self._table, shown.stamp,
                trusted=self.parameters.trust.minimum_verification == 'not_checked'))

    def _hear_objects(self, message: Any) -> None:
        if self.of_nodes.autoware.objects:
            self._speakers[autoware.OBJECTS](
                self._encoder.detected_objects(self._believed(from_message.tracks(message))))

    def _believed(self, tracks: Any) -> Any:
        """Return the objects that a tracker may take for true."""
        trust = self.parameters.trust
        checked = tracks.verification == 1
        if trust.minimum_verification == 'not_checked':
            checked = checked | (tracks.verification == 0)
        return tracks.take(checked & (tracks.trust == 0))

    def _hear_report(self, kind: str, message: Any) -> None:
        status = self._status.take(kind, message)
        now = time.monotonic()
        if now - self._status_at >= _STATUS:
            self._status_at = now
            self._say_status(self.encoder.vehicle_status(status))

    def _hear_map(self, message: Any) -> None:
        wanted = projection_parameters(message)
        origin = self.parameters.map_origin
        own = MapFrame(
            origin.latitude, origin.longitude, origin.altitude, self.parameters.map_projection)
        apart = distance_between(own, wanted)
        self._map_text = '' if apart <= _SAME_MAP else (
            f'the map of Autoware lies {apart:.1f} m off: '
            + ', '.join(f'{name}: {value}' for name, value in wanted.items()))
        if self._map_text:
            self.get_logger().error(self._map_text)

    def _watch(self) -> None:
        """Say the cap that is in force now, or clear it."""
        if self._limit_type is None or not self.active:
            return
        settings = self.of_nodes.autoware
        cap = None
        if settings.velocity_limit:
            now, steady = self.get_clock().now().nanoseconds, time.monotonic_ns()
            speed = self._speed if math.isfinite(self._speed) else 0.0
            cap = speed_cap(
                self._guard.in_force(now=now, steady=steady), self._guard, speed,
                margin=settings.margin, brake=settings.brake, advice=settings.advice)
        self._cap = cap
        if cap is None:
            if self._limiting:
                self._release()
            return
        before, when = self._said
        if abs(cap.speed - before) < _SAME and time.monotonic() - when < _REPEAT:
            return
        self._limiting, self._said = True, (cap.speed, time.monotonic())
        self._limit(self._encoder.velocity_limit(
            self._limit_type, cap, self.get_clock().now().nanoseconds, sender=settings.sender,
            jerk=settings.jerk))

    def _release(self) -> None:
        """Clear the limit, for those too who come later."""
        self._limiting, self._said, self._cap = False, (math.inf, 0.0), None
        if self._limit_type is None:
            return
        settings = self.of_nodes.autoware
        now = self.get_clock().now().nanoseconds
        self._limit(self._encoder.velocity_limit(
            self._limit_type, None, now, sender=settings.sender, jerk=settings.jerk))
        self._clear(self._encoder.clear_command(self._clear_type, now, settings.sender))


def main() -> None:
    """Run the node."""
    sys.exit(run(NAME, AutowareAdapter))


if __name__ == '__main__':
    main()
