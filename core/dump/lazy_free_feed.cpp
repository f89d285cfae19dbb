// SPDX-License-Identifier: MIT
#include "core/dump/lazy_free_feed.h"

#include <algorithm>

#include "core/base/poller.h"

namespace rampwatch::dump {
namespace {

using std::chrono::nanoseconds;

// A block of the Judge, by which it confirms a leak, is a little longer.
constexpr int kReadingsInPatience = 40;
constexpr nanoseconds kShortestPeriod = std::chrono::milliseconds(200);
constexpr int kRest = 100;  // times as long as a reading took
constexpr nanoseconds kRetry = std::chrono::minutes(1);
constexpr std::int32_t kNice = 10;

}  // namespace

std::optional<bool> memory_grows(const Event& event) {
    switch (event.kind) {
        case Event::Kind::growing:
        case Event::Kind::leak:
        case Event::Kind::limit_near:
            return true;
        case Event::Kind::recovered:
        case Event::Kind::restarted:
            return false;
        default:
            return std::nullopt;
    }
}

LazyFreeFeed::LazyFreeFeed(std::shared_ptr<worker::Worker> worker, nanoseconds patience)
    : worker_(std::move(worker)), period_(std::max(patience / kReadingsInPatience, kShortestPeriod)) {}

void LazyFreeFeed::memory_grows(bool grows) {
    grows_ = grows;
    if (grows && !call_ && !due_) due_ = kDueNow;
}

std::optional<nanoseconds> LazyFreeFeed::deadline() const { return call_ ? call_->deadline() : due_; }

void LazyFreeFeed::collect(std::vector<Fact>& facts) {
    static_cast<void>(facts);
    const nanoseconds now = boot_now();
    if (!call_) {
        if (due_ && now >= *due_) {
            due_.reset();
            call_.emplace(worker_, worker::order::Memory{}, worker::Order{.nice = kNice});
        } else {
            worker_->reap_idle();
        }
        return;
    }
    const auto answer = call_->poll();
    if (!answer) return;
    call_.reset();
    if (!*answer) {
        const Error::Kind kind = answer->error().kind;
        const bool is_final = kind == Error::Kind::gone || kind == Error::Kind::no_permission;
        if (grows_ && !is_final) due_ = now + kRetry;
        return;
    }
    const MemoryFigures& total = (*answer)->parts.total;
    estimate_.set(total.anonymous, total.lazy_free);
    if (grows_ || total.lazy_free > 0) due_ = now + std::max(period_, kRest * (*answer)->parts.took);
}

void LazyFreeFeed::read(Sample& sample) {
    if (const auto lazy = estimate_.at(sample.anon_bytes.value_or(sample.rss_bytes)))
        sample.lazyfree_bytes = lazy;
}

void LazyFreeFeed::begin_anew() {
    estimate_ = {};
    due_.reset();
    call_.reset();
    grows_ = false;
}

}  // namespace rampwatch::dump
