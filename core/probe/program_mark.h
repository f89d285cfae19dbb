// SPDX-License-Identifier: MIT
// Which program a process runs: execve keeps its number and its start time, and nothing else that was known
// of it. The wrapper that a container starts with becomes the service itself in this way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rampwatch::probe {

struct ProgramMark {
    std::string comm{};
    // Where its code and its stack begin, which is somewhere else at each execve; 0 where the kernel does not
    // tell, which it does to whoever may ptrace the process.
    std::uint64_t start_code = 0, start_stack = 0;

    friend bool operator==(const ProgramMark&, const ProgramMark&) = default;
};

// Out of /proc/PID/stat.
std::optional<ProgramMark> parse_program_mark(std::string_view stat);

// Where the kernel tells places, they decide, since a program may rename itself at any time; else the name.
bool is_other_program(const ProgramMark& before, const ProgramMark& now);

// The marks of one process, look after look.
class ProgramMarks {
  public:
    // Whether `now` is another program than the one before it. While execve replaces a program the kernel has
    // no places to tell, as if a right had gone: one such look decides nothing, the next one does.
    bool note(ProgramMark now);

  private:
    std::optional<ProgramMark> mark_{};
    bool in_doubt_ = false;
};

}  // namespace rampwatch::probe
