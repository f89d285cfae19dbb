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
#include "core/dump/permission.h"

namespace rampwatch::dump {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t kMostInlined = 2000;                      // threads up to which inlines are asked for
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
        const bool useless = !*result_ && result_->error().kind == Error::Kind::unavailable;
        if (useless && start()) return false;
        return true;
    }

    Result<Dump> take() override { return std::move(*result_); }

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
            hint += (hint.empty() ? "" : ", or ") + error.hint;
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
    if (word == "eu-stack") return Choice::eu_stack;
    if (word == "gdb") return Choice::gdb;
    return std::nullopt;
}

Result<std::unique_ptr<Job>> start_dump(const Life& life, const Settings& settings) {
    if (auto allowed = may_dump(life.pid); !allowed) return allowed.error();
    if (auto free = may_attach(life.pid); !free) return free.error();
    const HelperRunSettings run{settings.timeout, settings.guard_program};
    const HelperRunSettings quick_run{std::min(settings.timeout, kQuickTimeout), settings.guard_program};
    const EuStackDetail detail = settings.quick                         ? EuStackDetail::bare
                                 : threads_of(life.pid) <= kMostInlined ? EuStackDetail::inlines
                                                                        : EuStackDetail::names;
    std::vector<StartJob> ways;
    StartJob quick;
    if (settings.backend != Choice::gdb) {
        ways.emplace_back([=] { return start_helper(eu_stack(life.pid, detail), life, run); });
        if (!settings.quick)
            quick = [=] { return start_helper(eu_stack(life.pid, EuStackDetail::bare), life, quick_run); };
    }
    if (settings.backend != Choice::eu_stack && !settings.quick)
        ways.emplace_back([=] { return start_helper(gdb(life.pid), life, run); });
    StartJob threads = [ways = std::move(ways), quick = std::move(quick)]() -> Result<std::unique_ptr<Job>> {
        auto job = std::make_unique<Ways>(ways, quick);
        if (auto started = job->start(); !started) return started.error();
        return std::unique_ptr<Job>(std::move(job));
    };
    return with_goroutines(life, std::move(threads), settings.guard_program);
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

int DumpFeed::fd() const { return running_ ? running_->job->fd() : -1; }

std::optional<nanoseconds> DumpFeed::deadline() const {
    if (!answers_.empty()) return boot_now();
    return running_ ? running_->job->deadline() : std::nullopt;
}

void DumpFeed::answer(RequestId request, Result<Dump> dump) {
    answers_.push_back({request, std::move(dump), boot_now(), wall_now()});
}

void DumpFeed::take(std::vector<Fact>& facts) {
    if (running_ && running_->job->turn()) {
        Result<Dump> dump = running_->job->take();
        stamp(dump, running_->life, running_->reason, running_->mono, running_->wall);
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
    auto job = start_dump(*life, settings_);
    if (!job) {
        answer(request.id, job.error());
        return true;
    }
    running->job = std::move(*job);
    running_ = std::move(running);
    return true;
}

}  // namespace rampwatch::dump
