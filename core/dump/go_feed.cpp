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

// What is no Go program now may be one soon: a process that has only just begun, a shell that will exec.
constexpr std::array<nanoseconds, 3> kNotYet = {std::chrono::seconds(1), std::chrono::seconds(10),
                                                std::chrono::seconds(60)};

}  // namespace

GoFeed::GoFeed(std::shared_ptr<worker::Worker> worker, GoFeedSettings settings)
    : worker_(std::move(worker)),
      settings_(settings),
      due_(kDueNow),
      pace_(settings.interval),
      memory_(worker_->life().pid) {}

std::optional<nanoseconds> GoFeed::deadline() const { return call_ ? call_->deadline() : due_; }

void GoFeed::collect(std::vector<Fact>& facts) {
    static_cast<void>(facts);
    const nanoseconds now = boot_now();
    if (call_) {
        auto answer = call_->poll();
        if (!answer) return;
        const nanoseconds cpu = call_->cpu();
        call_.reset();
        learn(std::move(*answer), cpu, now);
    } else if (due_ && now >= *due_) {
        due_.reset();
        call_.emplace(worker_, worker::order::Count{settings_.aged_after}, CountPace::order());
    }
}

void GoFeed::learn(Result<worker::answer::Count> answer, nanoseconds cpu, nanoseconds now) {
    if (answer) {
        counters_ = answer->counters;
        program_ = std::move(answer->go);
        fresh_ = true;
        pace_.took(cpu, now);
        return;
    }
    counters_ = {};
    program_.reset();
    const Error::Kind kind = answer.error().kind;
    if (kind == Error::Kind::gone || kind == Error::Kind::no_permission) return worker_->rest();
    if (kind != Error::Kind::not_found) {
        due_ = now + CountPace::kRetry;
        return;
    }
    worker_->rest();
    if (misses_ < kNotYet.size()) due_ = now + kNotYet[misses_++];
}

void GoFeed::begin_anew() {
    counters_ = {};
    program_.reset();
    fresh_ = false;
    misses_ = 0;
    if (!call_) due_ = nanoseconds{};
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
    if (!call_) due_ = pace_.after(sample.mono);
}

}  // namespace rampwatch::dump
