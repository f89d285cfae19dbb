// SPDX-License-Identifier: MIT
#include "core/worker/languages.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <utility>

#include "core/base/poller.h"
#include "core/probe/arch.h"
#include "core/probe/memory.h"
#include "core/probe/namespace_tids.h"
#include "core/probe/pagemap.h"
#include "core/worker/mapped_code.h"
#include "core/worker/runtimes.h"
#include "core/worker/task_groups.h"

namespace rampwatch::worker {
namespace {

// The target at one moment; what refers to it is refreshed before it is replaced.
struct Moment {
    Moment(pid_t tid, probe::Maps read, probe::NamespaceTids numbers, probe::Arch machine)
        : memory(tid), maps(std::move(read)), tids(std::move(numbers)), arch(machine) {
        if (auto opened = probe::LivePagemap::open(tid)) pages.emplace(std::move(*opened));
        target.emplace(runtime::Target{memory, maps, pages ? &*pages : nullptr, tids, arch,
                                       [tid](const auto& it) { return probe::open_module(tid, it); }});
    }

    probe::Memory memory;
    probe::Maps maps;
    std::optional<probe::LivePagemap> pages{};
    probe::NamespaceTids tids;
    probe::Arch arch;
    std::optional<runtime::Target> target{};
};

std::unique_ptr<Moment> moment_of(pid_t pid) {
    const auto tid = probe::live_thread(pid);
    if (!tid) return nullptr;
    auto maps = probe::read_maps(*tid);
    auto tids = probe::NamespaceTids::read(pid);
    const auto arch = probe::read_arch(pid);
    if (!maps || !tids || !arch || *arch == probe::Arch::other) return nullptr;
    return std::make_unique<Moment>(*tid, std::move(*maps), std::move(*tids), *arch);
}

// Counts tasks, and notes when each was seen first.
class Sightings : public runtime::Sink {
  public:
    using First = std::unordered_map<std::uint64_t, std::chrono::nanoseconds>;

    Sightings(const First& before, std::chrono::nanoseconds now) : before_(before), now_(now) {}
    void add(const runtime::Task& task) override {
        ++tasks;
        told_apart = told_apart || task.id != 0;
        if (task.id == 0 || task.torn || first.size() >= kMostSeen) return;
        const auto known = before_.find(task.id);
        first.emplace(task.id, known == before_.end() ? now_ : known->second);
    }
    void add(const runtime::TypeRow&) override {}

    static constexpr std::size_t kMostSeen = 200'000;
    std::int64_t tasks = 0;
    bool told_apart = false;  // some of them, from one another
    First first{};

  private:
    const First& before_;
    std::chrono::nanoseconds now_;
};

std::optional<pid_t> holder_of(runtime::Runtime& runtime) {
    return runtime.threads() == nullptr ? std::nullopt : runtime.threads()->lock_holder();
}

// A lock that somebody else has at the second look passes on; one that is told to be held may have been given
// up and taken again.
void note_lock(std::optional<pid_t> before, std::optional<pid_t> after, const probe::NamespaceTids& tids,
               LanguageRuntime& fact) {
    if (!before || !after) return;
    fact.lock_known = true;
    fact.lock_moves = *before != *after;
    if (fact.lock_moves || *after == 0) return;
    const auto ours = tids.ours(*after);
    if (ours) fact.lock_holders = {*ours};
    fact.lock_known = ours.has_value();
}

}  // namespace

struct Languages::State {
    pid_t pid = 0;
    std::unique_ptr<Moment> now{};
    native::Runtimes runtimes{};
    std::vector<LanguageRuntime> refused{};
    std::vector<MappedCode> code{};
    std::unordered_map<std::uint64_t, std::chrono::nanoseconds> first_seen{};  // of the tasks counted last
    bool settled = false;  // what was refused stays so while the code is the same
    // Of each of `runtimes`, who held its lock when the order began.
    std::vector<std::optional<pid_t>> holders{};

    void attach(const runtime::Target& target);
};

// Anew, whatever there was.
void Languages::State::attach(const runtime::Target& target) {
    runtimes.clear();
    refused.clear();
    settled = true;
    for (const runtime::Entry& entry : worker::runtimes()) {
        if (!entry.in_dumps || runtimes.size() + refused.size() >= kMostRuntimes || !entry.recognise(target))
            continue;
        runtime::Budget budget =
            runtime::budget_of(256 << 20, std::chrono::seconds(2), std::chrono::seconds(4));
        auto attached = entry.attach(target, budget);
        if (attached) {
            runtimes.push_back(std::move(*attached));
            continue;
        }
        const Error& error = attached.error();
        if (error.kind == Error::Kind::not_found || error.kind == Error::Kind::gone) continue;
        // One that begins just now fails a check, and is there a moment later.
        settled = settled && error.kind == Error::Kind::unavailable;
        LanguageRuntime runtime;
        runtime.name = entry.name;
        runtime.refused = error.what + (error.hint.empty() ? "" : " (" + error.hint + ")");
        refused.push_back(std::move(runtime));
    }
}

Languages::Languages(pid_t pid) : state_(std::make_unique<State>()) { state_->pid = pid; }
Languages::~Languages() = default;
Languages::Languages(Languages&&) noexcept = default;
Languages& Languages::operator=(Languages&&) noexcept = default;

void Languages::begin() {
    State& state = *state_;
    auto now = moment_of(state.pid);
    if (!now) {
        state.runtimes.clear();
        state.refused.clear();
        state.code.clear();
        return;
    }
    auto code = mapped_code(now->maps);
    bool same = state.settled && code == state.code && !code.empty();
    for (const auto& runtime : state.runtimes) same = same && runtime->refresh(*now->target);
    if (!same) state.attach(*now->target);
    state.code = std::move(code);
    state.now = std::move(now);
    state.holders.clear();
    for (const auto& runtime : state.runtimes) state.holders.push_back(holder_of(*runtime));
}

const native::Runtimes& Languages::runtimes() const { return state_->runtimes; }

std::vector<LanguageRuntime> Languages::facts() const {
    std::vector<LanguageRuntime> facts;
    for (const auto& runtime : state_->runtimes) {
        LanguageRuntime fact;
        fact.name = runtime->name();
        fact.version = runtime->version();
        fact.frames = runtime->threads() != nullptr;
        fact.heap = runtime->heap();
        if (facts.size() < state_->holders.size())
            note_lock(state_->holders[facts.size()], holder_of(*runtime), state_->now->tids, fact);
        facts.push_back(std::move(fact));
    }
    facts.insert(facts.end(), state_->refused.begin(), state_->refused.end());
    return facts;
}

void Languages::add_tasks(runtime::Budget& budget, Dump& dump) {
    std::vector<Group> groups;
    for (std::size_t i = 0; i < state_->runtimes.size() && i < dump.runtimes.size(); ++i) {
        runtime::Runtime& runtime = *state_->runtimes[i];
        if (runtime.exact() == nullptr) continue;
        TaskGroups tasks;
        const auto rest = runtime.exact()->tasks(tasks, budget);
        LanguageRuntime& fact = dump.runtimes[i];
        if (!rest) {
            fact.left_out =
                rest.error().what + (rest.error().hint.empty() ? "" : " (" + rest.error().hint + ")");
            continue;
        }
        fact.tasks = tasks.tasks();
        fact.torn = tasks.torn() + tasks.ungrouped();
        fact.left_out = rest->why;
        auto found = tasks.named(runtime);
        groups.insert(groups.end(), std::make_move_iterator(found.begin()),
                      std::make_move_iterator(found.end()));
    }
    dump.groups.insert(dump.groups.begin(), std::make_move_iterator(groups.begin()),
                       std::make_move_iterator(groups.end()));
}

answer::TaskCount Languages::count_tasks(runtime::Budget& budget, std::chrono::nanoseconds aged_after) {
    answer::TaskCount count;
    const auto now = boot_now();
    Sightings sightings(state_->first_seen, now);
    for (const auto& runtime : state_->runtimes) {
        const auto words = runtime->words();
        count.words.insert(count.words.end(), words.begin(), words.end());
        if (runtime->exact() == nullptr) continue;
        const auto rest = runtime->exact()->tasks(sightings, budget);
        count.any = true;
        if (!rest) count.left_out = rest.error().what;
        if (rest && !rest->why.empty()) count.left_out = rest->why;
    }
    count.tasks = sightings.tasks;
    state_->first_seen = std::move(sightings.first);
    if (count.tasks > 0 && !sightings.told_apart) return count;
    count.aged = std::count_if(state_->first_seen.begin(), state_->first_seen.end(),
                               [&](const auto& seen) { return now - seen.second >= aged_after; });
    return count;
}

}  // namespace rampwatch::worker
