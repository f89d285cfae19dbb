// SPDX-License-Identifier: MIT
#include "cli/watch_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <utility>
#include <vector>

#include "cli/dump_keeper.h"
#include "cli/exit.h"
#include "cli/leak_command.h"
#include "cli/own_words.h"
#include "cli/page_keeper.h"
#include "cli/recorder.h"
#include "cli/watch_memory.h"
#include "core/base/outlet.h"
#include "core/base/poller.h"
#include "core/base/say.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/dump/go_feed.h"
#include "core/dump/lazy_free_feed.h"
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

// What a stopped output may take of our time at the end.
constexpr nanoseconds kLastWords = 2s;
// How soon what waits for a stopped output is tried again.
constexpr nanoseconds kTryAgain = 200ms;
// The Judge refuses fewer in a patience.
constexpr int kSamplesToJudge = 50;

class Watch final : public watch::Listener {
  public:
    Watch(const TargetOptions& target, const WatchSettings& settings)
        : target_(target),
          settings_(settings),
          signals_(target.has_command),
          course_(signals_, settings.course) {}

    int run();
    void take(const Event& event, const watch::Session& session) override;

  private:
    void say(const std::string& line);
    [[nodiscard]] std::optional<Error> prepare();
    [[nodiscard]] std::optional<Error> begin();
    void open_memory();
    [[nodiscard]] bool may_read_stacks();
    void warn_of_sparse_samples();
    void loop();
    void say_verdict();
    int wait_for_command();
    [[nodiscard]] int conclude();
    [[nodiscard]] int watch_process();
    [[nodiscard]] bool is_interrupted();

    const TargetOptions& target_;
    const WatchSettings& settings_;
    Signals signals_;
    Course course_;
    Outlet out_{STDOUT_FILENO};
    Outlet err_{STDERR_FILENO};
    Terminal err_terminal_ = terminal_of(STDERR_FILENO);
    std::unique_ptr<WatchListener> listener_{};
    std::optional<Recorder> recorder_{};
    std::optional<DumpKeeper> keeper_{};
    std::optional<WatchMemory> memory_{};
    std::optional<PageKeeper> page_{};
    std::unique_ptr<MetricsKeeper> metrics_{};
    std::optional<LeakCommand> on_leak_{};
    TargetHandle handle_{};
    Life life_{};
    std::optional<probe::Sampler> sampler_{};
    dump::LazyFreeFeed* lazy_free_ = nullptr;  // the sampler's
    std::optional<probe::ExitFeed> exit_{};
    std::optional<dump::DumpFeed> dumps_{};
    std::optional<watch::Session> session_{};
};

// On a terminal the status line may stand where this goes.
void Watch::say(const std::string& line) {
    const char* clear = err_terminal_.can_redraw ? "\r\x1b[J" : "";
    err_.write(fmt::format("{}rampwatch: {}\n", clear, line), Outlet::Worth::much);
}

// What can be refused before a command is started.
std::optional<Error> Watch::prepare() {
    if (settings_.record) {
        auto writer = store::CsvWriter::create(*settings_.record);
        if (!writer) return writer.error();
        recorder_.emplace(std::move(*writer), [this](const std::string& line) { say(line); });
    }
    if (settings_.dump_directory) {
        auto keeper =
            DumpKeeper::open(*settings_.dump_directory, [this](const std::string& line) { say(line); });
        if (!keeper) return keeper.error();
        keeper_.emplace(std::move(*keeper));
    }
    const Terminal terminal = terminal_of(STDOUT_FILENO);
    listener_ = settings_.json ? json_listener(out_, settings_.listener)
                               : text_listener(out_, STDOUT_FILENO, terminal, settings_.listener);
    course_.on_signal = [this](const signalfd_siginfo& signal) {
        if (signal.ssi_signo == SIGWINCH) return listener_->redraw();
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

void Watch::open_memory() {
    const Say tell = [this](const std::string& line) { say(line); };
    memory_.emplace(memory_options(settings_, target_.name.value_or(target_name(life_)), tell), tell);
    memory_->open(life_);
}

std::optional<Error> Watch::begin() {
    life_ = handle_.process->life();
    if (settings_.show_args) life_.command_line = probe::command_line(handle_.process->directory());
    open_memory();
    auto sampler = probe::Sampler::open(*handle_.process, settings_.interval, 0, memory_->life());
    if (!sampler) return sampler.error();
    sampler_.emplace(std::move(*sampler));
    const nanoseconds aged_after = trend::aged_after(settings_.session.judge.patience);
    sampler_->count_aged_threads(aged_after);
    exit_.emplace(*handle_.process, 0, memory_->life());
    dump::Settings dumps = settings_.dump;
    if (handle_.process->may_inspect()) {
        dumps.worker = std::make_shared<worker::Worker>(life_);
        sampler_->add(std::make_unique<dump::GoFeed>(dumps.worker,
                                                     dump::GoFeedSettings{settings_.interval, aged_after}));
        auto lazy_free = std::make_unique<dump::LazyFreeFeed>(dumps.worker, settings_.session.judge.patience);
        lazy_free_ = lazy_free.get();
        sampler_->add(std::move(lazy_free));
    }
    dumps_.emplace(dumps, [this](TargetId, LifeNumber) { return std::optional(life_); });
    watch::Settings session = settings_.session;
    session.dumps = session.dumps && may_read_stacks();
    session_.emplace(session);
    memory_->teach(*session_);
    auto metrics = MetricsKeeper::open(settings_.metrics, target_.name.value_or(target_name(life_)),
                                       settings_.interval, [this](const std::string& line) { say(line); });
    if (!metrics) return metrics.error();
    metrics_ = std::move(*metrics);
    return std::nullopt;
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
void Watch::take(const Event& event, const watch::Session& session) {
    if (event.kind == Event::Kind::restarted && event.who) {
        life_ = *event.who;
        exit_->follow(event.life);
        memory_->go_on(life_, event.life, session);
    }
    if (lazy_free_ != nullptr) {
        if (const auto grows = dump::memory_grows(event)) lazy_free_->memory_grows(*grows);
    }
    for (watch::Listener* listener : memory_->listeners()) listener->take(event, session);
}

void Watch::loop() {
    std::vector<watch::Listener*> listeners = {&course_, listener_.get()};
    if (recorder_) listeners.insert(listeners.begin(), &*recorder_);
    if (keeper_) listeners.push_back(&*keeper_);
    if (settings_.save) {
        page_.emplace(*settings_.save, target_.name.value_or(target_name(life_)),
                      [this](const std::string& line) { say(line); });
        listeners.push_back(&*page_);
    }
    if (metrics_) listeners.push_back(metrics_.get());
    if (!settings_.on_leak.empty()) {
        const std::string name = target_.name.value_or(target_name(life_));
        on_leak_.emplace(LeakCommandSettings{.words = settings_.on_leak, .target = name},
                         [this](bool ok, const std::string& line) {
                             if (!ok || !settings_.listener.quiet) say(line);
                         });
        listeners.push_back(&*on_leak_);
    }
    listeners.insert(listeners.begin(), this);
    std::vector<Feed*> feeds = {&*sampler_, &*exit_, &course_, &*dumps_};
    if (on_leak_) feeds.push_back(&*on_leak_);
    watch::Loop loop(*session_, std::move(feeds), std::move(listeners), memory_->shift());
    loop.on_spin = [this](const std::string& line) { say(line); };
    loop.tell(fact::Appeared{.life = memory_->life(), .who = life_, .mono = boot_now(), .wall = wall_now()});
    loop.run([this] {
        out_.flush();
        err_.flush();
        const bool waits = out_.waits() || err_.waits();
        course_.wake_at(waits ? std::optional(boot_now() + kTryAgain) : std::nullopt);
        return course_.now();
    });
}

void Watch::say_verdict() {
    const auto verdict = std::make_shared<const Verdict>(session_->verdict());
    const Event ended{
        .kind = Event::Kind::ended, .mono = boot_now(), .wall = wall_now(), .who = life_, .verdict = verdict};
    listener_->take(ended, *session_);
    if (recorder_ && recorder_->missing() > 0)
        say(fmt::format("{} samples are missing from {}", recorder_->missing(), escape(*settings_.record)));
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
        signals_.take(none);
        for (const signalfd_siginfo& signal : signals_.take_signals()) handle_.command->pass_on(signal);
    }
    return *status;
}

// Of the watch, once it is over; a command may still run.
int Watch::conclude() {
    const Verdict verdict = session_->verdict();
    if (course_.samples() == 0 && course_.ending()) {
        const Error error{Error::Kind::gone,
                          "it ended before the first sample; nothing was judged",
                          fmt::format("PID {}", handle_.process->pid()),
                          {}};
        say(to_string(error));
        return static_cast<int>(Exit::trouble);
    }
    say_verdict();
    if (!course_.leak_told() && !verdict.ever_leak) return static_cast<int>(Exit::healthy);
    return settings_.leak_status.value_or(static_cast<int>(Exit::leak));
}

int Watch::watch_process() {
    if (const auto error = begin()) {
        say(to_string(*error));
        return static_cast<int>(Exit::trouble);
    }
    warn_of_sparse_samples();
    loop();
    memory_->end(*session_, course_.reason());
    if (page_) page_->end(*session_);
    return conclude();
}

// Interrupted while it waits: the signals were ours to take.
bool Watch::is_interrupted() {
    std::vector<Fact> none;
    signals_.take(none);
    const auto signals = signals_.take_signals();
    return std::any_of(signals.begin(), signals.end(),
                       [](const signalfd_siginfo& signal) { return signal.ssi_signo != SIGWINCH; });
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
        if (!course_.leak_told() || !settings_.leak_status) status = commands;
    }
    err_.flush_for(kLastWords);
    return status;
}

}  // namespace

int run_watch(const TargetOptions& target, const WatchSettings& settings) {
    return Watch(target, settings).run();
}

MemoryOptions memory_options(const WatchSettings& settings, std::string target, const Say& say,
                             TargetId whole) {
    MemoryOptions options{.state_path = settings.state, .target = whole};
    if (!settings.history) return options;
    auto history = read_history_options(*settings.history, std::move(target));
    if (!history) {
        say("no history: " + to_string(history.error()));
        return options;
    }
    const trend::Settings& judge = settings.session.judge;
    history->watching = {.interval = settings.interval,
                         .patience = judge.patience,
                         .min_growth_bytes = judge.min_growth_bytes,
                         .min_count = judge.min_count,
                         .whole = whole == kSumTarget};
    options.history = std::move(*history);
    return options;
}

}  // namespace rampwatch::cli
