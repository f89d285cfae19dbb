// SPDX-License-Identifier: MIT
#include "core/dump/backend.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/dump/eu_stack.h"
#include "core/dump/gdb.h"
#include "core/dump/go_job.h"
#include "core/dump/go_profile.h"
#include "core/dump/memory_job.h"
#include "core/dump/native_job.h"
#include "core/dump/permission.h"

namespace rampwatch::dump {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t kMostInlined = 2000;  // threads up to which inlines are asked for
constexpr nanoseconds kQuickLines = std::chrono::milliseconds(50);  // of a quick native dump
constexpr nanoseconds kUnhurriedLines = std::chrono::seconds(5);
constexpr std::size_t kMostWorkers = 8;
// For what the memory is made of.
constexpr nanoseconds kBaselineMemory = std::chrono::milliseconds(150),
                      kGrowingMemory = std::chrono::seconds(2), kLeakMemory = std::chrono::seconds(10);
constexpr int kMemoryRest = 100;                                 // times as long as it took
constexpr nanoseconds kCheap = std::chrono::milliseconds(20);    // no rest after that
constexpr nanoseconds kQuickTimeout = std::chrono::seconds(10);  // of the try with addresses only

std::int64_t threads_of(pid_t pid) {
    std::ifstream status(fmt::format("/proc/{}/status", pid));
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("Threads:"))
            return parse_count(trim(std::string_view(line).substr(8))).value_or(1);
    }
    return 1;
}

// One way after the other, until one has a result.
class Ways : public Job {
  public:
    Ways(std::vector<StartJob> ways, StartJob quick) : ways_(std::move(ways)), quick_(std::move(quick)) {}

    // The first way that can be started; else why the last could not.
    Result<void> start() {
        Error last{Error::Kind::unavailable, "no way to read stacks", {}, {}};
        while (next_ < ways_.size()) {
            auto job = ways_[next_++]();
            if (job) {
                job_ = std::move(*job);
                return {};
            }
            missing_.push_back(job.error());
            last = job.error();
            if (last.kind != Error::Kind::unavailable && last.kind != Error::Kind::not_found) break;
        }
        return missing_.size() > 1 ? all_missing() : last;
    }

    [[nodiscard]] int fd() const override { return job_ ? job_->fd() : -1; }
    [[nodiscard]] std::optional<nanoseconds> deadline() const override {
        return job_ ? job_->deadline() : std::nullopt;
    }

    bool turn() override {
        if (!job_->turn()) return false;
        Result<Dump> found = job_->take();
        if (found && is_quick_) {
            found->warnings.insert(
                found->warnings.begin(),
                "Names took longer than --dump-timeout allows: these are addresses alone.");
        }
        if (!result_ || is_better(found, *result_)) result_ = std::move(found);
        if (wants_quick()) {
            auto job = std::exchange(quick_, {})();
            if (job) {
                job_ = std::move(*job);
                is_quick_ = true;
                return false;
            }
        }
        if (*result_ || result_->error().kind != Error::Kind::unavailable) return true;
        missing_.push_back(result_->error());
        if (next_ < ways_.size() && start()) return false;
        if (missing_.size() > 1) result_ = all_missing();
        return true;
    }

    // What was tried before is told.
    Result<Dump> take() override {
        for (const Error& error : missing_) {
            if (*result_)
                (*result_)->warnings.push_back(
                    fmt::format("Read by {}: {}.", (*result_)->backend, error.what));
        }
        return std::move(*result_);
    }

  private:
    static bool is_better(const Result<Dump>& a, const Result<Dump>& b) {
        if (!a || !b) return a.has_value();
        return a->threads >= b->threads;
    }

    // Names took too long: addresses alone, of all threads, say more than names of some.
    [[nodiscard]] bool wants_quick() const {
        if (!quick_) return false;
        if (!*result_) return result_->error().kind == Error::Kind::timed_out;
        const auto& warnings = (*result_)->warnings;
        return std::any_of(warnings.begin(), warnings.end(), [](const std::string& warning) {
            return warning.find(" was ended after ") != std::string::npos;
        });
    }

    [[nodiscard]] Error all_missing() const {
        std::string what, hint;
        for (const Error& error : missing_) {
            what += (what.empty() ? "" : ", and ") + error.what;
            hint += (hint.empty() || error.hint.empty() ? "" : ", or ") + error.hint;
        }
        return {Error::Kind::unavailable, std::move(what), {}, std::move(hint)};
    }

    std::vector<StartJob> ways_;
    StartJob quick_;
    std::size_t next_ = 0;
    bool is_quick_ = false;  // the try with addresses alone is on
    std::vector<Error> missing_{};
    std::unique_ptr<Job> job_{};
    std::optional<Result<Dump>> result_{};
};

// For the helpers, which attach: a thread that is traced already cannot be attached to.
StartJob untraced(pid_t pid, StartJob start) {
    return [pid, start = std::move(start)]() -> Result<std::unique_ptr<Job>> {
        if (auto free = may_attach(pid); !free) return free.error();
        return start();
    };
}

StartJob native_way(std::shared_ptr<Worker> worker, const Settings& settings) {
    NativeSettings native = settings.native;
    if (settings.quick) native.lines = std::min(native.lines, kQuickLines);
    return [=, timeout = settings.timeout] { return start_native(worker, native, timeout); };
}

// Gentlest first; empty when nothing reads without a stop and none is allowed.
std::vector<StartJob> ways_of(const Life& life, const Settings& settings, std::shared_ptr<Worker> worker) {
    const Choice choice = settings.backend;
    const bool any = choice == Choice::automatic;
    const bool may_stop = settings.native.capture.stop != StopPolicy::none;
    const HelperRunSettings run{settings.timeout, settings.guard_program};
    const EuStackDetail detail = settings.quick                         ? EuStackDetail::bare
                                 : threads_of(life.pid) <= kMostInlined ? EuStackDetail::inlines
                                                                        : EuStackDetail::names;
    std::vector<StartJob> ways;
    if (any || choice == Choice::native) ways.push_back(native_way(std::move(worker), settings));
    if (may_stop && (any || choice == Choice::eu_stack))
        ways.push_back(
            untraced(life.pid, [=] { return start_helper(eu_stack(life.pid, detail), life, run); }));
    if (may_stop && !settings.quick && (any || choice == Choice::gdb))
        ways.push_back(untraced(life.pid, [=] { return start_helper(gdb(life.pid), life, run); }));
    return ways;
}

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
    const auto allowed = may_dump(life.pid);
    // A program that is asked over HTTP answers whoever may ask.
    const bool is_asked = !settings.pprof.place.empty() && settings.pprof.place != kPprofAuto;
    if (!allowed && !(is_asked && allowed.error().kind == Error::Kind::no_permission)) return allowed.error();
    auto worker = settings.worker ? settings.worker : std::make_shared<Worker>(life, settings.guard_program);
    std::vector<StartJob> ways = ways_of(life, settings, worker);
    if (ways.empty())
        return Error{
            Error::Kind::bad_input, "only the native backend reads without a stop", "--stop none", {}};
    StartJob quick;
    const bool by_helper = settings.backend == Choice::automatic || settings.backend == Choice::eu_stack;
    if (by_helper && ways.size() > (settings.backend == Choice::automatic ? 1U : 0U) && !settings.quick) {
        const HelperRunSettings run{std::min(settings.timeout, kQuickTimeout), settings.guard_program};
        quick = [=] { return start_helper(eu_stack(life.pid, EuStackDetail::bare), life, run); };
    }
    if (!allowed)
        return with_goroutines(
            std::move(worker), [error = allowed.error()]() -> Result<std::unique_ptr<Job>> { return error; },
            settings.pprof);
    StartJob threads = [ways = std::move(ways), quick = std::move(quick)]() -> Result<std::unique_ptr<Job>> {
        auto job = std::make_unique<Ways>(ways, quick);
        if (auto started = job->start(); !started) return started.error();
        return std::unique_ptr<Job>(std::move(job));
    };
    auto stacks = with_goroutines(worker, std::move(threads), settings.pprof);
    if (settings.memory_budget.count() == 0) return stacks;
    return with_memory(std::move(worker), std::move(stacks), settings.memory_budget);
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
    Result<Dump> dump = (*job)->take();
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

DumpFeed::DumpFeed(Settings settings, WhoIs who_is)
    : settings_(std::move(settings)), who_is_(std::move(who_is)) {}
DumpFeed::~DumpFeed() = default;

int DumpFeed::fd() const {
    if (running_) return running_->job->fd();
    return workers_.empty() ? -1 : workers_.back().second->fd();  // to see it end when it was idle for long
}

std::shared_ptr<Worker> DumpFeed::worker_of(const Life& life) {
    const auto& given = settings_.worker;
    if (given && is_same_process(given->life(), life)) return given;
    const auto known = std::find_if(workers_.begin(), workers_.end(),
                                    [&](const auto& entry) { return is_same_process(entry.first, life); });
    if (known != workers_.end()) {
        std::rotate(known, known + 1, workers_.end());
        return workers_.back().second;
    }
    if (workers_.size() >= kMostWorkers) workers_.erase(workers_.begin());
    workers_.emplace_back(life, std::make_shared<Worker>(life, settings_.guard_program));
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

void DumpFeed::rest(const Life& life, const Result<Dump>& dump) {
    if (!dump || !dump->memory || dump->memory->took < kCheap) return;
    std::erase_if(memory_rests_, [&](const auto& entry) { return entry.second < boot_now(); });
    if (memory_rests_.size() < kMostWorkers)
        memory_rests_.emplace_back(life, boot_now() + kMemoryRest * dump->memory->took);
}

void DumpFeed::take(std::vector<Fact>& facts) {
    if (!running_ && !workers_.empty()) workers_.back().second->reap_idle();
    if (running_ && running_->job->turn()) {
        Result<Dump> dump = running_->job->take();
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
        answer(request.id, Error{Error::Kind::unavailable, "another dump is under way", {}, {}});
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
