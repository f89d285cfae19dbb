// SPDX-License-Identifier: MIT
// Runs a program without a shell. Two ways: a helper (own session, clean environment, limits, its output in
// pipes, surely reaped) and, with `inherit`, a command that stays a member of our terminal's job.
//
// fork + exec, not posix_spawn: limits and a new session are to be set between the two, and an exec that
// failed is told to the parent with its errno, so that "not installed" is known at once.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/fd.h"

namespace rampwatch {

struct SubprocessOptions {
    // "NAME=value", on top of the clean environment: PATH of a system, LC_ALL=C, HOME=/, and nothing of ours.
    std::vector<std::string> environment{};
    std::string input{};                              // what a helper reads on its standard input
    std::optional<std::int64_t> most_memory_bytes{};  // RLIMIT_AS
    std::optional<std::int64_t> most_cpu_s{};         // RLIMIT_CPU
    std::optional<std::int64_t> most_file_bytes{};    // RLIMIT_FSIZE
    std::size_t most_output_bytes = 64U << 20;        // kept of stdout, and of stderr; the rest is dropped
    std::chrono::nanoseconds deadline = std::chrono::seconds(30);  // run() only
    std::chrono::nanoseconds grace =
        std::chrono::seconds(2);  // run(): from SIGTERM at the deadline to SIGKILL
    int death_signal = 0;         // what the child gets when the thread that started it ends; 0: it lives on
    // The child keeps our terminal, descriptors, environment, directory, process group, limits and ignored
    // signals (but SIGPIPE), and outlives this object; the options above have no effect then.
    bool inherit = false;
};

struct ExitStatus {
    bool signalled = false;
    int number = 0;  // exit status, or the signal's number

    friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

class Subprocess {
  public:
    // `argv[0]` is looked up in our PATH when it has no slash. Errors: not_found (no such program),
    // no_permission (there, but not to be executed), io (no process or pipe to be had).
    static Result<Subprocess> start(const std::vector<std::string>& argv, const SubprocessOptions& options);

    Subprocess(Subprocess&& other) noexcept;
    Subprocess& operator=(Subprocess&& other) noexcept;
    ~Subprocess();  // a helper that still runs is killed with its group, and reaped

    [[nodiscard]] pid_t pid() const { return pid_; }
    // Borrowed; readable when there is output to drain or the child has ended. For a poll.
    [[nodiscard]] int poll_fd() const { return epoll_.get(); }
    // Borrowed, non-blocking read ends; -1 after their end was seen by drain(), or with `inherit`.
    [[nodiscard]] int out() const { return out_.get(); }
    [[nodiscard]] int err() const { return err_.get(); }

    // Reads what is there, without blocking, at most 1 MiB of each pipe. True while a pipe is still open.
    bool drain();
    // What was drained since the last call.
    std::string take_output();
    std::string take_errors();
    [[nodiscard]] bool output_cut() const { return out_dropped_ || err_dropped_; }

    // Reaps without blocking; empty while it runs. Asked again, it gives the same answer. What a helper
    // leaves behind in its process group is killed.
    std::optional<ExitStatus> exit_status();

    void signal(int number);        // to the child alone; nothing once it was reaped
    void signal_group(int number);  // to the helper's whole process group; with `inherit`, to the child alone
    ExitStatus kill_and_reap();     // SIGKILL to the group; waits

  private:
    Subprocess() = default;
    void forget();

    pid_t pid_ = -1;
    bool own_group_ = false;
    Fd pidfd_{}, out_{}, err_{}, epoll_{};
    std::string output_{}, errors_{};
    std::size_t most_output_bytes_ = 0, out_kept_ = 0, err_kept_ = 0;
    bool out_dropped_ = false, err_dropped_ = false;
    std::optional<ExitStatus> status_{};
};

struct Output {
    ExitStatus status{};
    std::string out{}, err{};
    bool cut = false;        // more than most_output_bytes came
    bool timed_out = false;  // ended by us at the deadline; what came until then is in `out`
    std::chrono::nanoseconds took{};
};

// Blocks until the program has ended or was ended at the deadline. Errors as of start().
Result<Output> run(const std::vector<std::string>& argv, const SubprocessOptions& options = {});

}  // namespace rampwatch
