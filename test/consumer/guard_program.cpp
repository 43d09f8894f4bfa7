// Copyright 2026 The icv_v2x authors
// SPDX-License-Identifier: Apache-2.0
//
// Reads one step a line (see scripted.py) and prints what the guard says of it.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "icv_v2x_msgs/advisory_guard.hpp"

struct Time { std::int32_t sec; std::uint32_t nanosec; };
struct Header { Time stamp; std::string frame_id; };
struct Point { double x, y, z; };

struct Advisory
{
  std::uint32_t id;
  std::uint8_t scenario, application, level, action;
  std::vector<std::string> subject_ids;
  double time_to_conflict, time_to_conflict_end, post_encroachment_time;
  Point conflict_point;
  double distance, gap, closing_speed, required_deceleration, speed_min, speed_max;
  std::int32_t lane_id;
  double probability, data_age;
  Time valid_until;
  bool verified, corroborated;
  std::string reason;
  std::vector<double> stop_profile_time, stop_profile_speed;
  std::string rule;
  std::vector<std::string> source_kinds;
  std::vector<double> source_ages;
};

struct AdvisoryArray
{
  Header header;
  std::uint64_t sequence;
  std::uint8_t mode;
  std::string mode_reason;
  std::uint32_t crc32;
  std::vector<Advisory> advisories;
  std::uint32_t limits_hash;
};

template<typename Number>
Number whole(std::istream & in)
{
  long long value = 0;
  in >> value;
  return static_cast<Number>(value);
}

double real(std::istream & in)
{
  std::string word;
  in >> word;
  return word == "nan" ?
         std::numeric_limits<double>::quiet_NaN() : std::strtod(word.c_str(), nullptr);
}

Advisory advisory(std::istream & in)
{
  Advisory a{};
  a.id = whole<std::uint32_t>(in);
  a.scenario = 4;
  a.application = 8;
  a.action = 4;
  a.level = whole<std::uint8_t>(in);
  a.subject_ids.resize(whole<std::size_t>(in));
  for (auto & subject : a.subject_ids) {
    in >> subject;
  }
  for (double * value : {
      &a.time_to_conflict, &a.time_to_conflict_end, &a.post_encroachment_time, &a.distance,
      &a.gap, &a.closing_speed, &a.required_deceleration, &a.speed_min, &a.speed_max,
      &a.probability, &a.data_age, &a.conflict_point.x, &a.conflict_point.y,
      &a.conflict_point.z})
  {
    *value = real(in);
  }
  a.lane_id = whole<std::int32_t>(in);
  a.valid_until.sec = whole<std::int32_t>(in);
  a.valid_until.nanosec = whole<std::uint32_t>(in);
  a.verified = whole<int>(in) != 0;
  a.corroborated = whole<int>(in) != 0;
  a.reason = "a_req 6.1 m/s\u00b2";
  const auto points = whole<std::size_t>(in);
  for (auto * profile : {&a.stop_profile_time, &a.stop_profile_speed}) {
    for (std::size_t i = 0; i < points; ++i) {
      profile->push_back(real(in));
    }
  }
  in >> a.rule;
  a.source_kinds.resize(whole<std::size_t>(in));
  for (auto & kind : a.source_kinds) {
    in >> kind;
  }
  for (std::size_t i = 0; i < a.source_kinds.size(); ++i) {
    a.source_ages.push_back(real(in));
  }
  return a;
}

int main()
{
  icv_v2x_msgs::AdvisoryGuard<AdvisoryArray> guard;
  std::string text;
  while (std::getline(std::cin, text)) {
    std::istringstream in(text);
    const auto now = whole<std::int64_t>(in);
    const auto steady = whole<std::int64_t>(in);
    AdvisoryArray array{};
    array.header.frame_id = "map";
    array.header.stamp.sec = whole<std::int32_t>(in);
    array.header.stamp.nanosec = whole<std::uint32_t>(in);
    array.sequence = whole<std::uint64_t>(in);
    array.mode = whole<std::uint8_t>(in);
    array.limits_hash = whole<std::uint32_t>(in);
    array.crc32 = whole<std::uint32_t>(in);
    const auto count = whole<std::size_t>(in);
    for (std::size_t i = 0; i < count; ++i) {
      array.advisories.push_back(advisory(in));
    }
    const auto refusal = guard.take(array, now, steady);
    std::printf("%d", refusal ? static_cast<int>(*refusal) : -1);
    for (const auto & valid : guard.in_force(now, steady)) {
      std::printf(" %u:%.17g", valid.id, guard.granted_deceleration(valid));
    }
    std::printf(
      " %llu %llu\n", static_cast<unsigned long long>(guard.lost),
      static_cast<unsigned long long>(guard.restarts));
  }
  return 0;
}
