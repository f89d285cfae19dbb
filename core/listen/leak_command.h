// SPDX-License-Identifier: MIT
// --on-leak: a program of the user's, run when a leak is told.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/subprocess.h"
#include "core/model/feed.h"
#include "core/watch/loop.h"

namespace rampwatch::listen {

// The words of a command: separated by blanks, '…' and "…" hold one together; nothing else has a meaning.
// Errors: bad_input, none at all or a quote that is not closed.
Result<std::vector<std::string>> split_command(std::string_view text);

inline constexpr std::chrono::nanoseconds kLeakCommandTime = std::chrono::minutes(1);
inline constexpr std::size_t kLeakCommandsAnHour = 6;

struct LeakCommandSettings {
    std::vector<std::string> words{};
    std::string target{};  // as people call it
    std::string unit{};    // of systemd; may be empty
    std::chrono::nanoseconds most_time = kLeakCommandTime;
};

// Without a shell. It gets the event as JSON on its standard input, with a field "drill" more, and the
// journal's RAMPWATCH_* as variables, in which foreign text is escaped. One at a time, the next in order; at
// most kLeakCommandsAnHour starts an hour; one that takes longer than `most_time` is ended. No look waits for
// it.
class LeakCommand final : public Feed, public watch::Listener {
  public:
    // `ok`: it was run and ended with 0; the line says how it ended, and the end of its output.
    using Tell = std::function<void(bool ok, const std::string& line)>;
    LeakCommand(LeakCommandSettings settings, Tell tell)
        : settings_(std::move(settings)), tell_(std::move(tell)) {}

    void on_event(const Event& event, const watch::Session& session) override;
    void drill(const Event& event) { want(event, true); }

    [[nodiscard]] int fd() const override { return child_ ? child_->poll_fd() : -1; }
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const override;
    void collect(std::vector<Fact>& facts) override;
    [[nodiscard]] bool busy() const override { return child_.has_value() || !waiting_.empty(); }

  private:
    struct Run {
        std::string input{};
        std::vector<std::string> environment{};
    };
    void want(const Event& event, bool drill);
    void start_next();
    void finish(const ExitStatus& status);

    LeakCommandSettings settings_;
    Tell tell_;
    std::deque<Run> waiting_{};
    std::deque<std::chrono::nanoseconds> starts_{};  // within the last hour
    std::optional<Subprocess> child_{};
    std::chrono::nanoseconds started_{}, end_at_{};
    bool timed_out_ = false;
};

}  // namespace rampwatch::listen
