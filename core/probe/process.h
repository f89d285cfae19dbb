// SPDX-License-Identifier: MIT
// A process held so that it can never be mistaken for another: by a pidfd, by a descriptor of its /proc/PID
// (reads through it fail once the process is gone, whoever has the number then) and by its start time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/base/fd.h"
#include "core/model/target.h"

namespace rampwatch::probe {

class Process {
  public:
    // Errors, `where` being "PID 4711": bad_input (not a PID that can be watched: a thread, a kernel thread,
    // a zombie), not_found, no_permission (hidepid), gone, io. A zombie with threads that run on is none.
    static Result<Process> open(std::int32_t pid);

    [[nodiscard]] const Life& life() const { return life_; }
    [[nodiscard]] std::int32_t pid() const { return life_.pid; }
    [[nodiscard]] std::uint32_t uid() const { return uid_; }  // effective, when opened
    [[nodiscard]] int pidfd() const { return pidfd_.get(); }  // borrowed; readable once it has ended
    // Borrowed, for openat: /proc/PID, or, where the main thread has ended, that of a thread that lives.
    [[nodiscard]] int directory() const { return living_ ? living_.get() : directory_.get(); }
    // Chooses that directory anew, when what is read there says that it is over. 10 us.
    void settle() const;
    [[nodiscard]] bool has_main_thread() const { return !living_; }  // when settled last

    // It runs, or sleeps, or is stopped; false from the moment it has ended, reaped or not.
    [[nodiscard]] bool alive() const;
    // Of its main thread, or of one that lives: R S D T t Z X I; empty when it is gone.
    [[nodiscard]] std::optional<char> state() const;
    // Does our user own it, or do we hold CAP_SYS_PTRACE: may its descriptors and stacks be read?
    [[nodiscard]] bool may_inspect() const;

  private:
    Process() = default;

    Life life_{};
    std::uint32_t uid_ = 0;
    Fd pidfd_{}, directory_{};
    mutable Fd living_{};
};

// Its life in the program that it has just become by execve, at `wall`: PID and start ticks stay, the names
// are read anew.
Life life_after_exec(const Process& process, std::chrono::nanoseconds wall);

// Its command line, the words joined by blanks, as the process has it now: hostile, at most 4 KiB. It can
// hold secrets: only for who asked. Empty when there is none.
std::optional<std::string> command_line(int process_directory);

// The user's name for people; never asks a name service (see proc_text.h).
std::string user_name(std::uint32_t uid);

// Clock ticks since boot as time.
std::chrono::nanoseconds since_boot(std::uint64_t ticks);

// Time since the process began.
std::chrono::nanoseconds age_of(const Life& life, std::chrono::nanoseconds boot);

}  // namespace rampwatch::probe
