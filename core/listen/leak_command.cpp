// SPDX-License-Identifier: MIT
#include "core/listen/leak_command.h"

#include <fmt/format.h>

#include <csignal>
#include <utility>

#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/listen/journal_listener.h"
#include "core/report/json_event.h"

namespace rampwatch::listen {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr nanoseconds kGrace = 2s;          // from SIGTERM to SIGKILL
constexpr std::size_t kMostOutput = 65536;  // kept of it
constexpr std::size_t kMostSaid = 300;      // of its last line

std::string_view last_line(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    return text.substr(text.rfind('\n') + 1);
}

}  // namespace

Result<std::vector<std::string>> split_command(std::string_view text) {
    std::vector<std::string> words;
    bool in_word = false;
    char quote = 0;
    for (const char c : text) {
        if (quote != 0 && c == quote) {
            quote = 0;
        } else if (quote == 0 && (c == '"' || c == '\'')) {
            quote = c;
            if (!std::exchange(in_word, true)) words.emplace_back();
        } else if (quote == 0 && (c == ' ' || c == '\t')) {
            in_word = false;
        } else {
            if (!std::exchange(in_word, true)) words.emplace_back();
            words.back() += c;
        }
    }
    if (quote != 0)
        return Error{Error::Kind::bad_input, fmt::format("a {} that is not closed", quote), {}, {}};
    if (words.empty() || words.front().empty())
        return Error{Error::Kind::bad_input, "no command", {}, "such as /etc/rampwatch/page"};
    return words;
}

void LeakCommand::on_event(const Event& event, const watch::Session&) {
    if (event.kind == Event::Kind::leak || event.kind == Event::Kind::leak_worse) want(event, false);
}

void LeakCommand::want(const Event& event, bool drill) {
    const nanoseconds now = boot_now();
    while (!starts_.empty() && now - starts_.front() >= 1h) starts_.pop_front();
    if (starts_.size() >= kLeakCommandsAnHour)
        return tell_(false, fmt::format("--on-leak: left out, more than {} in an hour", kLeakCommandsAnHour));
    starts_.push_back(now);
    Run run;
    run.input = report::json_event(event);
    run.input.insert(1, drill ? "\"drill\":true," : "\"drill\":false,");
    run.input += '\n';
    run.environment.push_back("RAMPWATCH_TARGET=" + escape(settings_.target, 256));
    run.environment.push_back(fmt::format("RAMPWATCH_DRILL={}", drill ? 1 : 0));
    for (const auto& [name, value] : event_fields(event, settings_.unit))
        run.environment.push_back(name + "=" + escape(value));
    waiting_.push_back(std::move(run));
    start_next();
}

void LeakCommand::start_next() {
    while (!child_ && !waiting_.empty()) {
        SubprocessOptions options;
        options.input = std::move(waiting_.front().input);
        options.environment = std::move(waiting_.front().environment);
        options.most_output_bytes = kMostOutput;
        waiting_.pop_front();
        auto child = Subprocess::start(settings_.words, options);
        if (!child) {
            tell_(false, "--on-leak: " + to_string(child.error()));
            continue;
        }
        child_.emplace(std::move(*child));
        started_ = boot_now();
        end_at_ = started_ + settings_.most_time;
        timed_out_ = false;
    }
}

std::optional<nanoseconds> LeakCommand::deadline() const {
    return child_ ? std::optional(end_at_) : std::nullopt;
}

void LeakCommand::collect(std::vector<Fact>&) {
    if (!child_) return;
    child_->drain();
    if (const auto status = child_->exit_status()) return finish(*status);
    if (boot_now() < end_at_) return;
    if (timed_out_) return finish(child_->kill_and_reap());
    timed_out_ = true;
    child_->signal_group(SIGTERM);
    end_at_ = boot_now() + kGrace;
}

// What it left running was killed with its group; what it said last is in the pipes.
void LeakCommand::finish(const ExitStatus& status) {
    child_->drain();
    const std::string out = child_->take_output(), errors = child_->take_errors();
    const std::string said = escape(last_line(errors.empty() ? out : errors), kMostSaid);
    const bool ok = !status.signalled && status.number == 0 && !timed_out_;
    std::string line = "--on-leak: " + escape(settings_.words.front(), 256);
    if (timed_out_)
        line += fmt::format(" was ended, since it took longer than {}", format_duration(settings_.most_time));
    else
        line += fmt::format("{} {}", status.signalled ? " was ended by signal" : " ended with status",
                            status.number);
    if (!said.empty()) line += ": " + said;
    child_.reset();
    tell_(ok, line);
    start_next();
}

}  // namespace rampwatch::listen
