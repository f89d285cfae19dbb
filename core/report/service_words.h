// SPDX-License-Identifier: MIT
// A watched service in one line: for `systemctl status` while it runs, and for its end.
#pragma once

#include <optional>
#include <string>

#include "core/model/event.h"
#include "core/model/sample.h"
#include "core/model/stack.h"
#include "core/model/verdict.h"

namespace rampwatch::report {

// "104 MiB, growing 4.40 MiB/h for 6 h, limit in 9 days"; "104 MiB, healthy for 3 days"; "LEAK: ..." once it
// is confirmed. `last` is the newest look.
std::string service_status(const Verdict& verdict, const std::optional<Sample>& last = {});

// What was known of a life that is over, after how it ended: ": it held 1.02 GiB, growing 4.40 MiB/h for 9
// days; the biggest group of its last dump (Tue 24 Nov 03:10): 4,012 threads in shop::Queue::push
// (queue.cpp:35)". Empty where nothing was.
std::string post_mortem(const Verdict& verdict, const std::optional<Sample>& last, const Dump* newest);

// "4,012 threads in shop::Queue::push (queue.cpp:35)": the group that grew most, else the biggest; empty
// where the dump has none.
std::string top_group(const Dump& dump);

}  // namespace rampwatch::report
