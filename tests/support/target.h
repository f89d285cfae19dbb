// SPDX-License-Identifier: MIT
// Real processes for live tests: the programs of tests/programs, others' interpreters, and rampwatch itself.
// What goes wrong in starting them fails the test that asked.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "core/base/subprocess.h"

namespace rampwatch::test {

// The path of a program built from tests/programs; `founding_go` and `churn_go` are there when Go was.
std::string program(const std::string& name);

// The path of a file in tests/.
std::string tests_file(const std::string& name);

// True when all of these can be run. Else the caller skips, which is said; with RAMPWATCH_NOTHING_MISSING
// set, as ./run test does after it has installed everything, a missing one fails the test instead.
bool have(const std::vector<std::string>& programs);

// A process that is watched. It is killed with this object.
class Target {
  public:
    // Waits, for at most `patience`, until it has printed a line that starts with "ready".
    explicit Target(const std::vector<std::string>& argv,
                    std::chrono::seconds patience = std::chrono::seconds(400));

    [[nodiscard]] pid_t pid() const { return process_.pid(); }
    [[nodiscard]] std::string pid_word() const { return std::to_string(pid()); }
    // What stood behind "ready" on its line; empty when nothing did.
    [[nodiscard]] const std::string& told() const { return told_; }
    Subprocess& process() { return process_; }

  private:
    Subprocess process_;
    std::string told_{};
};

// A program of tests/programs that does what it is told through a FIFO, and prints "done" after each.
class OrderedTarget {
  public:
    explicit OrderedTarget(const std::string& name);
    // Any command; the FIFO is its last word.
    explicit OrderedTarget(std::vector<std::string> argv);
    ~OrderedTarget();
    OrderedTarget(const OrderedTarget&) = delete;
    OrderedTarget& operator=(const OrderedTarget&) = delete;

    // Until it has done so; at most two minutes.
    void tell(const std::string& order);

    [[nodiscard]] const Target& target() const { return target_; }
    // Ours alone: beside it others may be made.
    [[nodiscard]] const std::string& fifo() const { return fifo_; }

  private:
    std::string fifo_;
    Target target_;
};

// What was made ready still runs for a moment: waits until at most `running` threads do.
void settle(pid_t pid, int running = 0);

// A target, settled.
Target program_at_rest(const std::vector<std::string>& argv, int running = 0);

// The built program with these arguments, to its end. Ended by us at the deadline, the status is -1.
struct Outcome {
    int status = -1;  // exit status, or 128 + the signal's number
    std::string out{}, err{};
};
Outcome rampwatch(const std::vector<std::string>& words,
                  std::chrono::seconds deadline = std::chrono::seconds(300));

// Any other program, the same way.
Outcome run_program(const std::vector<std::string>& argv,
                    std::chrono::seconds deadline = std::chrono::seconds(300));

}  // namespace rampwatch::test
