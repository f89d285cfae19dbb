// SPDX-License-Identifier: MIT
#include "cli/watch/stop_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/poller.h"
#include "core/store/history_absence.h"

namespace rampwatch::cli {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr nanoseconds kDrainAfterSignal = 5s;
constexpr nanoseconds kForCommandToEnd = 2s;

std::string name_of(int number) {
    const char* name = ::sigabbrev_np(number);
    return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", number);
}

}  // namespace

StopRule::StopRule(Signals& signals, const StopOptions& options)
    : signals_(signals), options_(options), began_(boot_now()) {}

std::optional<nanoseconds> StopRule::deadline() const {
    std::optional<nanoseconds> soonest;
    const auto at = [&](const std::optional<nanoseconds>& time) {
        if (time && (!soonest || *time < *soonest)) soonest = time;
    };
    if (drain_until_) {
        at(drain_until_);
    } else if (options_.most_time) {
        at(began_ + *options_.most_time);
    }
    if (!drain_until_) at(end_at_);
    at(wake_at_);
    return soonest;
}

void StopRule::collect(std::vector<Fact>& facts) {
    signals_.collect(facts);
    for (const signalfd_siginfo& signal : signals_.take_signals()) {
        const int number = static_cast<int>(signal.ssi_signo);
        if (on_signal) on_signal(signal);
        if (number == SIGWINCH || number == SIGUSR1 || number == SIGUSR2) continue;
        ++signals_seen_;
        reason_ = name_of(number);
        if (options_.has_command && !ending_) {
            end_at_ = end_at_.value_or(boot_now() + kForCommandToEnd);
        } else {
            end(reason_, kDrainAfterSignal);
        }
    }
}

void StopRule::on_event(const Event& event, const watch::Session&) {
    switch (event.kind) {
        case Event::Kind::sample:
            if (event.target == 0) ++samples_;
            break;
        case Event::Kind::leak:
            leak_told_ = true;
            break;
        case Event::Kind::gone:
            if (event.target == 0 && !options_.follows) ending_ = event.ending.value_or(Ending{});
            break;
        default:
            break;
    }
}

void StopRule::end(std::string reason, nanoseconds drain) {
    if (drain_until_) return;
    reason_ = std::move(reason);
    drain_until_ = boot_now() + drain;
}

void StopRule::finish(std::string reason) { end(std::move(reason), kDrainAfterSignal); }

watch::LoopState StopRule::now() {
    const nanoseconds now = boot_now();
    if (ending_) {
        end(options_.has_command ? std::string("the command ended") : std::string(store::kTargetEnded),
            kDrainAfterSignal);
    } else if (options_.exit_on_leak && leak_told_) {
        end("--exit-on-leak", options_.longest_dump);
    } else if (options_.most_samples && samples_ >= *options_.most_samples) {
        end("--samples", options_.longest_dump);
    } else if (options_.most_time && now - began_ >= *options_.most_time) {
        end("--for", options_.longest_dump);
    } else if (end_at_ && now >= *end_at_) {
        end(reason_, kDrainAfterSignal);
    }
    if (!drain_until_) return watch::LoopState::on;
    return signals_seen_ > 1 || now >= *drain_until_ ? watch::LoopState::stop : watch::LoopState::drain;
}

}  // namespace rampwatch::cli
