// SPDX-License-Identifier: MIT
#include "core/watch/dump_queue.h"

#include <algorithm>
#include <utility>

namespace rampwatch::watch {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

// Far beyond any dump's own time limit: whoever took the request on has forgotten it.
constexpr nanoseconds kGivenUpAfter = 10min;
constexpr std::size_t kMostLost = 8;

int urgency(DumpReason reason) {
    switch (reason) {
        case DumpReason::leak:
            return 4;
        case DumpReason::limit_near:
            return 3;
        case DumpReason::growing:
            return 2;
        case DumpReason::baseline:
            return 1;
        case DumpReason::asked:
            break;
    }
    return 0;
}

bool may_pass(Error::Kind kind) {
    return kind == Error::Kind::timed_out || kind == Error::Kind::io || kind == Error::Kind::bad_input;
}

}  // namespace

void DumpQueue::wish(TargetId target, LifeNumber life, DumpReason reason, nanoseconds now) {
    Rest& rest = rests_[target];
    nanoseconds not_before = rest.last_dump ? *rest.last_dump + cooldown_ : now;
    if (reason == DumpReason::leak && !std::exchange(rest.leak_served, true)) not_before = now;
    if (reason == DumpReason::limit_near && !std::exchange(rest.limit_served, true)) not_before = now;
    add({target, life, reason, not_before, false});
}

void DumpQueue::add(Wish wish) {
    const auto same = std::find_if(wishes_.begin(), wishes_.end(),
                                   [&](const Wish& other) { return other.target == wish.target; });
    if (same == wishes_.end()) {
        wishes_.push_back(wish);
    } else if (urgency(wish.reason) >= urgency(same->reason)) {
        wish.not_before = std::min(wish.not_before, same->not_before);
        *same = wish;
    }
}

void DumpQueue::drop(TargetId target) {
    std::erase_if(wishes_, [&](const Wish& wish) { return wish.target == target; });
    const auto rest = rests_.find(target);
    if (rest != rests_.end()) rest->second.leak_served = rest->second.limit_served = false;
}

std::optional<Request> DumpQueue::next(nanoseconds now) {
    if (running_ && now - running_->since > kGivenUpAfter) {
        if (lost_.size() == kMostLost) lost_.erase(lost_.begin());
        lost_.push_back(*running_);
        running_.reset();
    }
    if (running_) return std::nullopt;
    auto best = wishes_.end();
    for (auto wish = wishes_.begin(); wish != wishes_.end(); ++wish) {
        if (wish->not_before > now) continue;
        if (best == wishes_.end() || urgency(wish->reason) > urgency(best->reason)) best = wish;
    }
    if (best == wishes_.end()) return std::nullopt;
    const Request request{
        .id = ++last_id_, .target = best->target, .life = best->life, .reason = best->reason};
    running_ = PendingDump{request, best->again, now};
    wishes_.erase(best);
    return request;
}

std::optional<DumpQueue::PendingDump> DumpQueue::answered(RequestId id, nanoseconds now) {
    std::optional<PendingDump> known;
    if (running_ && running_->request.id == id) {
        known = std::exchange(running_, std::nullopt);
    } else {
        const auto lost = std::find_if(lost_.begin(), lost_.end(),
                                       [&](const PendingDump& one) { return one.request.id == id; });
        if (lost == lost_.end()) return std::nullopt;
        known = *lost;
        lost_.erase(lost);
    }
    rests_[known->request.target].last_dump = now;
    return known;
}

void DumpQueue::failed(const PendingDump& asked, const Error& error, nanoseconds now) {
    if (asked.again || !may_pass(error.kind)) return;
    const Request& request = asked.request;
    add({request.target, request.life, request.reason, now + cooldown_, true});
}

}  // namespace rampwatch::watch
