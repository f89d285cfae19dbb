// SPDX-License-Identifier: MIT
#include "cli/watch/service_status.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/poller.h"
#include "core/follow/process_set.h"
#include "core/probe/permission.h"
#include "core/report/service_words.h"

namespace rampwatch::cli {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr nanoseconds kStatusEvery = 9s;  // less than the default interval: at each of its ticks

}  // namespace

// Of each new main process: what may we not do with it?
void ServiceStatus::check_rights(const follow::ProcessSet& crew) {
    const probe::Process* main = crew.main();
    if (main == nullptr || !main->alive()) return;
    if (checked_ && is_same_process(*checked_, main->life())) return;
    checked_ = main->life();
    std::string missing;
    if (const auto allowed = probe::may_dump(main->pid()); !main->may_inspect()) {
        missing = "no stacks and no descriptors: CAP_SYS_PTRACE is missing";
    } else if (!allowed) {
        missing = "no stacks: " + to_string(allowed.error());
    } else if (!probe::may_read_threads(*main)) {
        missing = "no stacks of threads: CAP_DAC_READ_SEARCH is missing";
    }
    if (missing != missing_ && !missing.empty() && main->alive()) say_(missing);
    missing_ = missing;
}

void ServiceStatus::on_event(const Event& event, const watch::Session&) {
    if (event.target == kSumTarget) sum_seen_ = event.kind != Event::Kind::gone;
    const TargetId lead = sum_seen_ ? kSumTarget : kMainTarget;
    if (event.kind == Event::Kind::sample && event.target == lead) last_ = event.sample;
    if (event.kind == Event::Kind::gone && event.target == lead) last_.reset();
    if (event.kind != Event::Kind::sample && event.target <= kSumTarget) told_at_.reset();
}

std::string ServiceStatus::words(const follow::ProcessSet& crew, const watch::Session& session) {
    if (const auto& obstacle = crew.obstacle(); obstacle && obstacle->kind == Error::Kind::no_permission) {
        std::string text =
            fmt::format("{} cannot be looked at: {}; CAP_SYS_PTRACE is missing", name_, to_string(*obstacle));
        if (!std::exchange(blind_, true)) say_(text);
        return text;
    }
    if (crew.count() == 0) return fmt::format("{} is not running; waiting for it", name_);
    std::string text = report::service_status(session.verdict(sum_seen_ ? kSumTarget : kMainTarget), last_);
    if (crew.count() > 1) text += fmt::format("; {} processes", crew.count());
    return text;
}

void ServiceStatus::tell(const follow::ProcessSet& crew, const watch::Session& session, bool bus_is_away) {
    check_rights(crew);
    const nanoseconds now = boot_now();
    if (told_at_ && now - *told_at_ < kStatusEvery) return;
    told_at_ = now;
    std::string text = words(crew, session);
    if (bus_is_away) text += "; the system bus is away";
    if (!missing_.empty()) text += "; " + missing_;
    notify_.status(text);
}

}  // namespace rampwatch::cli
