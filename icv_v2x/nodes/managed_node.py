# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What all nodes share: lifecycle, autostart, guarded callbacks, parameters, diagnostics."""

from __future__ import annotations

import functools
import gc
import inspect
import time
from typing import TYPE_CHECKING, Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.clock import Clock, ClockType, JumpThreshold
from rclpy.duration import Duration
from rclpy.lifecycle import LifecycleNode, TransitionCallbackReturn
from rclpy.qos import QoSPolicyKind
from rclpy.qos_overriding_options import QoSOverridingOptions

from icv_v2x.advisory.mode import ALL_WELL, Condition
from icv_v2x.advisory.types import Level, Mode
from icv_v2x.inputs import BatchError
from icv_v2x.interchange.from_message import ConversionError
from icv_v2x.interchange.heartbeat import Heartbeat
from icv_v2x.nodes import qos
from icv_v2x.nodes.cycle_timer import STEP_BACK, CycleTimer, Lead
from icv_v2x.nodes.health import CycleHealth, InputHealth, Severity, Status
from icv_v2x.nodes.message_classes import encoder, message_class
from icv_v2x.nodes.parameter_bridge import Pair, ParameterBridge
from icv_v2x.nodes.peers import FAREWELL, PERIOD, Peers
from icv_v2x.parameters import ParameterError

try:
    from rclpy.event_handler import PublisherEventCallbacks, SubscriptionEventCallbacks
except ImportError:  # Humble
    from rclpy.qos_event import PublisherEventCallbacks, SubscriptionEventCallbacks

if TYPE_CHECKING:
    from collections.abc import Callable

    from rclpy.qos import QoSProfile
    from rclpy.timer import Timer

    from icv_v2x.parameters import NodeParameters, Parameters

_LOG_PERIOD = 5.0
_TEXT = 'std_msgs/msg/String'
_ALIVE = 'icv_v2x/alive'
# How often changes of the inputs and of the other nodes are looked for [s].
_WATCH = 0.1
_ALIVE_DEPTH = 64
_BEAT = 0.1
_NOT_ACTIVE = Condition(Mode.READY, 'not active', Level.NONE)
# A subscriber that does not answer within this has gone; the end does not wait for it.
_LAST_WORD = Duration(seconds=0.5)


def _keep_what_there_is() -> None:
    """Let the garbage collector look at nothing any more that was made to last.

    Else it goes over all modules, tables and messages every few seconds, which takes longer than
    a cycle. What an earlier activation left behind is collected first.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _on_match(callback: Callable[[Any], None]) -> dict[str, Callable[[Any], None]]:
    """Return what asks for news of connected publishers; Humble and Iron have none."""
    known = inspect.signature(SubscriptionEventCallbacks.__init__).parameters
    return {'matched': callback} if 'matched' in known else {}


def _policy_name(event: Any) -> str:
    """Return the parameter name of the policy that an event of incompatibility is about."""
    try:
        return QoSPolicyKind(int(event.last_policy_kind)).name.lower()
    except ValueError:
        return 'quality of service'


def _deaf_status(topic: str, count: int, policy: str) -> Status:
    """Return that a subscriber cannot hear what is published on a topic."""
    return Status(
        f'output {topic}', Severity.WARN,
        f'a subscriber asks for another {policy} than is offered and hears nothing',
        {'subscribers of other quality of service': str(count),
         'what to do': f'let it ask for less, or set qos_overrides.{topic}.publisher.{policy}'})


class ManagedNode(LifecycleNode):
    """A lifecycle node whose callbacks let no exception out.

    A subclass fills in `build` (subscriptions and publishers, on configuring), `start` and
    `stop` (on activating and deactivating), `forget` (time ran back), `reconfigure` (parameters
    changed) and `statuses` (diagnostics). Messages that come while the node is not active are
    not looked at.

    Attributes:
        active: Whether the node is active.
        failed: Whether it could not activate itself; its process ends then.
        exceptions: How many the callbacks raised.
        encoder: The one encoder, for the classes of rclpy.
        cycles: Durations of the cycles.
    """

    def __init__(self, name: str, *, needs_pipeline: bool = True) -> None:
        """Declare the parameters; begin to configure once spinning, where `autostart` says so.

        Args:
            name: Of the node, unless remapped.
            needs_pipeline: Whether the parameters of the pipeline have to be complete.

        Raises:
            ParameterError: A parameter that cannot be used.
        """
        super().__init__(name)
        self.active = False
        self.failed = False
        self.exceptions = 0
        self.encoder = encoder()
        self.cycles = CycleHealth()
        self._bridge = ParameterBridge(
            self, needs_pipeline=needs_pipeline, accept=self._take_parameters)
        self._inputs: dict[str, InputHealth] = {}
        self._subscriptions_made: list[Any] = []
        self._publishers_made: list[Any] = []
        self._timer: CycleTimer | None = None
        self._early: CycleTimer | None = None
        self._diagnostics = self.create_publisher(DiagnosticArray, '/diagnostics', 10)
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(1.0, self.guarded(self.publish_diagnostics), clock=self._steady)
        self._peers = Peers(self.get_fully_qualified_name())
        self._deaf: dict[str, tuple[int, str]] = {}
        self._told: Any = None
        self._alive = self.create_publisher(message_class(_TEXT), _ALIVE, _ALIVE_DEPTH)
        self.create_subscription(
            message_class(_TEXT), _ALIVE, self.guarded(
                lambda message: self._peers.hear(str(message.data), time.monotonic_ns())),
            _ALIVE_DEPTH)
        self.create_timer(PERIOD, self.guarded(self._give_sign), clock=self._steady)
        self.create_timer(_WATCH, self.guarded(self._watch), clock=self._steady)
        self._heart = self.create_publisher(
            message_class('icv_v2x_msgs/msg/Heartbeat'), 'v2x/heartbeat', qos.heartbeat())
        self._beats = 0
        self.create_timer(_BEAT, self.guarded(self._beat), clock=self._steady)
        self._jump = self.get_clock().create_jump_callback(
            JumpThreshold(min_forward=None, min_backward=Duration(nanoseconds=-STEP_BACK)),
            post_callback=self.guarded(self._on_jump))
        self._begin: Timer | None = None
        if self.of_nodes.autostart:
            # Due at once, so that it comes with the first spin; the events executor knows no
            # guard conditions.
            self._begin = self.create_timer(
                0.0, self.guarded(self._autostart), clock=self._steady)

    @property
    def parameters(self) -> Parameters:
        """The parameters of the pipeline in force."""
        assert self._bridge.parameters is not None
        return self._bridge.parameters

    @property
    def of_nodes(self) -> NodeParameters:
        """The parameters of the nodes in force."""
        return self._bridge.of_nodes

    @property
    def limits_hash(self) -> int:
        """Short hash of every parameter in force, as advisories carry it."""
        return self._bridge.limits_hash

    @property
    def given(self) -> dict[str, Any]:
        """Dotted name to value of every parameter that was given a value."""
        return self._bridge.given

    def build(self) -> None:
        """Make subscriptions, publishers and stages; ParameterError refuses to configure."""

    def start(self) -> None:
        """Begin to publish."""

    def stop(self) -> None:
        """Publish what withdraws the last word; afterwards nothing is published any more."""

    def forget(self) -> None:
        """Drop what belongs to an epoch of time that has ended."""

    def reconfigure(self, parameters: Parameters, of_nodes: NodeParameters) -> None:
        """Take changed parameters over; ParameterError refuses them."""

    def state(self) -> Condition:
        """Return what the heartbeat says of an active node: mode, reason, highest level."""
        return ALL_WELL

    def statuses(self) -> list[Status]:
        """Return the subclass's own entries of the diagnostics."""
        return []

    def guarded(self, callback: Callable[..., Any]) -> Callable[..., Any]:
        """Return a callback that counts and logs an exception instead of ending the executor."""

        @functools.wraps(callback)
        def call(*arguments: Any) -> Any:
            try:
                return callback(*arguments)
            except Exception as error:
                self.note_exception(error)
                return None

        return call

    def note_exception(self, error: Exception) -> None:
        """Count an exception and log it, every few seconds at most."""
        self.exceptions += 1
        trace, where = error.__traceback__, 'unknown place'
        while trace is not None:
            where = f'{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}'
            trace = trace.tb_next
        self.get_logger().error(
            f'internal error {self.exceptions}: {type(error).__name__}: {error} ({where})',
            throttle_duration_sec=_LOG_PERIOD)

    def listen(
        self, topic: str, type_name: str, qos: QoSProfile, take: Callable[[Any], None], *,
        required: bool = False, silent_after: float = 1.0, raw: bool = False,
    ) -> InputHealth:
        """Subscribe to a topic.

        Args:
            topic: Its name, relative to the namespace.
            type_name: Full name of its type.
            qos: Quality of service, which `qos_overrides` may change.
            take: Takes a message while the node is active; a BatchError or ConversionError
                that it raises rejects the message.
            required: Whether the node is of no use without it.
            silent_after: [s] without a message after which it counts as silent.
            raw: Whether `take` gets the octets (CDR) rather than the message.

        Returns:
            Its counts.
        """
        health = InputHealth(
            self.resolve_topic_name(topic), required=required, silent_after=silent_after)

        def receive(message: Any) -> None:
            if not self.active:
                return
            health.receive(time.monotonic_ns())
            try:
                take(message)
            except BatchError as error:
                health.reject('inconsistent_arrays', str(error))
            except ConversionError as error:
                health.reject('unreadable_message', str(error))

        def mismatch(event: Any) -> None:
            health.mismatches += 1
            health.policy = _policy_name(event)
            self.get_logger().warning(
                f'a publisher on {health.topic} offers another {health.policy} than asked for; '
                f'set qos_overrides.{health.topic}.subscription.{health.policy} to match it')

        def matched(event: Any) -> None:
            health.connected = event.current_count

        if _on_match(matched):
            health.connected = 0
        self._subscriptions_made.append(self.create_subscription(
            message_class(type_name), topic, self.guarded(receive), qos, raw=raw,
            event_callbacks=SubscriptionEventCallbacks(
                incompatible_qos=self.guarded(mismatch), **_on_match(self.guarded(matched))),
            qos_overriding_options=QoSOverridingOptions.with_default_policies()))
        self._inputs[health.topic] = health
        return health

    def speak(self, topic: str, type_name: str, qos: QoSProfile) -> Callable[[Any], None]:
        """Return what publishes on a topic while the node is active."""
        name = self.resolve_topic_name(topic)

        def mismatch(event: Any) -> None:
            count, _ = self._deaf.get(name, (0, ''))
            self._deaf[name] = (count + 1, _policy_name(event))
            self.get_logger().warning(
                f'a subscriber of {name} asks for another {self._deaf[name][1]} than is offered')

        publisher = self.create_lifecycle_publisher(
            message_class(type_name), topic, qos,
            event_callbacks=PublisherEventCallbacks(incompatible_qos=self.guarded(mismatch)),
            qos_overriding_options=QoSOverridingOptions.with_default_policies())
        self._publishers_made.append(publisher)
        publish: Callable[[Any], None] = publisher.publish
        return publish

    def cycle_with(
        self, callback: Callable[[int], None], *, offset: float = 0.0,
        ahead: Callable[[int], None] | None = None,
    ) -> None:
        """Call back at every instant of the cycle until the node is deactivated.

        Args:
            callback: Takes the instant [ns since the Unix epoch].
            offset: How long after the instant it is called [s].
            ahead: Called with every instant shortly before it, None for nothing.
        """
        period = round(1e9 / self.parameters.cycle.rate)
        self._timer = CycleTimer(
            self, period, self.timed(callback), offset=round(offset * 1e9), guard=self.guarded)
        if ahead is not None:
            self._prepare_with(ahead, period)

    def _prepare_with(self, ahead: Callable[[int], None], period: int) -> None:
        """Call back before every instant, by as much as it takes."""
        lead = Lead(period * 1e-9)

        def offset() -> int:
            return period - round(lead.time * 1e9)

        def prepare(before: int) -> None:
            begin = time.perf_counter()
            ahead(before + period)
            lead.learn(time.perf_counter() - begin)
            if self._early is not None:
                self._early.delay(offset())

        self._early = CycleTimer(self, period, prepare, offset=offset(), guard=self.guarded)

    def timed(self, callback: Callable[[Any], None]) -> Callable[[Any], None]:
        """Return a callback whose durations show in the diagnostics."""

        def call(argument: Any) -> None:
            begin = time.perf_counter()
            callback(argument)
            self.cycles.add(time.perf_counter() - begin)

        return call

    def publish_diagnostics(self) -> None:
        """Publish the state of the node now."""
        now = time.monotonic_ns()
        self._told = self._conditions(now)
        statuses = [self._own_status(), self._peers.status(now), *self.statuses()]
        statuses += [_deaf_status(topic, *found) for topic, found in self._deaf.items()]
        statuses += [
            health.status(now, self.count_publishers(topic))
            for topic, health in self._inputs.items()
        ] if self.active else []
        message = DiagnosticArray(status=[self._diagnostic(status) for status in statuses])
        message.header.stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(message)

    def close(self) -> None:
        """Withdraw the last word and come to the end of the lifecycle."""
        if self.active:
            self.trigger_deactivate()
        self.trigger_shutdown()
        self._alive.publish(message_class(_TEXT)(
            data=FAREWELL + self.get_fully_qualified_name()))
        self._alive.wait_for_all_acked(_LAST_WORD)

    def on_configure(self, state: Any) -> TransitionCallbackReturn:
        """Make everything, or say why not."""
        return self._transition(self.build, lambda: super(ManagedNode, self).on_configure(state))

    def on_activate(self, state: Any) -> TransitionCallbackReturn:
        """Begin."""
        done = super().on_activate(state)
        self.active = True
        started = self._transition(self.start, lambda: done)
        self.active = started == TransitionCallbackReturn.SUCCESS
        if self.active:
            _keep_what_there_is()
            self.get_logger().info(f'active, parameters {self._bridge.digest}')
        return started

    def on_deactivate(self, state: Any) -> TransitionCallbackReturn:
        """Withdraw the last word and stop."""
        self._end_cycles()
        return self._transition(self.stop, lambda: super(ManagedNode, self).on_deactivate(state))

    def on_cleanup(self, state: Any) -> TransitionCallbackReturn:
        """Let go of everything."""
        return self._transition(self._release, lambda: super(ManagedNode, self).on_cleanup(state))

    def on_shutdown(self, state: Any) -> TransitionCallbackReturn:
        """Withdraw the last word where there was one, and let go of everything."""
        if self.active:
            self._end_cycles()
            self._transition(self.stop, lambda: super(ManagedNode, self).on_deactivate(state))
        return self._transition(self._release, lambda: super(ManagedNode, self).on_shutdown(state))

    def on_error(self, state: Any) -> TransitionCallbackReturn:
        """Go back to the beginning."""
        del state
        self._end_cycles()
        return self._transition(self._release, lambda: TransitionCallbackReturn.SUCCESS)

    def _transition(
        self, act: Callable[[], None], finish: Callable[[], TransitionCallbackReturn],
    ) -> TransitionCallbackReturn:
        try:
            act()
            return finish()
        except ParameterError as error:
            self.get_logger().error(str(error))
            return TransitionCallbackReturn.FAILURE
        # rclpy would pass over it in silence.
        except Exception as error:
            self.note_exception(error)
            return TransitionCallbackReturn.ERROR

    def _autostart(self) -> None:
        # The events executor may have queued another call of the same timer.
        if self._begin is None:
            return
        self.destroy_timer(self._begin)
        self._begin = None
        configured = self.trigger_configure() == TransitionCallbackReturn.SUCCESS
        self.failed = not configured or (
            self.trigger_activate() != TransitionCallbackReturn.SUCCESS)
        self.publish_diagnostics()

    def _give_sign(self) -> None:
        self._alive.publish(message_class(_TEXT)(data=self.get_fully_qualified_name()))

    def _watch(self) -> None:
        """Publish the diagnostics at once where something changed, and else once a second."""
        if self._told is not None and self._conditions(time.monotonic_ns()) != self._told:
            self.publish_diagnostics()

    def _conditions(self, now: int) -> Any:
        inputs = tuple(
            health.condition(now) for health in self._inputs.values()) if self.active else ()
        return self.active, bool(self.exceptions), self._peers.silent(now), len(self._deaf), inputs

    def _end_cycles(self) -> None:
        self.active = False
        for timer in (self._timer, self._early):
            if timer is not None:
                timer.stop()
        self._timer = self._early = None

    def _release(self) -> None:
        for subscription in self._subscriptions_made:
            self.destroy_subscription(subscription)
        for publisher in self._publishers_made:
            # The last word is a withdrawal: it must not end with the process that says it.
            publisher.wait_for_all_acked(_LAST_WORD)
            self.destroy_lifecycle_publisher(publisher)
        self._subscriptions_made.clear()
        self._publishers_made.clear()
        self._inputs.clear()
        self._deaf.clear()
        # rclpy keeps a weak reference to everything that it ever waited for.
        known = self.default_callback_group.entities
        known.difference_update([entity for entity in known if entity() is None])

    def _take_parameters(self, pair: Pair) -> None:
        self.reconfigure(*pair)

    def _on_jump(self, jump: Any) -> None:
        del jump
        if self.active:
            self.forget()
            self.get_logger().warning('ROS time ran back or changed its source: starting anew')
        for timer in (self._timer, self._early):
            if timer is not None:
                timer.restart()

    def _beat(self) -> None:
        self._beats += 1
        now = time.monotonic_ns()
        ages = {topic: health.age(now) for topic, health in self._inputs.items()}
        self._heart.publish(self.encoder.heartbeat(Heartbeat(
            stamp=self.get_clock().now().nanoseconds, node=self.get_fully_qualified_name(),
            counter=self._beats, state=self.state() if self.active else _NOT_ACTIVE,
            parameters_hash=self._bridge.digest,
            cycles=self.cycles.count, left_out=self._timer.skipped if self._timer else 0,
            worst=self.cycles.worst, ages=ages)))

    def _own_status(self) -> Status:
        values = {
            'parameters': self._bridge.digest,
            'exceptions': str(self.exceptions),
            'cycles left out': str(self._timer.skipped if self._timer else 0),
            **self.cycles.values(),
        }
        if not self.active:
            return Status('state', Severity.WARN, 'not active', values)
        if self.exceptions:
            return Status('state', Severity.ERROR, 'internal errors, see the log', values)
        return Status('state', Severity.OK, 'active', values)

    def _diagnostic(self, status: Status) -> DiagnosticStatus:
        return DiagnosticStatus(
            level=bytes([status.severity]), name=f'{self.get_fully_qualified_name()}: '
            f'{status.name}', message=status.message, hardware_id='icv_v2x',
            values=[KeyValue(key=key, value=value) for key, value in status.values.items()])
