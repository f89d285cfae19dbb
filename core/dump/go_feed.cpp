// SPDX-License-Identifier: MIT
#include "core/dump/go_feed.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace rampwatch::dump {

namespace {

using std::chrono::nanoseconds;

// A count takes at most this share of one CPU.
constexpr int kShare = 50;
// A program that has only just begun may not have a runtime yet; one that still has none then is not asked
// again.
constexpr nanoseconds kFirstAgain = std::chrono::seconds(2);
constexpr nanoseconds kRetry = std::chrono::minutes(1);

nanoseconds boot_time() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::seconds(now.tv_sec) + nanoseconds(now.tv_nsec);
}

}  // namespace

GoFeed::GoFeed(Life life, GoFeedSettings settings, std::string program)
    : life_(life),
      settings_(settings),
      worker_(std::move(life), std::move(program)),
      due_(nanoseconds{}),
      memory_(life_.pid) {}

std::optional<nanoseconds> GoFeed::deadline() const { return worker_.busy() ? std::nullopt : due_; }

void GoFeed::take(std::vector<Fact>& facts) {
    static_cast<void>(facts);
    const nanoseconds now = boot_time();
    if (auto answer = worker_.take(now)) learn(std::move(*answer), now);
    if (worker_.busy() || !due_ || now < *due_) return;
    asked_at_ = now;
    if (!worker_.ask(Order::count, now, settings_.aged_after)) due_ = now + kFirstAgain;
}

void GoFeed::learn(Answer answer, nanoseconds now) {
    if (!answer.error && answer.dump.go) {
        counters_ = answer.counters;
        program_ = std::move(answer.dump.go);
        fresh_ = true;
        // Just before the next sample would be best; its ticks are not ours to know, so: as often as they.
        due_ = std::max(asked_at_ + settings_.interval, now + (now - asked_at_) * kShare);
        return;
    }
    counters_ = {};
    program_.reset();
    const bool is_go = answer.error && answer.error->kind != Error::Kind::not_found &&
                       answer.error->kind != Error::Kind::gone &&
                       answer.error->kind != Error::Kind::no_permission;
    due_ = is_go ? std::optional(now + kRetry) : std::nullopt;
}

void GoFeed::read(Sample& sample) {
    if (counters_.heap_marked != 0) {
        std::int64_t marked = 0;
        const auto done = memory_.read(counters_.heap_marked, std::as_writable_bytes(std::span(&marked, 1)));
        // 0 before the first collection: that is not known, rather than nothing.
        if (done && marked > 0) sample.go_heap_marked_bytes = marked;
    }
    if (!std::exchange(fresh_, false) || !program_) return;
    sample.goroutines = program_->goroutines;
    sample.aged_goroutines = program_->aged;
}

}  // namespace rampwatch::dump
