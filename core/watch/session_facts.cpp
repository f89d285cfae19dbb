// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "core/watch/session_state.h"

namespace rampwatch::watch {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

namespace {

nanoseconds cooldown_of(const Settings& settings) {
    if (settings.dump_cooldown > 0ns) return settings.dump_cooldown;
    const auto rest = std::max<nanoseconds>(settings.judge.patience / 32, 5s);
    return settings.dump_every > 0ns ? std::min(rest, settings.dump_every) : rest;
}

}  // namespace

Session::State::State(const Settings& given) : settings(given), dumps(cooldown_of(given)) {
    if (given.service) service.emplace(given.judge);
}

SessionTarget* Session::State::find(TargetId id) {
    const auto found = targets.find(id);
    return found == targets.end() ? nullptr : &found->second;
}

// A target not heard of before; null when the table is full.
SessionTarget* Session::State::admit(TargetId id) {
    if (targets.size() >= kMostTargets) return nullptr;
    return &targets.try_emplace(id, settings.judge).first->second;
}

Event Session::State::event(Event::Kind kind, const SessionTarget& target, TargetId id, Moment when) const {
    return {.kind = kind, .target = id, .life = target.life, .mono = when.mono, .wall = when.wall};
}

void Session::State::begin_life(SessionTarget& target, TargetId id, LifeNumber life, bool first, Moment when,
                                Output& output) {
    if (!first) {
        target.judge.restart();
        target.episode = Episode(settings.judge.patience);
        dumps.drop(id);
    }
    target.life = life;
    target.alive = true;
    target.looks_of_life = 0;
    target.dumps.restart();
    if (service && id == kSumTarget) service.emplace(settings.judge);
    Event told = event(first ? Event::Kind::started : Event::Kind::restarted, target, id, when);
    told.who = target.who;
    output.events.push_back(std::move(told));
}

// The target, when `life` is the one that lives; a life not heard of begins with this.
SessionTarget* Session::State::living(TargetId id, LifeNumber life, Moment when, Output& output) {
    now = std::max(now, when.mono);
    SessionTarget* target = find(id);
    if (target == nullptr) {
        target = admit(id);
        if (target == nullptr) return nullptr;
        begin_life(*target, id, life, true, when, output);
    } else if (life > target->life) {
        target->who.reset();
        begin_life(*target, id, life, false, when, output);
    }
    return target->alive && life == target->life ? target : nullptr;
}

void Session::State::apply(const fact::Appeared& fact, Output& output) {
    now = std::max(now, fact.mono);
    SessionTarget* target = find(fact.target);
    const bool first = target == nullptr;
    if (first) {
        target = admit(fact.target);
        if (target == nullptr) return;
    } else if (target->expected && fact.life == target->life) {
        go_on(*target, fact, output);
        return;
    } else if (fact.life <= target->life) {
        return;
    }
    const auto was = std::exchange(target->who, fact.who);
    begin_life(*target, fact.target, fact.life, first, {fact.mono, fact.wall}, output);
    if (was && was->pid != 0 && is_same_process(*was, fact.who)) output.events.back().was = was;
}

// Where the dumps of its earlier watch are gone, a baseline is due again.
void Session::State::go_on(SessionTarget& target, const fact::Appeared& fact, Output& output) {
    target.expected = false;
    target.alive = true;
    target.who = fact.who;
    target.looks_of_life = 0;
    target.dumps.go_on();
    Event told = event(Event::Kind::started, target, fact.target, {fact.mono, fact.wall});
    told.who = target.who;
    output.events.push_back(std::move(told));
}

bool Session::State::accept_look(SessionTarget& target, nanoseconds mono) {
    if (target.last_look && mono <= *target.last_look) return false;
    target.last_look = mono;
    if (target.looks_of_life++ == 0) target.first_look_of_life = mono;
    return true;
}

void Session::State::apply(const fact::Sampled& fact, Output& output) {
    const Moment when{fact.sample.mono, fact.sample.wall};
    SessionTarget* target = living(fact.target, fact.life, when, output);
    if (target == nullptr || !accept_look(*target, when.mono)) return;
    target->judge.add(fact.sample);
    target->memory_bytes = value_of(fact.sample, Series::memory).value_or(fact.sample.rss_bytes);
    target->rss_bytes = fact.sample.rss_bytes;
    if (settings.tell_samples) {
        Event told = event(Event::Kind::sample, *target, fact.target, when);
        told.sample = fact.sample;
        output.events.push_back(std::move(told));
    }
    after_look(*target, fact.target, when, output);
}

void Session::State::apply(const fact::Bucketed& fact, Output& output) {
    const Moment when{fact.bucket.mono, fact.bucket.wall};
    SessionTarget* target = living(fact.target, fact.life, when, output);
    if (target == nullptr || !accept_look(*target, when.mono)) return;
    target->judge.add(fact.bucket);
    const auto& memory = fact.bucket.series[static_cast<std::size_t>(Series::memory)];
    target->memory_bytes = memory ? memory->last : fact.bucket.rss.last;
    target->rss_bytes = fact.bucket.rss.last;
    after_look(*target, fact.target, when, output);
}

void Session::State::after_look(SessionTarget& target, TargetId id, Moment when, Output& output) {
    wish_for_dumps(target, id);
    ask_for_heap(target, id, output);
    if (!speaks(id)) return;
    if (!target.episode.look(claim_of(id, target, when.mono), target.judge.limits_near(), when.mono)) return;
    const auto verdict = std::make_shared<const Verdict>(verdict_of(id, target));
    for (const Episode::Telling& telling : target.episode.update(*verdict))
        tell(telling, target, id, when, verdict, output);
}

void Session::State::tell(const Episode::Telling& telling, const SessionTarget& target, TargetId id,
                          Moment when, const std::shared_ptr<const Verdict>& verdict, Output& output) {
    Event told = event(telling.kind, target, id, when);
    told.who = target.who;
    told.verdict = verdict;
    told.before = telling.before;
    if (service) service->add_members(told, parts());
    // The stacks of whoever has the evidence; the sum's are those of the member that grew most.
    const SessionTarget* holder = told.spoken_by ? find(*told.spoken_by) : nullptr;
    const TargetId whose = holder != nullptr ? *told.spoken_by : id;
    const LifeNumber life = holder != nullptr ? holder->life : target.life;
    output.events.push_back(std::move(told));
    if (!settings.dumps) return;
    if (telling.kind == Event::Kind::growing) dumps.wish(whose, life, DumpReason::growing, now);
    if (telling.kind == Event::Kind::leak) dumps.wish(whose, life, DumpReason::leak, now);
    if (telling.kind == Event::Kind::limit_near) dumps.wish(whose, life, DumpReason::limit_near, now);
}

ServicePart Session::State::part_of(TargetId id, const SessionTarget& target) {
    return {.target = id,
            .life = target.life,
            .judge = &target.judge,
            .who = &target.who,
            .memory_bytes = target.memory_bytes};
}

// All that live but the sum.
ServiceParts Session::State::parts() const {
    parts_.clear();
    for (const auto& [id, target] : targets)
        if (id != kSumTarget && target.alive) parts_.push_back(part_of(id, target));
    return parts_;
}

Claim Session::State::claim_of(TargetId id, const SessionTarget& target, nanoseconds mono) {
    return service ? service->hear(part_of(id, target), parts(), mono) : target.judge.claim();
}

Verdict Session::State::verdict_of(TargetId id, const SessionTarget& target) const {
    if (service && id == kSumTarget) return service->verdict(part_of(id, target), parts());
    ++made;
    return target.judge.verdict();
}

void Session::State::apply(const fact::Gone& fact, Output& output) {
    now = std::max(now, fact.mono);
    SessionTarget* target = find(fact.target);
    if (target == nullptr || !target->alive || fact.life != target->life) return;
    target->alive = false;
    dumps.drop(fact.target);
    Event told = event(Event::Kind::gone, *target, fact.target, {fact.mono, fact.wall});
    told.who = target->who;
    told.ending = fact.ending;
    told.verdict = std::make_shared<const Verdict>(verdict_of(fact.target, *target));
    output.events.push_back(std::move(told));
}

void Session::State::apply(const fact::Missed& fact, Output& output) {
    now = std::max(now, fact.mono);
    const SessionTarget* target = find(fact.target);
    if (target == nullptr || fact.ticks <= 0) return;
    Event told = event(Event::Kind::missed, *target, fact.target, {fact.mono, fact.wall});
    told.who = target->who;
    told.missed_ticks = fact.ticks;
    output.events.push_back(std::move(told));
}

}  // namespace rampwatch::watch
