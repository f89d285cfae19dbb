// SPDX-License-Identifier: MIT
// The phrases of which text about a verdict is made.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/units.h"
#include "core/model/verdict.h"

namespace rampwatch::report {

std::string_view people_word(Series series);   // "memory", "shared memory", "descriptors"
std::string_view people_word(LimitKind kind);  // "cgroup memory.max"

// "104 MiB", or "1,204" for a count; `value` in the series' own unit.
std::string amount(Series series, double value);

// "+4.40 MiB/h", "-12.0/h": always with a sign.
std::string rate(Series series, double per_s);

// A rate's own unit, and one said in it: for rates that stand beside one another.
RateUnit rate_unit_of(Series series, double per_s);
std::string rate_in(const RateUnit& unit, double per_s);

// The wall time at `mono` as the verdict's last look has it; empty where that look had no wall time.
std::optional<std::chrono::nanoseconds> wall_at(const Verdict& verdict, std::chrono::nanoseconds mono);

// "Tue 24 Nov 03:10", or "at 46080 s" where only the recording's own time is known.
// With the seconds where it is less than an hour `ago`.
std::string moment(const Verdict& verdict, std::chrono::nanoseconds mono,
                   std::chrono::nanoseconds ago = std::chrono::hours(24));

// The series that the text is about: the leading one, else memory, else the first there is.
const SeriesVerdict* leader(const Verdict& verdict);

// Does the growth go back to where this life was first looked at, and its process further, or nobody knows
// how far? Then when it began is not known: it was before.
bool began_before(const Verdict& verdict, const SeriesVerdict& series);

// What collections left of a heap: Go's live one, or Java's old generation. Null: neither is known.
const SeriesVerdict* collected_heap(const Verdict& verdict);

// Has that risen by a quarter of what memory did, and more? Then it is told so in every line about it.
bool heap_rose_with_memory(const Verdict& verdict);

// Does what is no growth by its size rise in a line all the same? Nobody may be told that it is level, or
// wanders.
bool rises_in_a_line(const SeriesVerdict& series);

// Does it fall back to where it was first seen, again and again, as a process does that is started anew?
// Asked where nothing tells lives apart: neither a second life nor the process's age is known.
bool may_be_restarts(const Verdict& verdict, const SeriesVerdict& series);

// "5 lives in a row rose alike"; empty where its own windows made the claim.
std::string lives_phrase(const SeriesVerdict& series);

// Has this count risen by at least 5 and a fifth since it was first seen? No claim, but nobody may be told
// that it does not grow.
bool rose_visibly(const SeriesVerdict& count);

// By a twentieth and more since it was first seen, in a line whose slope is told from nothing.
bool rises_slowly(const SeriesVerdict& series);

// What the series does, in one phrase: "level at 104 MiB", "sawtooth of 40.0 MiB every 2 min, its floor level
// at 104 MiB".
std::string shape_phrase(const SeriesVerdict& series);

// "of 1,024 descriptors allowed (RLIMIT_NOFILE) 940 are open". `series` is descriptors or threads.
std::string count_limit_phrase(Series series, const CountLimit& limit);

// How much a window's rise must be to count; empty where the evidence does not say.
std::optional<double> smallest_rise(const SeriesVerdict& series);

}  // namespace rampwatch::report
