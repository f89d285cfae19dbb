// SPDX-License-Identifier: MIT
#include "cli/watch/process_watch.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <utility>
#include <vector>

#include "cli/console/exit.h"
#include "cli/console/own_words.h"
#include "cli/console/program_name.h"
#include "cli/watch/watch_body.h"
#include "core/base/outlet.h"
#include "core/base/poller.h"
#include "core/base/say.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/dump/go_feed.h"
#include "core/dump/lazy_free_feed.h"
#include "core/dump/task_feed.h"
#include "core/listen/carry_over.h"
#include "core/listen/csv_recorder.h"
#include "core/listen/dump_keeper.h"
#include "core/listen/leak_command.h"
#include "core/listen/page_keeper.h"
#include "core/probe/exit_feed.h"
#include "core/probe/permission.h"
#include "core/probe/sampler.h"
#include "core/trend/aged.h"
#include "core/watch/loop.h"
#include "core/worker/go_profile.h"

namespace rampwatch::cli {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

// The Judge refuses fewer in a patience.
constexpr int kSamplesToJudge = 50;

class Watch final : private WatchBody, private watch::Listener {
  public:
    Watch(const TargetOptions& target, const WatchSettings& settings)
        : WatchBody(settings, target.has_command, settings.stop), target_(target) {}

    int run();
    void on_event(const Event& event, const watch::Session& session) override;

  private:
    [[nodiscard]] std::optional<Error> prepare();
    [[nodiscard]] std::optional<Error> begin();
    void open_carry_over();
    [[nodiscard]] bool may_read_stacks();
    void warn_of_sparse_samples();
    void loop();
    void say_verdict();
    int wait_for_command();
    [[nodiscard]] int conclude();
    [[nodiscard]] int watch_process();

    const TargetOptions& target_;
    std::optional<listen::PageKeeper> page_{};
    TargetHandle handle_{};
    Life life_{};
    std::optional<probe::Sampler> sampler_{};
    dump::LazyFreeFeed* lazy_free_ = nullptr;  // the sampler's
    std::optional<probe::ExitFeed> exit_{};
};

// What can be refused before a command is started.
std::optional<Error> Watch::prepare() {
    if (auto error = open_records(kMainTarget)) return error;
    open_stdout();
    stop_.on_signal = [this](const signalfd_siginfo& signal) {
        if (signal.ssi_signo == SIGWINCH) return screen_->redraw();
        if (handle_.command) handle_.command->pass_on(signal);
    };
    return std::nullopt;
}

// A watch goes on without what it has no right to; it names that, and the line that has the right.
bool Watch::may_read_stacks() {
    const probe::Process& process = *handle_.process;
    if (!process.alive()) return false;
    const std::string sudo = ::geteuid() == 0 ? "" : "sudo " + own_command_line();
    const std::string& pprof = settings_.dump.pprof.place;
    if (!process.may_inspect() && !pprof.empty() && pprof != worker::kPprofAuto) return true;
    const auto allowed = probe::may_dump(process.pid(), sudo);
    if (!allowed)
        say((process.may_inspect() ? "no stacks: " : "no stacks and no descriptors: ") +
            to_string(allowed.error()));
    return allowed && process.may_inspect();
}

void Watch::open_carry_over() {
    carry_over_.emplace(carry_over_options(settings_, target_.name.value_or(target_name(life_)), teller()),
                        teller());
    carry_over_->open(life_);
}

std::optional<Error> Watch::begin() {
    life_ = handle_.process->life();
    if (settings_.show_args) life_.command_line = probe::command_line(handle_.process->directory());
    open_carry_over();
    auto sampler = probe::Sampler::open(*handle_.process, settings_.interval, 0, carry_over_->life());
    if (!sampler) return sampler.error();
    sampler_.emplace(std::move(*sampler));
    const nanoseconds aged_after = trend::aged_after(settings_.session.judge.patience);
    sampler_->count_aged_threads(aged_after);
    exit_.emplace(*handle_.process, 0, carry_over_->life());
    dump::Settings dumps = settings_.dump;
    if (handle_.process->may_inspect()) {
        dumps.worker = std::make_shared<worker::Worker>(life_);
        sampler_->add(std::make_unique<dump::GoFeed>(dumps.worker,
                                                     dump::GoFeedSettings{settings_.interval, aged_after}));
        sampler_->add(std::make_unique<dump::TaskFeed>(
            dumps.worker, dump::TaskFeedSettings{settings_.interval, aged_after}));
        auto lazy_free = std::make_unique<dump::LazyFreeFeed>(dumps.worker, settings_.session.judge.patience);
        lazy_free_ = lazy_free.get();
        sampler_->add(std::move(lazy_free));
    }
    const auto who_is = [this](TargetId, LifeNumber) { return std::optional(life_); };
    open_heaps(dumps, who_is);
    dumps_.emplace(dumps, who_is);
    watch::Settings session = settings_.session;
    session.dumps = session.dumps && may_read_stacks();
    session.heaps = heaps_.has_value();
    session_.emplace(session);
    carry_over_->teach(*session_);
    return open_metrics(target_.name.value_or(target_name(life_)));
}

void Watch::warn_of_sparse_samples() {
    const auto& judge = settings_.session.judge;
    if (settings_.interval * kSamplesToJudge <= judge.patience) return;
    say(fmt::format(
        "--interval {}: nothing will be judged, since a patience of {} then holds fewer than {} samples",
        format_duration(settings_.interval), format_duration(judge.patience), kSamplesToJudge));
}

// By execve the process has become another program, which is a life of its own. What remembers gets this
// event from here, as what it keeps has to be opened anew for it.
void Watch::on_event(const Event& event, const watch::Session& session) {
    if (event.kind == Event::Kind::restarted && event.who) {
        life_ = *event.who;
        exit_->follow(event.life);
        carry_over_->go_on(life_, event.life, session);
    }
    if (lazy_free_ != nullptr) {
        if (const auto grows = dump::memory_grows(event)) lazy_free_->memory_grows(*grows);
    }
    for (watch::Listener* listener : carry_over_->listeners()) listener->on_event(event, session);
}

void Watch::loop() {
    std::vector<watch::Listener*> ours;
    if (settings_.save) {
        page_.emplace(*settings_.save, target_.name.value_or(target_name(life_)), program_name(), teller());
        ours.push_back(&*page_);
    }
    if (!settings_.on_leak.empty()) {
        const std::string name = target_.name.value_or(target_name(life_));
        on_leak_.emplace(listen::LeakCommandSettings{.words = settings_.on_leak, .target = name},
                         [this](bool ok, const std::string& line) {
                             if (!ok || !settings_.listener.quiet) say(line);
                         });
    }
    std::vector<Feed*> feeds = with_heaps({&*sampler_, &*exit_, &stop_, &*dumps_});
    if (on_leak_) feeds.push_back(&*on_leak_);
    watch::Loop loop(*session_, std::move(feeds), listeners({this}, ours), carry_over_->shift());
    loop.tell(
        fact::Appeared{.life = carry_over_->life(), .who = life_, .mono = boot_now(), .wall = wall_now()});
    turn(loop);
}

void Watch::say_verdict() {
    const auto verdict = std::make_shared<const Verdict>(session_->verdict());
    const Event ended{
        .kind = Event::Kind::ended, .mono = boot_now(), .wall = wall_now(), .who = life_, .verdict = verdict};
    listener_->on_event(ended, *session_);
    say_missing_samples();
}

// The watching is over, the command may not be: it is waited for, and signals still reach it.
int Watch::wait_for_command() {
    auto status = handle_.command->status();
    if (!status && !settings_.listener.quiet)
        say(fmt::format("the watch is over; waiting for the command (PID {}) to end",
                        handle_.command->pid()));
    Poller poller;
    while (!(status = handle_.command->status())) {
        err_.flush();
        poller.clear();
        poller.add(handle_.process ? handle_.process->pidfd() : -1);
        poller.add(signals_.fd());
        poller.wait(handle_.process ? std::nullopt : std::optional(boot_now() + kTryAgain));
        std::vector<Fact> none;
        signals_.collect(none);
        for (const signalfd_siginfo& signal : signals_.take_signals()) handle_.command->pass_on(signal);
    }
    return *status;
}

// Of the watch, once it is over; a command may still run.
int Watch::conclude() {
    const Verdict verdict = session_->verdict();
    if (stop_.samples() == 0 && stop_.ending()) {
        const Error error{Error::Kind::gone,
                          "it ended before the first sample; nothing was judged",
                          fmt::format("PID {}", handle_.process->pid()),
                          {}};
        say(to_string(error));
        return static_cast<int>(Exit::trouble);
    }
    say_verdict();
    if (!stop_.leak_told() && !verdict.ever_leak) return static_cast<int>(Exit::healthy);
    return settings_.leak_status.value_or(static_cast<int>(Exit::leak));
}

int Watch::watch_process() {
    if (const auto error = begin()) {
        say(to_string(*error));
        return static_cast<int>(Exit::trouble);
    }
    warn_of_sparse_samples();
    loop();
    carry_over_->end(*session_, stop_.reason());
    if (page_) page_->end(*session_);
    return conclude();
}

int Watch::run() {
    if (const auto error = prepare()) {
        const int status = complain(*error);
        return target_.has_command ? kOurTrouble : status;
    }
    if (target_.wait) say("waiting for the process to appear");
    auto handle = resolve(target_, [this] { return is_interrupted(); });
    if (!handle) {
        const int status = complain(handle.error());
        return target_.has_command ? launch_trouble(handle.error()) : status;
    }
    handle_ = std::move(*handle);
    int status = static_cast<int>(Exit::trouble);
    if (handle_.process) {
        status = watch_process();
    } else {
        say("the command ended before it could be looked at; nothing was judged");
    }
    out_.flush_for(kLastWords);
    if (handle_.command) {
        const int commands = wait_for_command();
        if (!stop_.leak_told() || !settings_.leak_status) status = commands;
    }
    err_.flush_for(kLastWords);
    return status;
}

}  // namespace

int run_watch(const TargetOptions& target, const WatchSettings& settings) {
    return Watch(target, settings).run();
}

}  // namespace rampwatch::cli
