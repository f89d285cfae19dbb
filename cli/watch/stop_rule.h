// SPDX-License-Identifier: MIT
// When a watch is to end: signals, --for, --samples, --exit-on-leak, and the target's own end.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cli/console/signals.h"
#include "core/watch/loop.h"

namespace rampwatch::cli {

struct StopOptions {
    std::optional<std::chrono::nanoseconds> most_time{};  // --for
    std::optional<std::int64_t> most_samples{};           // --samples
    bool exit_on_leak = false;
    bool has_command = false;                 // the target is a command that we started
    bool follows = false;                     // further lives may come: one that ends is not the end
    std::chrono::nanoseconds longest_dump{};  // how long a drain waits for one that runs
};

// A Listener, to see what happens; a Feed, to be woken by signals and in time. A signal ends a watch in
// order: a dump that runs gets a few seconds. A second one ends it at once. A command gets a moment to end by
// itself, so that its ending and the verdict after it are told.
class StopRule final : public Feed, public watch::Listener {
  public:
    StopRule(Signals& signals, const StopOptions& options);

    // Called with every signal that is for the command, and with SIGWINCH.
    std::function<void(const signalfd_siginfo&)> on_signal{};

    [[nodiscard]] int fd() const override { return signals_.fd(); }
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const override;
    void collect(std::vector<Fact>& facts) override;
    void on_event(const Event& event, const watch::Session& session) override;

    [[nodiscard]] watch::LoopState now();  // for Loop::run

    // Wakes the loop at this time too; empty for never.
    void wake_at(std::optional<std::chrono::nanoseconds> boot) { wake_at_ = boot; }

    // Ends the watch in order, as a signal does.
    void finish(std::string reason);

    [[nodiscard]] std::int64_t samples() const { return samples_; }
    [[nodiscard]] bool leak_told() const { return leak_told_; }
    [[nodiscard]] const std::optional<Ending>& ending() const { return ending_; }  // of the target, once gone
    [[nodiscard]] const std::string& reason() const { return reason_; }  // why it ends: "--for is over"

  private:
    void end(std::string reason, std::chrono::nanoseconds drain);

    Signals& signals_;
    StopOptions options_;
    std::chrono::nanoseconds began_{};
    std::int64_t samples_ = 0;
    bool leak_told_ = false;
    std::optional<Ending> ending_{};
    std::string reason_{};
    int signals_seen_ = 0;
    std::optional<std::chrono::nanoseconds> end_at_{};  // a command got a signal and has until then
    std::optional<std::chrono::nanoseconds> drain_until_{};
    std::optional<std::chrono::nanoseconds> wake_at_{};
};

}  // namespace rampwatch::cli
