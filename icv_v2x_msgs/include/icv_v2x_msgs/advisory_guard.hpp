// Copyright 2026 The icv_v2x authors
// SPDX-License-Identifier: Apache-2.0
//
// The checks between /v2x/advisories and a planner; icv_v2x.consumer has the same in Python.
// C++17, the standard library only.

#ifndef ICV_V2X_MSGS__ADVISORY_GUARD_HPP_
#define ICV_V2X_MSGS__ADVISORY_GUARD_HPP_

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace icv_v2x_msgs
{

/// What a consumer allows.
struct GuardLimits
{
  double age = 0.3;                 ///< [s] a message with an older stamp is refused
  double future = 0.1;              ///< [s] a message with a stamp further ahead is refused
  double heartbeat = 0.2;           ///< [s] without a sound message nothing is in force any more
  double radio_deceleration = 3.0;  ///< [m/s2] strongest one that radio alone may cause
  double seen_deceleration = 8.0;   ///< [m/s2] strongest one with an independent second source
};

/// Why a message was not taken over.
enum class Refusal : std::size_t { checksum, repeated, late, stale, future };

/// CRC-32 of IEEE 802.3 over values packed little-endian without padding.
class Checksum
{
public:
  void octets(const void * data, std::size_t size)
  {
    const auto * octet = static_cast<const unsigned char *>(data);
    for (std::size_t i = 0; i < size; ++i) {
      state_ = table()[(state_ ^ octet[i]) & 0xffU] ^ (state_ >> 8);
    }
  }

  template<typename Number>
  void number(Number value)
  {
    static_assert(std::is_arithmetic<Number>::value, "a number");
    if constexpr (std::is_same<Number, double>::value) {
      std::uint64_t bits = 0;
      std::memcpy(&bits, &value, sizeof(bits));
      number(bits);
    } else {
      using Unsigned = std::make_unsigned_t<
        std::conditional_t<std::is_same<Number, bool>::value, unsigned char, Number>>;
      auto rest = static_cast<std::uint64_t>(static_cast<Unsigned>(value));
      for (std::size_t i = 0; i < sizeof(Unsigned); ++i, rest >>= 8) {
        const auto octet = static_cast<unsigned char>(rest & 0xffU);
        octets(&octet, 1);
      }
    }
  }

  void text(const std::string & text)
  {
    number(static_cast<std::uint32_t>(text.size()));
    octets(text.data(), text.size());
  }

  template<typename Texts>
  void texts(const Texts & texts)
  {
    number(static_cast<std::uint32_t>(texts.size()));
    for (const auto & one : texts) {
      text(one);
    }
  }

  template<typename Numbers>
  void numbers(const Numbers & values)
  {
    number(static_cast<std::uint32_t>(values.size()));
    for (const double value : values) {
      number(value);
    }
  }

  std::uint32_t value() const {return state_ ^ 0xffffffffU;}

private:
  static const std::array<std::uint32_t, 256> & table()
  {
    static const auto made = [] {
        std::array<std::uint32_t, 256> entries{};
        for (std::uint32_t i = 0; i < entries.size(); ++i) {
          std::uint32_t entry = i;
          for (int bit = 0; bit < 8; ++bit) {
            entry = (entry & 1U) != 0U ? 0xedb88320U ^ (entry >> 1) : entry >> 1;
          }
          entries[i] = entry;
        }
        return entries;
      }();
    return made;
  }

  std::uint32_t state_ = 0xffffffffU;
};

/// The checksum of an icv_v2x_msgs::msg::AdvisoryArray; `crc32` itself is not read.
template<typename AdvisoryArray>
std::uint32_t crc32(const AdvisoryArray & message)
{
  Checksum sum;
  sum.number(static_cast<std::int32_t>(message.header.stamp.sec));
  sum.number(static_cast<std::uint32_t>(message.header.stamp.nanosec));
  sum.text(message.header.frame_id);
  sum.number(static_cast<std::uint64_t>(message.sequence));
  sum.number(static_cast<std::uint8_t>(message.mode));
  sum.text(message.mode_reason);
  sum.number(static_cast<std::uint32_t>(message.advisories.size()));
  for (const auto & a : message.advisories) {
    sum.number(static_cast<std::uint32_t>(a.id));
    for (const std::uint8_t value : {a.scenario, a.application, a.level, a.action}) {
      sum.number(value);
    }
    sum.texts(a.subject_ids);
    for (const double value : {
        a.time_to_conflict, a.time_to_conflict_end, a.post_encroachment_time,
        a.conflict_point.x, a.conflict_point.y, a.conflict_point.z, a.distance, a.gap,
        a.closing_speed, a.required_deceleration, a.speed_min, a.speed_max})
    {
      sum.number(value);
    }
    sum.number(static_cast<std::int32_t>(a.lane_id));
    sum.number(static_cast<double>(a.probability));
    sum.number(static_cast<double>(a.data_age));
    sum.number(static_cast<std::int32_t>(a.valid_until.sec));
    sum.number(static_cast<std::uint32_t>(a.valid_until.nanosec));
    sum.number(static_cast<bool>(a.verified));
    sum.number(static_cast<bool>(a.corroborated));
    sum.text(a.reason);
    sum.numbers(a.stop_profile_time);
    sum.numbers(a.stop_profile_speed);
    sum.text(a.rule);
    sum.texts(a.source_kinds);
    sum.numbers(a.source_ages);
  }
  sum.number(static_cast<std::uint32_t>(message.limits_hash));
  return sum.value();
}

/// Holds what may be acted on, and nothing else.
///
/// Call `take` with every message of /v2x/advisories and `in_force` whenever the planner plans. A
/// refused message changes nothing that is in force; what is in force ends with its `valid_until`
/// or with the heartbeat, whichever comes first. Not thread-safe.
template<typename AdvisoryArray>
class AdvisoryGuard
{
public:
  using Advisory = typename std::decay_t<decltype(AdvisoryArray::advisories)>::value_type;

  explicit AdvisoryGuard(GuardLimits limits = {})
  : limits_(limits) {}

  /// Takes a message over, or says why not.
  ///
  /// \param now clock of the message's stamp (ROS time) [ns]
  /// \param steady clock that never jumps [ns]
  std::optional<Refusal> take(const AdvisoryArray & message, std::int64_t now, std::int64_t steady)
  {
    ++received;
    const auto refusal = judge(message, now);
    if (refusal) {
      ++refused[static_cast<std::size_t>(*refusal)];
      return refusal;
    }
    if (message_) {
      if (message.sequence > message_->sequence && !before_last(now)) {
        lost += message.sequence - message_->sequence - 1;
      } else {
        ++restarts;
      }
    }
    ++accepted;
    message_ = message;
    heard_ = steady;
    return std::nullopt;
  }

  /// Whether a sound message came within the heartbeat.
  bool alive(std::int64_t steady) const
  {
    return message_ && steady >= heard_ && since(steady, heard_) <= limits_.heartbeat;
  }

  /// The advisories that may be acted on, in the order of the message.
  std::vector<Advisory> in_force(std::int64_t now, std::int64_t steady) const
  {
    std::vector<Advisory> valid;
    if (!alive(steady) || (message_->mode != active && message_->mode != degraded)) {
      return valid;
    }
    if (before_last(now)) {
      return valid;
    }
    for (const auto & advisory : message_->advisories) {
      if (now < nanoseconds(advisory.valid_until)) {
        valid.push_back(advisory);
      }
    }
    return valid;
  }

  /// The strongest deceleration that an advisory may cause [m/s2], positive.
  double granted_deceleration(const Advisory & advisory) const
  {
    if (advisory.level < warning) {
      return 0.0;
    }
    const bool emergency = advisory.level >= imminent;
    const bool seen = advisory.corroborated && advisory.verified && emergency;
    const double bound = seen ? limits_.seen_deceleration : limits_.radio_deceleration;
    if (std::isnan(advisory.required_deceleration)) {
      return emergency ? bound : 0.0;
    }
    return std::fmin(std::fmax(advisory.required_deceleration, 0.0), bound);
  }

  std::uint64_t received = 0;                 ///< accepted and refused messages
  std::uint64_t accepted = 0;                 ///< messages taken over
  std::uint64_t lost = 0;                     ///< messages that never came, by the sequence
  std::uint64_t restarts = 0;                 ///< how often publisher or clock began anew
  std::array<std::uint64_t, 5> refused = {};  ///< by Refusal

private:
  static constexpr std::uint8_t active = 2;    // AdvisoryArray::ACTIVE
  static constexpr std::uint8_t degraded = 3;  // AdvisoryArray::DEGRADED
  static constexpr std::uint8_t warning = 3;   // Advisory::WARNING
  static constexpr std::uint8_t imminent = 4;  // Advisory::IMMINENT

  template<typename Stamp>
  static std::int64_t nanoseconds(const Stamp & stamp)
  {
    return static_cast<std::int64_t>(stamp.sec) * 1000000000LL + stamp.nanosec;
  }

  static double since(std::int64_t later, std::int64_t earlier)
  {
    return static_cast<double>(later - earlier) * 1e-9;
  }

  std::optional<Refusal> judge(const AdvisoryArray & message, std::int64_t now) const
  {
    if (crc32(message) != message.crc32) {
      return Refusal::checksum;
    }
    const std::int64_t stamp = nanoseconds(message.header.stamp);
    if (message_ && !before_last(now)) {
      const std::int64_t before = nanoseconds(message_->header.stamp);
      // A publisher that begins anew counts from one again, but its time goes on.
      if (message.sequence == message_->sequence && stamp == before) {
        return Refusal::repeated;
      }
      if (stamp <= before) {
        return Refusal::late;
      }
    }
    if (since(now, stamp) > limits_.age) {
      return Refusal::stale;
    }
    if (since(stamp, now) > limits_.future) {
      return Refusal::future;
    }
    return std::nullopt;
  }

  // Whether the clock ran back behind what was heard last (a bag that loops).
  bool before_last(std::int64_t now) const
  {
    return since(nanoseconds(message_->header.stamp), now) > limits_.future;
  }

  GuardLimits limits_;
  std::optional<AdvisoryArray> message_;
  std::int64_t heard_ = 0;
};

}  // namespace icv_v2x_msgs

#endif  // ICV_V2X_MSGS__ADVISORY_GUARD_HPP_
