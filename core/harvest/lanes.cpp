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

constexpr nanoseconds kSameStart = 5s;    // start times out of a clock of ticks wobble by less
constexpr nanoseconds kBeginning = 6min;  // what is there that soon may have been there before
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

fleet::RestartSigns Lanes::signs_of(const fleet::Columns& columns, bool start_seen) const {
    const nanoseconds step = std::chrono::milliseconds(columns.grid().step_ms);
    return {static_cast<std::size_t>(judge_.patience / step), start_seen};
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
        play(lane, lane.signs.finish());
        lane.signs = signs_of(columns, true);
        lane.owner = target;
        ++lane.life;
        ++lane.targets;
        lane.started.reset();
        member.lane = &lane;
        return lane;
    }
    lanes_.push_back(Lane{.replayer = watch::Replayer({.judge = judge_}, kNobody),
                          .owner = target,
                          .kind = member.kind,
                          .signs = signs_of(columns, begin > *begin_ + kBeginning)});
    member.lane = &lanes_.back();
    return lanes_.back();
}

void Lanes::play(Lane& lane, std::variant<Sample, Bucket> look) {
    const auto* sample = std::get_if<Sample>(&look);
    lane.last_look = sample != nullptr ? *sample : last_of(std::get<Bucket>(look));
    if (lane.life != lane.shown_life) lane.first_look = lane.last_look;
    lane.shown_life = lane.life;
    if (with_charts_) lane.trails.add(sample != nullptr ? to_bucket(*sample) : std::get<Bucket>(look));
    lane.replayer.play({.life = lane.life, .look = std::move(look)});
}

void Lanes::play(Lane& lane, const fleet::RestartSigns::Decision& decision) {
    if (decision.begins) ++lane.life;
    for (std::size_t i = 0; i < decision.looks; ++i) play(lane, std::move(lane.held[i]));
    lane.held.erase(lane.held.begin(), lane.held.begin() + static_cast<std::ptrdiff_t>(decision.looks));
}

void Lanes::take_look(Lane& lane, std::variant<Sample, Bucket> look, bool after_silence) {
    const auto* sample = std::get_if<Sample>(&look);
    lane.last = sample != nullptr ? sample->mono : std::get<Bucket>(look).mono;
    if (sample == nullptr) return play(lane, std::move(look));
    if (sample->age) {
        play(lane, lane.signs.finish());
        const nanoseconds started = sample->mono - *sample->age;
        if (lane.started && started > *lane.started + kSameStart) ++lane.life;
        lane.started = started;
        return play(lane, std::move(look));
    }
    fleet::RestartSigns::Look sign{.bytes = static_cast<double>(*value_of(*sample, Series::memory)),
                                   .after_silence = after_silence};
    if (sample->cpu) sign.cpu_s = std::chrono::duration<double>(*sample->cpu).count();
    lane.held.push_back(std::move(look));
    play(lane, lane.signs.add(sign));
}

void Lanes::feed(std::size_t target, const fleet::Columns& columns, Lane& lane) {
    Member& member = members_[target];
    member.by_memory |= columns.has(target, fleet::Role::memory);
    const nanoseconds step = std::chrono::milliseconds(columns.grid().step_ms);
    const auto [first, end] = columns.extent(target);
    for (std::size_t place = first; place < end; ++place) {
        auto look = fleet::look_at(columns, target, place, member.by_memory, only_);
        if (!look) continue;
        const bool after_silence = member.seen && moment(columns.grid(), place) > lane.last + step;
        gaps_ += after_silence ? 1 : 0;
        member.seen = true;
        take_look(lane, std::move(*look), after_silence);
    }
}

void Lanes::take(const fleet::Columns& columns) {
    if (!begin_) begin_ = moment(columns.grid(), 0);
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

std::vector<Judged> Lanes::result() {
    std::vector<Judged> all;
    for (Lane& lane : lanes_) {
        play(lane, lane.signs.finish());
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
