// SPDX-License-Identifier: MIT
// `-- COMMAND ARGS`: the command that we start in order to watch it. It stays in our terminal's job, and
// lives on when we die.
#pragma once

#include <sys/signalfd.h>

#include <array>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/subprocess.h"

namespace rampwatch::cli {

// What env(1) returns when the command itself never ran: 127 no such program, 126 not to be executed, 125
// anything else of ours.
int launch_trouble(const Error& error);

// The signals that a watch passes on. A terminal's stop and resize reach the whole job without us.
inline constexpr std::array kPassedOn = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

class Launched {
  public:
    // Errors: as of Subprocess::start(); see launch_trouble().
    static Result<Launched> start(const std::vector<std::string>& argv);

    [[nodiscard]] pid_t pid() const { return process_.pid(); }

    // Passes a signal on, unless a terminal's key or hang-up caused it: that went to the whole job already,
    // so that the command has it too. Nothing once the command has ended.
    void pass_on(const signalfd_siginfo& signal);

    // The status as a shell has it (128 + n when signal n ended it); empty while it runs. Reaps.
    std::optional<int> status();
    // The same, waiting.
    int wait();

  private:
    explicit Launched(Subprocess process) : process_(std::move(process)) {}

    Subprocess process_;
};

}  // namespace rampwatch::cli
