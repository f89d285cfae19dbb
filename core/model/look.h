// SPDX-License-Identifier: MIT
// What one look at a process shows, at 3 a.m. and in under a second. Not a verdict.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/model/heap_types.h"
#include "core/model/sample.h"
#include "core/model/stack.h"
#include "core/model/target.h"

namespace rampwatch {

// How long a process's threads have been there: a pool is as old as its process, a churn is young, and what
// has leaked evenly has half the process's age in its middle.
struct ThreadAges {
    std::int64_t read = 0;  // of how many it is known; evenly picked where that is not all
    std::chrono::nanoseconds oldest{}, median{}, youngest{};

    friend bool operator==(const ThreadAges&, const ThreadAges&) = default;
};

// Descriptors that are alike: "sockets to 10.0.0.5:5432 (CLOSE_WAIT)", "eventfd", "files in /var/log".
struct DescriptorKind {
    std::string name{};  // holds foreign text: escape before printing
    std::int64_t count = 0;

    friend bool operator==(const DescriptorKind&, const DescriptorKind&) = default;
};

struct Look {
    Life life{};
    std::string user{};              // for people: a name, or "uid 1234"
    char state = '?';                // of the main thread, or of one that lives, as /proc has it: R S D T t I
    bool main_thread_ended = false;  // others run on
    Sample sample{};
    // Its children and theirs, and what is resident of them; empty where it has none.
    std::optional<std::int64_t> children{}, children_bytes{};
    std::string cgroup{};  // its control group's path; its service is life.unit
    std::optional<std::int64_t> peak_rss_bytes{};
    // Outside of RSS: in pages of hugetlbfs; in memfds and deleted files of a tmpfs that it holds open,
    // mapped or not.
    std::optional<std::int64_t> hugetlb_bytes{}, open_memory_bytes{};
    std::optional<std::int64_t> open_memory_files{};
    std::optional<std::int64_t> pss_bytes{};    // RSS by share; not read of what is big
    std::vector<DescriptorKind> descriptors{};  // most first; empty where they may not be read
    std::optional<ThreadAges> thread_ages{};
    std::optional<Dump> dump{};
    std::string no_dump{};  // why there is none, when there is none: "it would take longer than 0.6 s"
    std::optional<HeapTypes> heap{};     // what it is made of, where that names something
    std::vector<std::string> missing{};  // what this user may not see: "descriptors", "stacks"
    std::string with_rights{};  // the command line that would see it; empty where we are root already

    friend bool operator==(const Look&, const Look&) = default;
};

}  // namespace rampwatch
