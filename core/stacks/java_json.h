// SPDX-License-Identifier: MIT
// What jcmd Thread.dump_to_file -format=json writes: a "threadDump" with "threadContainers", each with
// "threads" of
// {"tid", "name", "state", "stack": [...]} (JDK 21 to 25).
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "core/model/stack.h"
#include "core/stacks/stack_text.h"

namespace rampwatch::stacks {

// Where in `text` such an object begins; npos where there is none.
std::size_t find_thread_dump(std::string_view text);

struct ThreadDumpEnd {
    std::size_t size = 0;  // bytes of the object
    bool is_whole = false;
};

// Hands over the threads of the object that `text` begins with, each with a key that tells it from the
// others. Of one that is cut off those that are whole.
ThreadDumpEnd read_thread_dump(std::string_view text,
                               const std::function<void(Stack&&, std::uint64_t)>& sink);

}  // namespace rampwatch::stacks
