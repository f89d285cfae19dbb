// SPDX-License-Identifier: MIT
// All processes of this host over a while: which of them grow?
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/error.h"
#include "core/model/target.h"
#include "core/model/verdict.h"
#include "core/probe/procps.h"
#include "core/report/scan_report.h"
#include "core/trend/judge.h"

namespace rampwatch::batch {

// Memory of each process is kept as small points until there are too many of them, or the scan is over. Then
// those that have grown get a Judge, and of the others every second point is forgotten: most of a host's
// processes never grow, and a Judge for each costs three times as much as its points.
class Scanner {
  public:
    static Result<Scanner> open(const trend::Settings& settings);

    // Once at all of them; of most there is nothing new, and a glance tells so.
    void look();

    // Those that grew, judged; `elapsed` and the interval are the caller's to add.
    [[nodiscard]] std::size_t growing() const;  // processes that have grown since they were first seen
    [[nodiscard]] report::ScanReport report();

  private:
    struct Point {
        std::int64_t mono_ns = 0;
        std::int64_t bytes = 0;
        std::int32_t threads = 0;
    };
    struct Key {
        std::int32_t pid = 0;
        std::uint64_t start_ticks = 0;
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const {
            return static_cast<std::size_t>(key.start_ticks * 0x9e3779b97f4a7c15ULL) ^
                   static_cast<std::size_t>(key.pid);
        }
    };
    struct Track {
        std::vector<Point> points{};
        std::unique_ptr<trend::Judge> judge{};  // once the points are too many
        Point first{}, last{};
        probe::Procps::Glance glance{};  // taken just before `last`, unless nothing has changed since
        std::int64_t looks = 0;
        std::int64_t seen_at = 0;
        std::int64_t stride = 1;  // of so many looks one is kept
    };

    Scanner(const trend::Settings& settings, probe::Procps procps)
        : settings_(settings), procps_(std::move(procps)) {}
    void add_look(const probe::Procps::Glance& glance, const probe::Figures& figures, std::int64_t now_ns);
    void add(Track& track, const Point& point);
    [[nodiscard]] static bool has_grown(const Track& track);
    [[nodiscard]] trend::Judge judge_of(const Track& track) const;
    static void feed(trend::Judge& judge, const Point& point);

    trend::Settings settings_;
    probe::Procps procps_;
    std::unordered_map<Key, Track, Hash> tracks_{};
    std::int64_t looks_ = 0;
    std::int64_t gone_ = 0;
};

}  // namespace rampwatch::batch
