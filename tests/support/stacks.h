// SPDX-License-Identifier: MIT
// Stacks by thread, from our own dump and from the debuggers', in words that can be compared.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/model/stack.h"

namespace rampwatch::test {

// Functions that were really called, innermost first, by TID: bare names without leading underscores,
// versions and the suffixes that glibc's aliases differ in.
using StacksByThread = std::map<std::int64_t, std::vector<std::string>>;

StacksByThread by_thread(const Dump& dump);
StacksByThread by_eu_stack(pid_t pid);
StacksByThread by_gdb(pid_t pid);

// Fails the test where a thread has other functions in one than in the other; those that one of the two does
// not know ("?") count for nothing. `who`: whose `theirs` is; gdb may have frames more.
void check_same(const StacksByThread& ours, const StacksByThread& theirs, const std::string& who);

// The group with a frame of this function, or nullptr. `function`: a bare name, as in "wait_here".
const Group* group_in(const Dump& dump, const std::string& function);

// Functions of a group, bare, innermost first, inlined ones too.
std::vector<std::string> functions(const Group& group);

std::string join(const std::vector<std::string>& words);

}  // namespace rampwatch::test
