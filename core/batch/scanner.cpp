// SPDX-License-Identifier: MIT
#include "core/batch/scanner.h"

#include <algorithm>

#include "core/base/file.h"
#include "core/base/poller.h"
#include "core/probe/process.h"
#include "core/probe/service_group.h"

namespace rampwatch::batch {
namespace {

constexpr std::size_t kMostPoints = 720;           // two hours at 10 s; 17 KiB
constexpr std::int64_t kWorthJudging = 64 * 1024;  // bytes; what grew by less is not looked at further
constexpr std::int64_t kFewestThreads = 5;

}  // namespace

Result<Scanner> Scanner::open(const trend::Settings& settings) {
    auto procps = probe::Procps::open();
    if (!procps) return procps.error();
    return Scanner(settings, std::move(*procps));
}

void Scanner::feed(trend::Judge& judge, const Point& point) {
    judge.add(Sample{.mono = std::chrono::nanoseconds(point.mono_ns),
                     .rss_bytes = point.bytes,
                     .anon_bytes = point.bytes,
                     .threads = point.threads});
}

trend::Judge Scanner::judge_of(const Track& track) const {
    trend::Judge judge(settings_);
    for (const Point& point : track.points) feed(judge, point);
    return judge;
}

bool Scanner::has_grown(const Track& track) {
    return track.last.bytes - track.first.bytes >= kWorthJudging ||
           track.last.threads - track.first.threads >= kFewestThreads;
}

void Scanner::add(Track& track, const Point& point) {
    if (track.looks++ == 0) track.first = point;
    track.last = point;
    track.seen_at = looks_;
    if (track.judge) {
        feed(*track.judge, point);
        return;
    }
    if (track.looks % track.stride == 0) track.points.push_back(point);
    if (track.points.size() < kMostPoints) return;
    if (!has_grown(track)) {
        for (std::size_t i = 0; i < track.points.size() / 2; ++i) track.points[i] = track.points[2 * i + 1];
        track.points.resize(track.points.size() / 2);
        track.stride *= 2;
        return;
    }
    track.judge = std::make_unique<trend::Judge>(judge_of(track));
    track.points = {};
}

void Scanner::add_look(const probe::Procps::Glance& glance, const probe::Figures& figures,
                       std::int64_t now_ns) {
    Track& track = tracks_[{glance.pid, glance.start_ticks}];
    track.glance = glance;
    add(track, {now_ns, figures.anon_bytes.value_or(figures.rss_bytes) + figures.swap_bytes,
                static_cast<std::int32_t>(std::min<std::int64_t>(figures.threads, INT32_MAX))});
}

void Scanner::look() {
    const auto now = boot_now().count();
    ++looks_;
    std::vector<probe::Procps::Glance> changed = procps_.glance_all();
    const std::size_t all = changed.size();
    std::erase_if(changed, [&](const auto& glance) {
        const auto found = tracks_.find({glance.pid, glance.start_ticks});
        if (found == tracks_.end() || found->second.glance != glance) return false;
        add(found->second, {now, found->second.last.bytes, found->second.last.threads});
        return true;
    });
    if (2 * changed.size() > all) {  // then all at once cost less than each by itself
        std::unordered_map<Key, probe::Figures, Hash> figures;
        for (const auto& seen : procps_.read_all()) figures[{seen.pid, seen.start_ticks}] = seen.figures;
        for (const auto& glance : changed) {
            const auto found = figures.find({glance.pid, glance.start_ticks});
            if (found != figures.end()) add_look(glance, found->second, now);
        }
    } else {
        for (const auto& glance : changed) {
            if (const auto figures = procps_.read(glance.pid, glance.start_ticks))
                add_look(glance, *figures, now);
        }
    }
    gone_ += static_cast<std::int64_t>(
        std::erase_if(tracks_, [&](const auto& entry) { return entry.second.seen_at != looks_; }));
}

std::size_t Scanner::growing() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(tracks_, [](const auto& entry) { return has_grown(entry.second); }));
}

report::ScanReport Scanner::report() {
    report::ScanReport report{.gone = gone_, .looks = looks_, .patience = settings_.patience};
    for (const auto& [key, track] : tracks_) {
        ++report.processes;
        if (!has_grown(track) || track.looks < 3) continue;
        const auto process = probe::Process::open(key.pid);
        if (!process || process->life().start_ticks != key.start_ticks) continue;
        report::ScanRow row{.who = process->life(), .user = probe::user_name(process->uid())};
        if (const auto text = read_file(process->directory(), "cgroup")) row.who.unit = probe::unit_of(*text);
        row.verdict = track.judge ? track.judge->verdict() : judge_of(track).verdict();
        row.first_bytes = track.first.bytes;
        row.last_bytes = track.last.bytes;
        row.first_threads = track.first.threads;
        row.last_threads = track.last.threads;
        report.rows.push_back(std::move(row));
    }
    report::sort_by_growth(report.rows);
    return report;
}

}  // namespace rampwatch::batch
