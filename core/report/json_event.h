// SPDX-License-Identifier: MIT
// What happened, as JSON: "rampwatch.event/1", see rampwatch-formats(5).
#pragma once

#include <cstdint>
#include <string>

#include "core/model/event.h"

namespace rampwatch::report {

// One object on one line, without its end. Every event has `schema`, `event`, `time`, `mono_s`, `target`,
// `life`, and `pid` and `executable` where they are known; a sample's names are those of the CSV's columns.
std::string json_event(const Event& event);

// In the place of `count` events that a stopped or full output could not take.
std::string json_dropped(std::int64_t count);

}  // namespace rampwatch::report
