// SPDX-License-Identifier: MIT
// A dump by a helper program, under the guard: what eu_stack and gdb have in common.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/model/job.h"
#include "core/stacks/stack_text.h"

namespace rampwatch::helper {

struct HelperSpec {
    std::string backend{};            // as Dump::backend has it
    std::string package{};            // Debian's, for who does not have it
    std::vector<std::string> argv{};  // argv[0] is looked up in the system's directories alone
    std::chrono::milliseconds linger{
        0};             // how long it may go on alone after our end; 0 where it holds the target
    bool names = true;  // does it tell functions?
    std::function<std::unique_ptr<stacks::StackText>(const stacks::ModuleMap&, stacks::StackText::Sink)>
        parser{};
};

struct HelperRunSettings {
    std::chrono::nanoseconds timeout = std::chrono::seconds(30);
    std::string guard_program = "/proc/self/exe";
};

// Errors: unavailable (not installed: `hint` names the package), io.
Result<std::unique_ptr<Job>> start_helper(const HelperSpec& spec, const Life& life,
                                          const HelperRunSettings& settings);

// Full path of an executable in the directories that a root shell searches; empty when there is none.
std::string find_program(const std::string& name);

}  // namespace rampwatch::helper
