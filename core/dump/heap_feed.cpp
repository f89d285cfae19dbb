// SPDX-License-Identifier: MIT
#include "core/dump/heap_feed.h"

#include <algorithm>

namespace rampwatch::dump {
namespace {

using std::chrono::nanoseconds;

bool is_hopeless(const Error& error) {
    return error.kind == Error::Kind::unavailable || error.kind == Error::Kind::no_permission ||
           error.kind == Error::Kind::not_found;
}

}  // namespace

std::optional<nanoseconds> HeapFeed::deadline() const {
    return call_ ? std::optional(call_->deadline()) : std::nullopt;
}

void HeapFeed::collect(std::vector<Fact>& facts) {
    static_cast<void>(facts);
    if (!call_) return;
    auto answer = call_->poll();
    if (!answer) return;
    call_.reset();
    if (*answer) {
        settings_.baselines->keep(life_, {(*answer)->types.wall, std::move((*answer)->baseline)});
    } else if (is_hopeless(answer->error())) {
        if (hopeless_.size() == kMostWaiting) hopeless_.pop_front();
        hopeless_.push_back(life_);
    }
    begin_next();
}

bool HeapFeed::perform(const Request& request) {
    if (request.kind != Request::Kind::heap) return false;
    const auto life = who_is_(request.target, request.life);
    if (!life || settings_.sample_bytes == 0 || waiting_.size() == kMostWaiting) return true;
    // By the program too: what it becomes by execve may be read.
    const bool known = std::any_of(hopeless_.begin(), hopeless_.end(), [&](const Life& one) {
        return is_same_process(one, *life) && one.executable == life->executable;
    });
    if (!known) waiting_.push_back(*life);
    if (!call_) begin_next();
    return true;
}

void HeapFeed::begin_next() {
    while (!call_ && !waiting_.empty()) {
        life_ = std::move(waiting_.front());
        waiting_.pop_front();
        auto call = worker::HeapCall::start(life_, {.sample_bytes = settings_.sample_bytes,
                                                    .timeout = settings_.timeout,
                                                    .somebody_waits = false,
                                                    .holders = false});
        if (call) call_.emplace(std::move(*call));
    }
}

}  // namespace rampwatch::dump
