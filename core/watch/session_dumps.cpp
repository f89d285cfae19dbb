// SPDX-License-Identifier: MIT
// When a dump is worth it, and what it says of its target.
#include <algorithm>
#include <utility>

#include "core/watch/session_state.h"

namespace rampwatch::watch {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

// Before the first dump of a life: not of a process that is still starting.
constexpr int kSamplesBeforeBaseline = 5;
constexpr std::ptrdiff_t kMostHeaps = 8;  // of a service, those of its biggest members

}  // namespace

void Session::State::wish_for_dumps(SessionTarget& target, TargetId id) {
    if (!settings.dumps) return;
    const nanoseconds mono = *target.last_look;
    if (target.looks_of_life >= kSamplesBeforeBaseline &&
        target.dumps.baseline_is_due(mono - target.first_look_of_life, settings.judge.patience))
        dumps.wish(id, target.life, DumpReason::baseline, now);
    if (settings.dump_every > 0ns && target.judge.claim() >= Claim::growing &&
        target.dumps.regular_is_due(mono, settings.dump_every))
        dumps.wish(id, target.life, DumpReason::growing, now);
}

// While nothing is wrong, so that there is something to measure growth from: early, and again now and then.
// Of a service that of the biggest members; its sum has no heap.
void Session::State::ask_for_heap(SessionTarget& target, TargetId id, Output& output) {
    if (!settings.dumps || !settings.heaps || (service && id == kSumTarget)) return;
    if (target.looks_of_life < kSamplesBeforeBaseline || target.judge.claim() >= Claim::growing) return;
    const nanoseconds mono = *target.last_look;
    if (!target.dumps.heap_is_due(mono, mono - target.first_look_of_life, settings.judge.patience)) return;
    const auto is_bigger = [&](const auto& other) {
        return other.first != kSumTarget && other.second.alive &&
               other.second.memory_bytes > target.memory_bytes;
    };
    const auto bigger = service ? std::count_if(targets.begin(), targets.end(), is_bigger) : 0;
    if (bigger < kMostHeaps)
        output.requests.push_back({.kind = Request::Kind::heap, .target = id, .life = target.life});
}

std::optional<nanoseconds> Session::State::onset_wall_of(const Request& request) {
    const SessionTarget* target = find(request.target);
    if (target == nullptr || request.reason == DumpReason::baseline) return std::nullopt;
    const Verdict verdict = target->judge.verdict();
    const auto& memory = verdict.series[index(Series::memory)];
    const auto& lead = verdict.leading ? verdict.series[index(*verdict.leading)] : memory;
    const auto onset = memory && memory->onset ? memory->onset : lead ? lead->onset : std::nullopt;
    if (!onset) return std::nullopt;
    return verdict.wall - (verdict.now - *onset);
}

void Session::State::apply(const fact::DumpDone& fact, Output& output) {
    now = std::max(now, fact.mono);
    const auto asked = dumps.answered(fact.request, now);
    if (!asked) return;
    SessionTarget* target = find(asked->request.target);
    if (target == nullptr) return;
    const bool over = !target->alive || asked->request.life != target->life;
    const Moment when{fact.mono, fact.wall};
    if (!fact.dump) {
        if (over) return;  // it failed because the process ended, and that is told already
        Event told = event(Event::Kind::dump_failed, *target, asked->request.target, when);
        told.who = target->who;
        told.error = fact.dump.error();
        output.events.push_back(std::move(told));
        dumps.failed(*asked, fact.dump.error(), now);
        return;
    }
    Dump dump = fact.dump.value();
    dump.reason = asked->request.reason;
    const auto taken = over ? target->dumps.add_late(std::move(dump), asked->request.life == target->life)
                            : target->dumps.add(std::move(dump), {target->rss_bytes, target->memory_bytes});
    Event told = event(Event::Kind::dump, *target, asked->request.target, when);
    told.life = asked->request.life;
    told.who = taken->life;
    told.dump = taken;
    output.events.push_back(std::move(told));
}

}  // namespace rampwatch::watch
