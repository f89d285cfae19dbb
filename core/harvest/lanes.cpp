// SPDX-License-Identifier: MIT
#include "core/harvest/lanes.h"

#include <algorithm>
#include <unordered_map>

#include "core/fleet/workload.h"
#include "core/model/bucket.h"

namespace rampwatch::harvest {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr nanoseconds kSameStart = 5s;  // start times out of a clock of ticks wobble by less
const watch::ReplayListener kNobody{};

nanoseconds moment(const fleet::Grid& grid, std::size_t place) {
    return std::chrono::milliseconds(time_ms(grid, place));
}

}  // namespace

Lanes::Lanes(const std::vector<Labels>& targets, fleet::Grouping grouping, Series only,
             const trend::Settings& judge, bool with_charts)
    : labels_(targets), only_(only), judge_(judge), with_charts_(with_charts), members_(targets.size()) {
    std::unordered_map<std::string, std::size_t> kinds;
    for (std::size_t i = 0; i < targets.size(); ++i)
        members_[i].kind =
            kinds.try_emplace(fleet::lane_key_of(targets[i], grouping), kinds.size()).first->second;
}

// A lane is free for who comes after its owner has gone: one that is still to come in this piece has not.
Lanes::Lane& Lanes::lane_for(std::size_t target, const fleet::Columns& columns, nanoseconds begin,
                             const std::vector<bool>& done) {
    Member& member = members_[target];
    if (member.lane != nullptr && member.lane->owner == target) return *member.lane;
    for (Lane& lane : lanes_) {
        const auto [first, end] = columns.extent(lane.owner);
        const bool is_over = done[lane.owner] || first == end;
        if (lane.kind != member.kind || !is_over || lane.last >= begin) continue;
        lane.owner = target;
        ++lane.life;
        ++lane.targets;
        lane.started.reset();
        member.lane = &lane;
        return lane;
    }
    lanes_.push_back(
        Lane{.replayer = watch::Replayer({.judge = judge_}, kNobody), .owner = target, .kind = member.kind});
    member.lane = &lanes_.back();
    return lanes_.back();
}

void Lanes::take_look(Lane& lane, std::variant<Sample, Bucket> look) {
    const auto* sample = std::get_if<Sample>(&look);
    lane.last_look = sample != nullptr ? *sample : last_of(std::get<Bucket>(look));
    if (const auto age = lane.last_look.age) {
        const nanoseconds started = lane.last_look.mono - *age;
        if (lane.started && started > *lane.started + kSameStart) ++lane.life;
        lane.started = started;
    }
    if (lane.life != lane.shown_life) lane.first_look = lane.last_look;
    lane.shown_life = lane.life;
    lane.last = lane.last_look.mono;
    if (with_charts_) lane.trails.add(sample != nullptr ? to_bucket(*sample) : std::get<Bucket>(look));
    lane.replayer.play({.life = lane.life, .look = std::move(look)});
}

void Lanes::feed(std::size_t target, const fleet::Columns& columns, Lane& lane) {
    Member& member = members_[target];
    member.by_memory |= columns.has(target, fleet::Role::memory);
    const nanoseconds step = std::chrono::milliseconds(columns.grid().step_ms);
    const auto [first, end] = columns.extent(target);
    for (std::size_t place = first; place < end; ++place) {
        auto look = fleet::look_at(columns, target, place, member.by_memory, only_);
        if (!look) continue;
        if (member.seen && moment(columns.grid(), place) > lane.last + step) ++gaps_;
        member.seen = true;
        take_look(lane, std::move(*look));
    }
}

void Lanes::take(const fleet::Columns& columns) {
    std::vector<std::size_t> order;
    for (std::size_t target = 0; target < members_.size(); ++target) {
        const auto [first, end] = columns.extent(target);
        if (first < end) order.push_back(target);
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return columns.extent(a).first < columns.extent(b).first;
    });
    std::vector<bool> done(members_.size());
    for (const std::size_t target : order) {
        const nanoseconds begin = moment(columns.grid(), columns.extent(target).first);
        feed(target, columns, lane_for(target, columns, begin, done));
        done[target] = true;
    }
}

std::vector<Judged> Lanes::result() const {
    std::vector<Judged> all;
    for (const Lane& lane : lanes_) {
        if (lane.last == 0ns) continue;
        const Labels& labels = labels_[lane.owner];
        all.push_back({.labels = labels,
                       .workload = fleet::workload_of(labels),
                       .verdict = lane.replayer.verdict(),
                       .context = {.first = lane.first_look, .last = lane.last_look},
                       .targets = lane.targets,
                       .charts = with_charts_ ? lane.trails.points() : report::SeriesCharts{}});
    }
    return all;
}

std::int64_t Lanes::silent() const {
    return std::count_if(members_.begin(), members_.end(), [](const Member& member) { return !member.seen; });
}

}  // namespace rampwatch::harvest
