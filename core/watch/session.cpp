// SPDX-License-Identifier: MIT
#include "core/watch/session.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "core/base/archive.h"
#include "core/watch/dump_queue.h"
#include "core/watch/episode.h"
#include "core/watch/life_dumps.h"
#include "core/watch/service_voice.h"

namespace rampwatch::watch {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

// Before the first dump of a life: not of a process that is still starting.
constexpr int kSamplesBeforeBaseline = 5;
constexpr std::ptrdiff_t kMostHeaps = 8;  // of a service, those of its biggest members

nanoseconds cooldown_of(const Settings& settings) {
    if (settings.dump_cooldown > 0ns) return settings.dump_cooldown;
    const auto rest = std::max<nanoseconds>(settings.judge.patience / 32, 5s);
    return settings.dump_every > 0ns ? std::min(rest, settings.dump_every) : rest;
}

struct Target {
    explicit Target(const trend::Settings& settings) : judge(settings), episode(settings.patience) {}

    trend::Judge judge;
    Episode episode;
    LifeNumber life = 1;
    bool alive = true;
    bool expected = false;  // to appear again in the life that it is in
    std::optional<Life> who{};
    std::optional<nanoseconds> last_look{};
    nanoseconds first_look_of_life{};
    std::int64_t looks_of_life = 0;
    std::optional<std::int64_t> rss_bytes{};  // of the last look
    std::int64_t memory_bytes = 0;            // at the last look
    LifeDumps dumps{};
};

struct Moment {
    nanoseconds mono{}, wall{};
};

}  // namespace

struct Session::State {
    explicit State(const Settings& given) : settings(given), dumps(cooldown_of(given)) {
        if (given.service) service.emplace(given.judge);
    }

    void apply(const fact::Appeared& fact, Output& output);
    void apply(const fact::Sampled& fact, Output& output);
    void apply(const fact::Bucketed& fact, Output& output);
    void apply(const fact::Gone& fact, Output& output);
    void apply(const fact::Missed& fact, Output& output);
    void apply(const fact::DumpDone& fact, Output& output);
    void apply(const fact::Tick& fact, Output&) { now = std::max(now, fact.mono); }

    Target* find(TargetId id);
    Target* admit(TargetId id);
    Target* living(TargetId id, LifeNumber life, Moment when, Output& output);
    void begin_life(Target& target, TargetId id, LifeNumber life, bool first, Moment when, Output& output);
    void go_on(Target& target, const fact::Appeared& fact, Output& output);
    bool accept_look(Target& target, nanoseconds mono);
    void after_look(Target& target, TargetId id, Moment when, Output& output);
    [[nodiscard]] bool speaks(TargetId id) const { return !service || id == kSumTarget; }
    static ServicePart part_of(TargetId id, const Target& target);
    [[nodiscard]] ServiceParts parts() const;
    Claim claim_of(TargetId id, const Target& target, nanoseconds mono);
    [[nodiscard]] Verdict verdict_of(TargetId id, const Target& target) const;
    void tell(const Episode::Telling& telling, const Target& target, TargetId id, Moment when,
              const std::shared_ptr<const Verdict>& verdict, Output& output);
    void wish_for_dumps(Target& target, TargetId id);
    void ask_for_heap(Target& target, TargetId id, Output& output);
    std::optional<nanoseconds> onset_wall_of(const Request& request);
    Event event(Event::Kind kind, const Target& target, TargetId id, Moment when) const;

    Settings settings;
    DumpQueue dumps;
    std::optional<ServiceVoice> service{};
    std::map<TargetId, Target> targets{};
    nanoseconds now{};                          // the latest time in any fact
    mutable std::int64_t made = 0;              // verdicts of targets that are no service
    mutable std::vector<ServicePart> parts_{};  // kept, as it is filled at each look at a sum
};

Target* Session::State::find(TargetId id) {
    const auto found = targets.find(id);
    return found == targets.end() ? nullptr : &found->second;
}

// A target not heard of before; null when the table is full.
Target* Session::State::admit(TargetId id) {
    if (targets.size() >= kMostTargets) return nullptr;
    return &targets.try_emplace(id, settings.judge).first->second;
}

Event Session::State::event(Event::Kind kind, const Target& target, TargetId id, Moment when) const {
    return {.kind = kind, .target = id, .life = target.life, .mono = when.mono, .wall = when.wall};
}

void Session::State::begin_life(Target& target, TargetId id, LifeNumber life, bool first, Moment when,
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
Target* Session::State::living(TargetId id, LifeNumber life, Moment when, Output& output) {
    now = std::max(now, when.mono);
    Target* target = find(id);
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
    Target* target = find(fact.target);
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
void Session::State::go_on(Target& target, const fact::Appeared& fact, Output& output) {
    target.expected = false;
    target.alive = true;
    target.who = fact.who;
    target.looks_of_life = 0;
    target.dumps.go_on();
    Event told = event(Event::Kind::started, target, fact.target, {fact.mono, fact.wall});
    told.who = target.who;
    output.events.push_back(std::move(told));
}

bool Session::State::accept_look(Target& target, nanoseconds mono) {
    if (target.last_look && mono <= *target.last_look) return false;
    target.last_look = mono;
    if (target.looks_of_life++ == 0) target.first_look_of_life = mono;
    return true;
}

void Session::State::apply(const fact::Sampled& fact, Output& output) {
    const Moment when{fact.sample.mono, fact.sample.wall};
    Target* target = living(fact.target, fact.life, when, output);
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
    Target* target = living(fact.target, fact.life, when, output);
    if (target == nullptr || !accept_look(*target, when.mono)) return;
    target->judge.add(fact.bucket);
    const auto& memory = fact.bucket.series[static_cast<std::size_t>(Series::memory)];
    target->memory_bytes = memory ? memory->last : fact.bucket.rss.last;
    target->rss_bytes = fact.bucket.rss.last;
    after_look(*target, fact.target, when, output);
}

void Session::State::after_look(Target& target, TargetId id, Moment when, Output& output) {
    wish_for_dumps(target, id);
    ask_for_heap(target, id, output);
    if (!speaks(id)) return;
    if (!target.episode.look(claim_of(id, target, when.mono), target.judge.limits_near(), when.mono)) return;
    const auto verdict = std::make_shared<const Verdict>(verdict_of(id, target));
    for (const Episode::Telling& telling : target.episode.update(*verdict))
        tell(telling, target, id, when, verdict, output);
}

void Session::State::tell(const Episode::Telling& telling, const Target& target, TargetId id, Moment when,
                          const std::shared_ptr<const Verdict>& verdict, Output& output) {
    Event told = event(telling.kind, target, id, when);
    told.who = target.who;
    told.verdict = verdict;
    told.before = telling.before;
    if (service) service->add_members(told, parts());
    // The stacks of whoever has the evidence; the sum's are those of the member that grew most.
    const Target* holder = told.spoken_by ? find(*told.spoken_by) : nullptr;
    const TargetId whose = holder != nullptr ? *told.spoken_by : id;
    const LifeNumber life = holder != nullptr ? holder->life : target.life;
    output.events.push_back(std::move(told));
    if (!settings.dumps) return;
    if (telling.kind == Event::Kind::growing) dumps.wish(whose, life, DumpReason::growing, now);
    if (telling.kind == Event::Kind::leak) dumps.wish(whose, life, DumpReason::leak, now);
    if (telling.kind == Event::Kind::limit_near) dumps.wish(whose, life, DumpReason::limit_near, now);
}

ServicePart Session::State::part_of(TargetId id, const Target& target) {
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

Claim Session::State::claim_of(TargetId id, const Target& target, nanoseconds mono) {
    return service ? service->hear(part_of(id, target), parts(), mono) : target.judge.claim();
}

Verdict Session::State::verdict_of(TargetId id, const Target& target) const {
    if (service && id == kSumTarget) return service->verdict(part_of(id, target), parts());
    ++made;
    return target.judge.verdict();
}

void Session::State::wish_for_dumps(Target& target, TargetId id) {
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
void Session::State::ask_for_heap(Target& target, TargetId id, Output& output) {
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
    const Target* target = find(request.target);
    if (target == nullptr || request.reason == DumpReason::baseline) return std::nullopt;
    const Verdict verdict = target->judge.verdict();
    const auto& memory = verdict.series[index(Series::memory)];
    const auto& lead = verdict.leading ? verdict.series[index(*verdict.leading)] : memory;
    const auto onset = memory && memory->onset ? memory->onset : lead ? lead->onset : std::nullopt;
    if (!onset) return std::nullopt;
    return verdict.wall - (verdict.now - *onset);
}

void Session::State::apply(const fact::Gone& fact, Output& output) {
    now = std::max(now, fact.mono);
    Target* target = find(fact.target);
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
    const Target* target = find(fact.target);
    if (target == nullptr || fact.ticks <= 0) return;
    Event told = event(Event::Kind::missed, *target, fact.target, {fact.mono, fact.wall});
    told.who = target->who;
    told.missed_ticks = fact.ticks;
    output.events.push_back(std::move(told));
}

void Session::State::apply(const fact::DumpDone& fact, Output& output) {
    now = std::max(now, fact.mono);
    const auto asked = dumps.answered(fact.request, now);
    if (!asked) return;
    Target* target = find(asked->request.target);
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

Session::Session(const Settings& settings) : state_(std::make_unique<State>(settings)) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

void Session::tell(const Fact& fact, Output& output) {
    std::visit([&](const auto& one) { state_->apply(one, output); }, fact);
    if (auto request = state_->dumps.next(state_->now)) {
        request->onset_wall = state_->onset_wall_of(*request);
        output.requests.push_back(*request);
    }
}

Output Session::tell(const Fact& fact) {
    Output output;
    tell(fact, output);
    return output;
}

std::vector<std::byte> Session::save(TargetId target) const {
    Target* found = state_->find(target);
    if (found == nullptr) return {};
    StateWriter writer;
    writer(found->episode);
    if (state_->service && target == kSumTarget) writer(*state_->service);
    std::vector<std::byte> bytes = writer.release();
    const auto judge = found->judge.save();
    bytes.insert(bytes.end(), judge.begin(), judge.end());
    return bytes;
}

Result<void> Session::restore(TargetId target, std::span<const std::byte> bytes, LifeNumber life) {
    Episode episode(state_->settings.judge.patience);
    StateReader reader(bytes);
    reader(episode);
    std::optional<ServiceVoice> service;
    if (state_->service && target == kSumTarget) {
        reader(service.emplace(state_->settings.judge));
        if (!service->is_of_service())
            return Error{Error::Kind::bad_input, "saved state: of a main process alone, not of a service", "",
                         "what it knew is learned anew"};
    }
    if (reader.failed() || !episode.sound() || (service && !service->sound()))
        return Error{Error::Kind::bad_input, "saved state: damaged", "", "remove it to start over"};
    auto judge = trend::Judge::load(reader.rest(), state_->settings.judge);
    if (!judge) return judge.error();
    Target* found = state_->admit(target);
    if (found == nullptr) return {};
    found->last_look = judge->verdict().now;
    found->judge = std::move(*judge);
    found->episode = episode;
    if (service) state_->service = *service;
    found->life = life;
    found->expected = true;
    state_->now = std::max(state_->now, *found->last_look);
    return {};
}

void Session::expect(TargetId target) {
    if (Target* found = state_->find(target)) found->expected = true;
}

void Session::adopt_baseline(TargetId target, std::shared_ptr<const Dump> baseline) {
    Target* found = state_->find(target);
    if (found == nullptr || !baseline) return;
    found->dumps.adopt(std::move(baseline));
}

Verdict Session::verdict(TargetId target) const {
    const Target* found = state_->find(target);
    if (found == nullptr) return {};
    return state_->verdict_of(target, *found);
}

std::int64_t Session::verdicts_made() const {
    return state_->made + (state_->service ? state_->service->verdicts_made() : 0);
}

std::shared_ptr<const Dump> Session::newest_dump(TargetId target) const {
    const Target* found = state_->find(target);
    return found == nullptr ? nullptr : found->dumps.newest();
}

}  // namespace rampwatch::watch
