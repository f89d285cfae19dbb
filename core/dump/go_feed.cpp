// SPDX-License-Identifier: MIT
#include "core/dump/go_feed.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "core/base/poller.h"

namespace rampwatch::dump {

namespace {

using std::chrono::nanoseconds;

// Counts take at most one in so many of one CPU's nanoseconds.
constexpr int kShare = 200;
// A count comes so long before the tick that it is for.
constexpr nanoseconds kLead = std::chrono::milliseconds(200);
constexpr nanoseconds kLongestWait = std::chrono::minutes(2);
constexpr nanoseconds kRetry = std::chrono::minutes(1);
// What is no Go program now may be one soon: a process that has only just begun, a shell that will exec.
constexpr std::array<nanoseconds, 3> kNotYet = {std::chrono::seconds(1), std::chrono::seconds(10),
                                                std::chrono::seconds(60)};

}  // namespace

GoFeed::GoFeed(std::shared_ptr<Worker> worker, GoFeedSettings settings)
    : worker_(std::move(worker)), settings_(settings), due_(kDueNow), memory_(worker_->life().pid) {}

std::optional<nanoseconds> GoFeed::deadline() const {
    if (ticket_ == 0) return due_;
    return worker_->has(ticket_) ? kDueNow : asked_at_ + kLongestWait;
}

void GoFeed::ask(nanoseconds now) {
    due_.reset();
    asked_at_ = now;
    const auto ticket = worker_->ask({.order = Order::count, .aged_after = settings_.aged_after}, now);
    if (ticket)
        ticket_ = *ticket;
    else
        due_ = now + kRetry;
}

void GoFeed::take(std::vector<Fact>& facts) {
    static_cast<void>(facts);
    const nanoseconds now = boot_now();
    if (ticket_ != 0) {
        auto answer = worker_->take(ticket_, now);
        if (!answer && now < asked_at_ + kLongestWait) return;
        if (!answer) {
            worker_->give_up(ticket_);
            answer = worker_->take(ticket_, now);
        }
        ticket_ = 0;
        learn(answer.value_or(Answer{}), now);
        return;
    }
    if (due_ && now >= *due_) ask(now);
}

void GoFeed::learn(Answer answer, nanoseconds now) {
    if (!answer.error && answer.dump.go) {
        counters_ = answer.counters;
        program_ = std::move(answer.dump.go);
        fresh_ = true;
        rests_until_ = now + std::clamp(answer.cpu, nanoseconds{}, kLongestWait) * kShare;
        return;
    }
    counters_ = {};
    program_.reset();
    const Error::Kind kind = answer.error ? answer.error->kind : Error::Kind::not_found;
    if (kind == Error::Kind::gone || kind == Error::Kind::no_permission) return worker_->rest();
    if (kind != Error::Kind::not_found) {
        due_ = now + kRetry;
        return;
    }
    worker_->rest();
    if (misses_ < kNotYet.size()) due_ = now + kNotYet[misses_++];
}

void GoFeed::read(Sample& sample) {
    if (counters_.heap_marked != 0) {
        std::int64_t marked = 0;
        const auto done = memory_.read(counters_.heap_marked, std::as_writable_bytes(std::span(&marked, 1)));
        // 0 before the first collection: that is not known, rather than nothing.
        if (done && marked > 0) sample.go_heap_marked_bytes = marked;
    }
    if (!program_) return;
    if (std::exchange(fresh_, false)) {
        sample.goroutines = program_->goroutines;
        sample.aged_goroutines = program_->aged;
    }
    const nanoseconds lead = std::min(settings_.interval / 4, kLead);
    if (ticket_ == 0) due_ = std::max(sample.mono + settings_.interval - lead, rests_until_);
}

}  // namespace rampwatch::dump
