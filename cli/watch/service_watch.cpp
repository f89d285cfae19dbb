// SPDX-License-Identifier: MIT
#include "cli/watch/service_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <utility>
#include <vector>

#include "cli/console/exit.h"
#include "cli/watch/leak_drill.h"
#include "cli/watch/members_carry_over.h"
#include "cli/watch/service_search.h"
#include "cli/watch/service_status.h"
#include "cli/watch/watch_body.h"
#include "core/base/outlet.h"
#include "core/base/say.h"
#include "core/base/units.h"
#include "core/follow/process_set.h"
#include "core/listen/carry_over.h"
#include "core/listen/csv_recorder.h"
#include "core/listen/dump_keeper.h"
#include "core/listen/journal_listener.h"
#include "core/listen/leak_command.h"
#include "core/listen/leak_file.h"
#include "core/systemd/journal.h"
#include "core/systemd/message_ids.h"
#include "core/systemd/notify.h"
#include "core/trend/aged.h"
#include "core/watch/loop.h"

namespace rampwatch::cli {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

struct Silent final : watch::Listener {
    void on_event(const Event&, const watch::Session&) override {}
};

class ServiceWatch final : public watch::Listener, private WatchBody {
  public:
    ServiceWatch(const ServiceSettings& service, const WatchSettings& settings)
        : WatchBody(settings, true, stop_options(service, settings)), service_(service) {}

    int run();
    void on_event(const Event& event, const watch::Session& session) override;

  private:
    static StopOptions stop_options(const ServiceSettings& service, const WatchSettings& settings) {
        StopOptions options = settings.stop;
        options.follows = !service.unit.empty() || service.sought;
        return options;
    }
    [[nodiscard]] std::string name() const {
        if (!service_.called.empty()) return service_.called;
        return service_.sought ? *service_.sought->pidfile : fmt::format("tree of PID {}", service_.tree);
    }
    [[nodiscard]] ServiceSearch::Watch searcher();
    [[nodiscard]] TargetId whole() const { return service_.all ? kSumTarget : kMainTarget; }
    void say(const std::string& line) override;
    [[nodiscard]] std::optional<Error> prepare();
    void open_carry_over();
    [[nodiscard]] std::optional<Error> begin();
    void loop();
    [[nodiscard]] nanoseconds shift() const { return carry_over_ ? carry_over_->shift() : nanoseconds{}; }
    void drill();
    void tell_hook(bool ok, const std::string& line);
    [[nodiscard]] int fail(const Error& error) const;
    [[nodiscard]] int conclude();
    [[nodiscard]] int tell_absence() const;
    [[nodiscard]] bool is_interrupted() { return WatchBody::is_interrupted({SIGUSR1, SIGUSR2}); }

    const ServiceSettings& service_;
    systemd::Notify notify_{};
    const bool by_manager_ = systemd::is_service();
    const bool to_journal_ = systemd::goes_to_journal();
    ServiceSearch search_{service_, searcher()};
    std::unique_ptr<follow::ProcessSet> crew_{};
    std::optional<listen::LeakFile> leak_file_{};
    ServiceStatus status_{name(), notify_, teller()};
    LeakDrill drill_{};
    bool left_ = false;  // the unit has been inactive for long enough
    std::vector<TargetId> judged_{};
};

void ServiceWatch::say(const std::string& line) {
    if (to_journal_ && systemd::send({systemd::Priority::warning,
                                      systemd::kTroubleId,
                                      line,
                                      {{"RAMPWATCH_UNIT", service_.unit}, {"RAMPWATCH_EVENT", "trouble"}}}))
        return;
    WatchBody::say(line);
}

ServiceSearch::Watch ServiceWatch::searcher() {
    return {.name = name(),
            .say = teller(),
            .notify = notify_,
            .by_manager = by_manager_,
            .quiet = settings_.listener.quiet,
            .signals_fd = signals_.fd(),
            .is_interrupted = [this] { return is_interrupted(); },
            .flush =
                [this] {
                    out_.flush();
                    err_.flush();
                }};
}

std::optional<Error> ServiceWatch::prepare() {
    if (auto error = open_records(whole())) return error;
    if (settings_.one_shot) {
        listener_ = std::make_unique<Silent>();
    } else if (to_journal_ && !settings_.json) {
        listener_ = std::make_unique<listen::JournalListener>(service_.unit);
    } else {
        open_stdout();
    }
    stop_.on_signal = [this](const signalfd_siginfo& signal) {
        if (signal.ssi_signo == SIGWINCH && screen_ != nullptr) screen_->redraw();
        if (signal.ssi_signo == SIGUSR1) drill();
    };
    return std::nullopt;
}

void ServiceWatch::open_carry_over() {
    if (!settings_.history && !settings_.state) return;
    const auto who = search_.first_life();
    if (!who) return say("no main process was found: this watch is not recorded");
    carry_over_.emplace(
        carry_over_options(settings_, service_.called.empty() ? target_name(*who) : service_.called, teller(),
                           whole()),
        teller());
    carry_over_->open(*who);
}

std::optional<Error> ServiceWatch::begin() {
    open_carry_over();
    auto& unit = search_.unit();
    const nanoseconds patience = settings_.session.judge.patience;
    follow::ProcessSetSettings crew{.interval = settings_.interval,
                                    .aged_after = trend::aged_after(patience),
                                    .all = service_.all,
                                    .name = name(),
                                    .show_args = settings_.show_args,
                                    .first_life = carry_over_ ? carry_over_->life() : LifeNumber{1}};
    if (!service_.unit.empty()) crew.unit = service_.unit;
    auto opened = follow::ProcessSet::open(std::move(crew));
    if (!opened) return opened.error();
    crew_ = std::move(*opened);
    crew_->on_tick = [this](nanoseconds boot) {
        notify_.alive(boot);
        if (metrics_) metrics_->alive(boot);
        const auto& service = search_.unit();
        status_.tell(*crew_, *session_, service && !service->connected());
        drill_.end_when_due(shift());
        if (service && service->is_over() && !std::exchange(left_, true))
            stop_.finish(
                fmt::format("{} has been inactive for {}", service_.unit, format_duration(service_.linger)));
    };
    if (unit) {
        unit->lead(*crew_);
    } else if (search_.lead()) {
        search_.lead()->lead(*crew_, search_.root());
    } else {
        crew_->follow(search_.root(), {});
    }
    const auto who_is = [this](TargetId target, LifeNumber life) { return crew_->who(target, life); };
    dump::Settings dumps = settings_.dump;
    open_heaps(dumps, who_is);
    dumps_.emplace(dumps, who_is);
    watch::Settings session = settings_.session;
    session.heaps = heaps_.has_value();
    session.service = service_.all;
    session_.emplace(session);
    if (carry_over_) carry_over_->teach(*session_);
    if (auto error = open_metrics(name())) return error;
    if (settings_.leak_file) leak_file_.emplace(*settings_.leak_file, teller());
    if (!settings_.on_leak.empty())
        on_leak_.emplace(
            listen::LeakCommandSettings{.words = settings_.on_leak, .target = name(), .unit = service_.unit},
            [this](bool ok, const std::string& line) { tell_hook(ok, line); });
    return std::nullopt;
}

void ServiceWatch::on_event(const Event& event, const watch::Session&) {
    crew_->note(event);
    if (event.kind != Event::Kind::started && event.kind != Event::Kind::restarted) return;
    if (std::find(judged_.begin(), judged_.end(), event.target) == judged_.end())
        judged_.push_back(event.target);
}

void ServiceWatch::drill() {
    if (!session_) return;
    drill_.begin({.name = name(),
                  .unit = service_.unit,
                  .to_journal = to_journal_,
                  .say = teller(),
                  .carry_over = carry_over_ ? &*carry_over_ : nullptr,
                  .metrics = metrics_.get(),
                  .command = on_leak_ ? &*on_leak_ : nullptr,
                  .file = leak_file_ ? &*leak_file_ : nullptr},
                 *session_, whole(), crew_->who_was(whole()), shift());
}

// That it ended well is news, no trouble.
void ServiceWatch::tell_hook(bool ok, const std::string& line) {
    if (!ok) return say(line);
    const bool sent =
        to_journal_ && systemd::send({systemd::Priority::info,
                                      {},
                                      line,
                                      {{"RAMPWATCH_UNIT", service_.unit}, {"RAMPWATCH_EVENT", "hook_done"}}});
    if (!sent && !settings_.listener.quiet) say(line);
}

void ServiceWatch::loop() {
    std::optional<MembersCarryOver> remembering;
    std::vector<watch::Listener*> first;
    if (carry_over_) first.push_back(&remembering.emplace(*carry_over_, *crew_, whole()));
    std::vector<watch::Listener*> ours = {this, &status_};
    if (leak_file_) ours.push_back(&*leak_file_);
    follow::NoBaselines none;
    std::vector<Feed*> feeds = with_heaps({crew_.get(), &stop_, &none, &*dumps_});
    if (auto& unit = search_.unit()) feeds.insert(feeds.begin(), &*unit);
    if (auto& lead = search_.lead()) feeds.insert(feeds.begin(), &*lead);
    if (on_leak_) feeds.push_back(&*on_leak_);
    watch::Loop loop(*session_, std::move(feeds), listeners(std::move(first), ours), shift());
    turn(loop);
}

// As a line of the unit's own stream: of a message that is sent, journald looks up whose it is, and finds
// nobody where the process has ended meanwhile.
int ServiceWatch::fail(const Error& error) const {
    if (to_journal_) fmt::print(stderr, "<3>");
    return complain(error);
}

int ServiceWatch::conclude() {
    bool leak = stop_.leak_told();
    bool looked = false;
    for (const TargetId target : judged_) {
        const auto verdict = std::make_shared<const Verdict>(session_->verdict(target));
        leak = leak || verdict->ever_leak;
        looked = looked || verdict->samples > 0;
        const bool told = target <= kSumTarget || verdict->claim >= Claim::growing;
        if (!told || verdict->samples == 0) continue;
        Event ended{.kind = Event::Kind::ended,
                    .target = target,
                    .mono = boot_now(),
                    .wall = wall_now(),
                    .verdict = verdict};
        ended.who = crew_->who_was(target);
        listener_->on_event(ended, *session_);
    }
    if (!looked && service_.unit.empty()) {
        say(to_string(
            Error{Error::Kind::gone, "it ended before the first sample; nothing was judged", name(), {}}));
        return static_cast<int>(Exit::trouble);
    }
    say_missing_samples();
    if (left_) return static_cast<int>(Exit::healthy);  // of its own will, as agreed; the leak was told
    // A unit that ended well says so; what it found is told already.
    const int found = static_cast<int>(by_manager_ ? Exit::healthy : Exit::leak);
    return leak ? settings_.leak_status.value_or(found) : static_cast<int>(Exit::healthy);
}

// Of a service that was sampled before that is no trouble of cron's.
int ServiceWatch::tell_absence() const {
    const auto noted = note_absence(*settings_.history, service_.unit);
    if (!noted) return complain(noted.error());
    if (*noted) return static_cast<int>(Exit::healthy);
    return complain({Error::Kind::not_found, "is not running", service_.unit, {}});
}

int ServiceWatch::run() {
    auto error = prepare();
    if (!error) error = search_.find();
    if (error && error->kind == Error::Kind::timed_out && by_manager_) return static_cast<int>(Exit::healthy);
    if (error) {
        const int status = fail(*error);
        const bool no_unit = error->kind == Error::Kind::not_found && !service_.unit.empty();
        return no_unit && by_manager_ ? kBadUsageOfService : status;
    }
    if (settings_.one_shot && search_.is_down()) return tell_absence();
    if (search_.unit() && !search_.await_unit()) return static_cast<int>(Exit::healthy);
    if (const auto trouble = begin()) return fail(*trouble);
    loop();
    notify_.stopping();
    const bool is_kept = carry_over_ && carry_over_->writer() != nullptr;
    if (carry_over_) carry_over_->end(*session_, settings_.one_shot ? "" : stop_.reason());
    if (settings_.one_shot) return static_cast<int>(is_kept ? Exit::healthy : Exit::trouble);
    const int status = conclude();
    out_.flush_for(kLastWords);
    err_.flush_for(kLastWords);
    return status;
}

}  // namespace

int run_service_watch(const ServiceSettings& service, const WatchSettings& settings) {
    return ServiceWatch(service, settings).run();
}

}  // namespace rampwatch::cli
