// SPDX-License-Identifier: MIT
#include "core/dump/backend.h"

#include <algorithm>
#include <utility>

#include "core/base/poller.h"
#include "core/dump/memory_step.h"
#include "core/dump/threads_step.h"
#include "core/dump/ways.h"
#include "core/probe/permission.h"
#include "core/worker/go_profile.h"

namespace rampwatch::dump {
namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds kUnhurriedLines = std::chrono::seconds(5);
constexpr std::size_t kMostWorkers = 8;
// For what the memory is made of.
constexpr nanoseconds kBaselineMemory = std::chrono::milliseconds(150),
                      kGrowingMemory = std::chrono::seconds(2), kLeakMemory = std::chrono::seconds(10);
constexpr int kMemoryRest = 100;                               // times as long as it took
constexpr nanoseconds kCheap = std::chrono::milliseconds(20);  // no rest after that

void stamp(Result<Dump>& dump, const Life& life, DumpReason reason, nanoseconds mono, nanoseconds wall) {
    if (!dump) return;
    dump->life = life;
    dump->reason = reason;
    dump->mono = mono;
    dump->wall = wall;
    dump->took = boot_now() - mono;
}

}  // namespace

std::optional<Choice> choice_of(std::string_view word) {
    if (word == "auto") return Choice::automatic;
    if (word == "native") return Choice::native;
    if (word == "eu-stack") return Choice::eu_stack;
    if (word == "gdb") return Choice::gdb;
    return std::nullopt;
}

Result<std::unique_ptr<Job>> start_dump(const Life& life, const Settings& settings) {
    const auto allowed = probe::may_dump(life.pid);
    // A program that is asked over HTTP answers whoever may ask.
    const bool is_asked = !settings.pprof.place.empty() && settings.pprof.place != worker::kPprofAuto;
    if (!allowed && !(is_asked && allowed.error().kind == Error::Kind::no_permission)) return allowed.error();
    auto worker =
        settings.worker ? settings.worker : std::make_shared<worker::Worker>(life, settings.guard_program);
    auto ways = ways_of(life, settings, worker);
    if (ways.list.empty())
        return Error{
            Error::Kind::bad_input, "only the native backend reads without a stop", "--stop none", {}};
    if (!allowed)
        ways = {{[error = allowed.error()]() -> Result<std::unique_ptr<Job>> { return error; }}, {}};
    std::vector<std::unique_ptr<DumpStep>> steps;
    steps.push_back(goroutines_step(worker, settings.pprof));
    steps.push_back(threads_step(std::move(ways)));
    if (allowed && settings.memory_budget.count() != 0)
        steps.push_back(memory_step(worker, settings.memory_budget));
    if (allowed && settings.heap.sample_bytes != 0) steps.push_back(heap_step(life, settings.heap));
    return in_steps(std::move(steps));
}

Result<Dump> take_dump(const Life& life, const Settings& settings, DumpReason reason) {
    const nanoseconds mono = boot_now(), wall = wall_now();
    auto job = start_dump(life, settings);
    if (!job) return job.error();
    Poller poller;
    while (!(*job)->turn()) {
        poller.clear();
        poller.add((*job)->fd());
        poller.wait((*job)->deadline());
    }
    Result<Dump> dump = (*job)->result();
    stamp(dump, life, reason, mono, wall);
    return dump;
}

struct DumpFeed::Running {
    RequestId request = 0;
    Life life{};
    DumpReason reason = DumpReason::asked;
    nanoseconds mono{}, wall{};
    std::unique_ptr<Job> job{};
};

class DumpFeed::Reaper final : public Feed {
  public:
    explicit Reaper(std::shared_ptr<worker::Worker> worker) : worker_(std::move(worker)) {}
    [[nodiscard]] int fd() const override { return worker_->fd(); }
    void collect(std::vector<Fact>& facts) override {
        static_cast<void>(facts);
        worker_->reap_idle();
    }
    [[nodiscard]] bool is_of(const std::shared_ptr<worker::Worker>& worker) const {
        return worker_ == worker;
    }

  private:
    std::shared_ptr<worker::Worker> worker_;
};

DumpFeed::DumpFeed(Settings settings, WhoIs who_is)
    : settings_(std::move(settings)), who_is_(std::move(who_is)) {
    if (settings_.worker) reapers_.push_back(std::make_unique<Reaper>(settings_.worker));
}
DumpFeed::~DumpFeed() = default;

void DumpFeed::parts(std::vector<Feed*>& feeds) const {
    for (const auto& reaper : reapers_) feeds.push_back(reaper.get());
}

int DumpFeed::fd() const { return running_ ? running_->job->fd() : -1; }

std::shared_ptr<worker::Worker> DumpFeed::worker_of(const Life& life) {
    const auto& given = settings_.worker;
    if (given && is_same_process(given->life(), life)) return given;
    const auto known = std::find_if(workers_.begin(), workers_.end(),
                                    [&](const auto& entry) { return is_same_process(entry.first, life); });
    if (known != workers_.end()) {
        std::rotate(known, known + 1, workers_.end());
        return workers_.back().second;
    }
    if (workers_.size() >= kMostWorkers) {
        std::erase_if(reapers_, [&](const auto& reaper) { return reaper->is_of(workers_.front().second); });
        workers_.erase(workers_.begin());
    }
    workers_.emplace_back(life, std::make_shared<worker::Worker>(life, settings_.guard_program));
    reapers_.push_back(std::make_unique<Reaper>(workers_.back().second));
    return workers_.back().second;
}

std::optional<nanoseconds> DumpFeed::deadline() const {
    if (!answers_.empty()) return kDueNow;
    return running_ ? running_->job->deadline() : std::nullopt;
}

void DumpFeed::answer(RequestId request, Result<Dump> dump) {
    answers_.push_back({request, std::move(dump), boot_now(), wall_now()});
}

nanoseconds DumpFeed::memory_budget(const Life& life, DumpReason reason) const {
    switch (reason) {
        case DumpReason::asked:
            return settings_.memory_budget;
        case DumpReason::baseline:
            return kBaselineMemory;
        case DumpReason::leak:
            return kLeakMemory;
        case DumpReason::growing:
        case DumpReason::limit_near:
            break;
    }
    const bool rests = std::any_of(memory_rests_.begin(), memory_rests_.end(), [&](const auto& entry) {
        return is_same_process(entry.first, life) && boot_now() < entry.second;
    });
    return rests ? nanoseconds(0) : kGrowingMemory;
}

HeapSettings DumpFeed::heap_settings(const Request& request) const {
    HeapSettings heap = settings_.heap;
    if (request.reason == DumpReason::baseline) heap.sample_bytes = 0;  // a Session asks for that apart
    heap.onset = request.onset_wall;
    return heap;
}

void DumpFeed::rest(const Life& life, const Result<Dump>& dump) {
    if (!dump || !dump->memory || dump->memory->took < kCheap) return;
    std::erase_if(memory_rests_, [&](const auto& entry) { return entry.second < boot_now(); });
    if (memory_rests_.size() < kMostWorkers)
        memory_rests_.emplace_back(life, boot_now() + kMemoryRest * dump->memory->took);
}

void DumpFeed::collect(std::vector<Fact>& facts) {
    if (running_ && running_->job->turn()) {
        Result<Dump> dump = running_->job->result();
        stamp(dump, running_->life, running_->reason, running_->mono, running_->wall);
        rest(running_->life, dump);
        answer(running_->request, std::move(dump));
        running_.reset();
    }
    for (fact::DumpDone& done : answers_) facts.emplace_back(std::move(done));
    answers_.clear();
}

bool DumpFeed::perform(const Request& request) {
    if (request.kind != Request::Kind::dump) return false;
    if (running_) {
        answer(request.id, Error{Error::Kind::unavailable, "another dump is in progress", {}, {}});
        return true;
    }
    const std::optional<Life> life = who_is_(request.target, request.life);
    if (!life) {
        answer(request.id, Error{Error::Kind::gone, "the process is gone", {}, {}});
        return true;
    }
    auto running =
        std::make_unique<Running>(Running{request.id, *life, request.reason, boot_now(), wall_now(), {}});
    Settings settings = settings_;
    settings.worker = worker_of(*life);
    settings.memory_budget = memory_budget(*life, request.reason);
    settings.heap = heap_settings(request);
    // Nobody waits for it, and one dump without its lines cannot be compared with the next that has them.
    if (!settings.quick) settings.native.lines = std::max(settings.native.lines, kUnhurriedLines);
    auto job = start_dump(*life, settings);
    if (!job) {
        answer(request.id, job.error());
        return true;
    }
    running->job = std::move(*job);
    running_ = std::move(running);
    return true;
}

}  // namespace rampwatch::dump
