// SPDX-License-Identifier: MIT
// What /proc says of a target beside its stacks: threads with their names and what they wait for, and the
// files that its code comes from. Read before a helper stops anything, handed over as lines of text.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/stacks/module_map.h"

namespace rampwatch::helper {

struct ThreadFact {
    std::string name{};       // as the kernel has it: at most 15 bytes of anything
    std::string wait_word{};  // "futex", "epoll", "running"; empty when the kernel did not tell

    friend bool operator==(const ThreadFact&, const ThreadFact&) = default;
};

struct TargetFacts {
    std::uint64_t start_ticks = 0;  // 0: gone
    std::map<pid_t, ThreadFact> threads{};
    std::vector<stacks::Module> modules{};  // executable mappings
};

// Of at most 20,000 threads and modules; about 25 us a thread.
TargetFacts read_target_facts(pid_t pid);

// Lines "task TID WORD NAME" and "map START END BASE PATH", names and paths in hexadecimal digits.
std::string format_facts(const TargetFacts& facts);

// Takes one such line; false when it is none.
bool parse_fact(std::string_view line, TargetFacts& facts);

}  // namespace rampwatch::helper
