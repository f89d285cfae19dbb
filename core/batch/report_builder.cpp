// SPDX-License-Identifier: MIT
#include "core/batch/report_builder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <thread>
#include <variant>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/model/bucket.h"
#include "core/probe/process.h"
#include "core/report/target_maker.h"
#include "core/report/text_event.h"
#include "core/store/history_absence.h"
#include "core/store/history_reader.h"
#include "core/store/saved_dump.h"
#include "core/watch/replay.h"

namespace rampwatch::batch {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr std::size_t kMostEvents = 100'000;
constexpr nanoseconds kShortestSilence = 10min;
constexpr double kLeastRise = 16.0 * 1024 * 1024;  // as the Judge has it without a limit
constexpr nanoseconds kClockMoved = 10s;           // between two readings of when a process began

// What one pass over a history's looks tells of its target.
class Pass {
  public:
    Pass(const ReportRequest& request, const std::vector<store::RecordedLife>& lives)
        : request_(request), lives_(lives) {}

    void play(const Record& record) {
        const Bucket look = std::holds_alternative<Sample>(record.look)
                                ? to_bucket(std::get<Sample>(record.look))
                                : std::get<Bucket>(record.look);
        const Sample sample =
            std::holds_alternative<Sample>(record.look) ? std::get<Sample>(record.look) : last_of(look);
        maker_.add(look, sample, record.life, look.wall >= request_.since_wall);
    }

    void on_event(Event event) {
        if (event.wall < request_.since_wall || event.kind == Event::Kind::started) return;
        if (const auto* life = recorded(event.life)) event.who = life->who;
        maker_.add(event);
    }

    void fill(report::TargetReport& target) const {
        maker_.fill(target);
        for (report::LifeSummary& summary : target.lives) {
            const auto* life = recorded(summary.number);
            if (life == nullptr) continue;
            summary.who = life->who;
            summary.ended_wall = life->ended_wall;
            summary.ending = life->ending;
        }
    }

  private:
    [[nodiscard]] const store::RecordedLife* recorded(LifeNumber number) const {
        const auto found = std::find_if(lives_.begin(), lives_.end(),
                                        [&](const auto& life) { return life.number == number; });
        return found == lives_.end() ? nullptr : &*found;
    }

    const ReportRequest& request_;
    const std::vector<store::RecordedLife>& lives_;
    report::TargetMaker maker_{kMostEvents};
};

trend::Settings settings_of(const std::optional<store::RecordedWatch>& watch) {
    trend::Settings settings;
    if (!watch) return settings;
    if (watch->how.patience >= 1s) settings.patience = watch->how.patience;
    settings.min_growth_bytes = watch->how.min_growth_bytes;
    if (watch->how.min_count > 0) settings.min_count = watch->how.min_count;
    return settings;
}

// How it was watched, in the options that say so again; what is at its default is not said.
std::string options_of(const std::optional<store::RecordedWatch>& watch) {
    if (!watch) return {};
    const trend::Settings usual;
    const store::Watching& how = watch->how;
    std::string text;
    if (how.patience >= 1s && how.patience != usual.patience)
        text += fmt::format(" --patience {}", duration_word(how.patience));
    if (how.min_growth_bytes) text += fmt::format(" --min-growth {}", *how.min_growth_bytes);
    if (how.min_count > 0 && how.min_count != usual.min_count)
        text += fmt::format(" --min-count {}", how.min_count);
    return text;
}

// The very process is there still. In a container a sandboxed watcher and a shell may read different boot
// ids; across boots the same number and the same tick is possible, the same second of the same day is not.
bool lives_on(const Life& who) {
    const auto process = probe::Process::open(who.pid);
    if (!process || !is_same_process(process->life(), who)) return false;
    const auto apart = std::chrono::abs(process->life().started_wall - who.started_wall);
    return process->life().boot_id == who.boot_id || apart <= kClockMoved;
}

// A process of the same program that began when that one had ended, or later.
std::optional<std::int32_t> runs_again(const Life& who, nanoseconds ended_wall) {
    if (who.executable.find('/') == std::string::npos) return std::nullopt;
    std::error_code error;
    for (std::filesystem::directory_iterator entry("/proc", error), end; !error && entry != end;
         entry.increment(error)) {
        const auto pid = parse_count(entry->path().filename().string());
        if (!pid || *pid == 0 || *pid > INT32_MAX) continue;
        const auto process = probe::Process::open(static_cast<std::int32_t>(*pid));
        if (process && process->life().executable == who.executable &&
            process->life().started_wall + 2s >= ended_wall)
            return process->pid();
    }
    return std::nullopt;
}

void add_endings(report::TargetReport& target, const std::vector<store::RecordedLife>& lives,
                 nanoseconds since_wall) {
    for (const auto& life : lives) {
        if (!life.ended_wall || *life.ended_wall < since_wall) continue;
        target.events.push_back(
            {life.ended_mono.value_or(0ns), *life.ended_wall, "gone", life.number,
             report::name_of(life.who) + " " + report::text_ending(life.ending.value_or(Ending{}))});
    }
}

bool add_dump(report::TargetReport& target, const store::RecordedDump& recorded, nanoseconds since_wall) {
    auto dump = store::read_dump(recorded.json);
    if (!dump) return false;
    target.dump_mono = recorded.mono;
    if (recorded.wall >= since_wall) {
        target.events.push_back({recorded.mono, recorded.wall, "dump", recorded.life,
                                 fmt::format("stacks were read ({})", escape(recorded.reason, 32))});
    }
    target.dump = std::move(*dump);
    return true;
}

report::WatchState state_of(const ReportRequest& request, const std::optional<store::RecordedWatch>& watch,
                            const report::TargetReport& target) {
    const bool is_absent = target.absent_wall && !request.until_wall;
    if (!watch || (watch->ended_wall && !is_absent)) return report::WatchState::ended;
    if (request.until_wall) return report::WatchState::watched;
    const nanoseconds heard =
        std::max(target.absent_wall.value_or(target.last_wall.value_or(0ns)), watch->began_wall);
    const nanoseconds longest = std::max<nanoseconds>(3 * watch->how.interval, kShortestSilence);
    if (request.now_wall - heard > longest) return report::WatchState::dead;
    return is_absent ? report::WatchState::absent : report::WatchState::watched;
}

Result<report::TargetReport> read_target(const ReportRequest& request, const std::string& name) {
    auto reader = store::HistoryReader::open(request.directory, name);
    if (!reader) return reader.error();
    const auto lives = reader->lives();
    if (!lives) return lives.error();
    const auto watch = reader->last_watch();
    if (!watch) return watch.error();
    auto looks = reader->looks(request.until_wall);
    if (!looks) return looks.error();
    Pass pass(request, *lives);
    const trend::Settings settings = settings_of(*watch);
    const auto verdict = watch::replay(**looks, {.judge = settings},
                                       {.event = [&](const Event& event) { pass.on_event(event); },
                                        .record = [&](const Record& record) { pass.play(record); }});
    if (!verdict) {
        Error error = verdict.error();
        if (error.where.empty()) error.where = escape(name, 64);
        return error;
    }
    report::TargetReport target{.name = name, .verdict = *verdict};
    pass.fill(target);
    if (!lives->empty()) {
        target.who = lives->back().who;
        target.life = lives->back().number;
        target.alive = !lives->back().ended_wall && lives_on(target.who);
        target.all_lives = static_cast<std::int64_t>(lives->size());
    }
    if (*watch) target.interval = (*watch)->how.interval;
    if (*watch) target.one_shot = (*watch)->how.one_shot;
    target.watch_options = options_of(*watch);
    if (*watch && (*watch)->reason == store::kAbsent) target.absent_wall = (*watch)->ended_wall;
    if (*watch && (*watch)->reason == store::kTargetEnded && !request.until_wall) {
        target.left_wall = (*watch)->ended_wall;
        if (target.left_wall) target.runs_again = runs_again(target.who, *target.left_wall);
    }
    add_endings(target, *lives, request.since_wall);
    const auto dump = reader->newest_dump(request.until_wall);
    if (dump && *dump) add_dump(target, **dump, request.since_wall);
    std::stable_sort(target.events.begin(), target.events.end(),
                     [](const auto& a, const auto& b) { return a.wall < b.wall; });
    const auto least = settings.min_growth_bytes;
    target.saw = report::restart_sawtooth(target.lives, least ? static_cast<double>(*least) : kLeastRise);
    target.watch = state_of(request, *watch, target);
    return target;
}

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

}  // namespace

std::string told_key(const std::string& directory, const std::string& target) {
    return directory + "/" + target;
}

Result<report::TargetReport> build_target_report(const ReportRequest& request, const std::string& name) {
    auto target = read_target(request, name);
    if (target && target->watch == report::WatchState::dead && store::is_written(request.directory, name)) {
        std::this_thread::sleep_for(2s);
        target = read_target(request, name);
    }
    if (!target) return target;
    const auto told = request.told.find(told_key(request.directory, name));
    if (told != request.told.end()) target->before = told->second;
    target->silenced =
        target->before.silent_until_wall && *target->before.silent_until_wall > request.now_wall;
    target->news = report::news_of(*target, request.now_wall);
    return target;
}

Result<report::Report> build_report(const ReportRequest& request) {
    report::Report report{.host = host_name(),
                          .since_wall = request.since_wall,
                          .until_wall = request.until_wall.value_or(request.now_wall),
                          .made_wall = request.now_wall,
                          .program = request.program};
    std::vector<std::string> names;
    for (const std::string& wanted : request.targets) {
        auto name = store::find_target(request.directory, wanted);
        if (name)
            names.push_back(std::move(*name));
        else
            report.troubles.push_back(name.error());
    }
    if (request.targets.empty()) {
        auto found = store::targets_in(request.directory);
        if (!found) return found.error();
        names = std::move(*found);
    }
    std::mutex mutex;
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t at = next++; at < names.size(); at = next++) {
            auto target = build_target_report(request, names[at]);
            const std::lock_guard lock(mutex);
            if (target) {
                report.targets.push_back(std::move(*target));
            } else if (target.error().kind == Error::Kind::unavailable &&
                       store::is_written(request.directory, names[at])) {
                continue;  // its first watch is just beginning
            } else {
                report.troubles.push_back(target.error());
            }
        }
    };
    {
        std::vector<std::jthread> workers;
        const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
        for (std::size_t i = 0; i < std::min(cores, names.size()); ++i) workers.emplace_back(work);
    }
    report::sort_by_urgency(report.targets);
    return report;
}

}  // namespace rampwatch::batch
