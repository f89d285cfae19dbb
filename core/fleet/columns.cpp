// SPDX-License-Identifier: MIT
#include "core/fleet/columns.h"

#include <algorithm>
#include <limits>

#include "core/model/series.h"

namespace rampwatch::fleet {
namespace {

using std::chrono::nanoseconds;

constexpr double kMost = 9e15;     // of anything that is judged: 8 PiB
constexpr double kLatest_s = 9e9;  // since the Unix epoch
constexpr double kNoLimit = 4e18;  // cgroup v1 writes "none" as the largest number of pages
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

bool is_limit(Role role) { return role == Role::limit || role == Role::memory_limit; }

std::optional<std::int64_t> whole(std::optional<double> value) {
    return value ? std::optional<std::int64_t>(std::llround(*value)) : std::nullopt;
}

std::optional<Limit> limit_at(const Columns& columns, std::size_t target, std::size_t place,
                              const Sample& sample) {
    const auto of = [&](Role role, LimitKind kind, std::int64_t used) -> std::optional<Limit> {
        const auto most = columns.at(target, role, place);
        if (!most || *most <= 0) return std::nullopt;
        return Limit{kind, std::llround(*most), used};
    };
    if (sample.anon_bytes) {
        if (auto limit = of(Role::memory_limit, LimitKind::given, *sample.anon_bytes)) return limit;
    }
    return of(Role::limit, LimitKind::cgroup_max, sample.rss_bytes);
}

}  // namespace

void add(ValueNotes& to, const ValueNotes& more) {
    to.taken += more.taken;
    to.unknown += more.unknown;
    to.impossible += more.impossible;
    to.off_grid += more.off_grid;
    to.unordered += more.unordered;
    to.twice += more.twice;
    to.gaps += more.gaps;
}

bool Columns::make_room(Column& column, std::size_t place) {
    if (column.values.empty()) column.first = place;
    if (place < column.first) {
        const std::size_t more = column.first - place;
        if (cells_ + more > most_cells_) return false;
        column.values.insert(column.values.begin(), more, kNone);
        column.first = place;
        cells_ += more;
    }
    if (place >= column.first + column.values.size()) {
        const std::size_t more = place - column.first + 1 - column.values.size();
        if (cells_ + more > most_cells_) return false;
        column.values.resize(column.values.size() + more, kNone);
        cells_ += more;
    }
    return true;
}

bool Columns::put(std::size_t target, Role role, double time_s, double value) {
    if (!(time_s >= 0 && time_s < kLatest_s)) return ++notes_.off_grid, true;
    const auto place = place_of(grid_, std::llround(time_s * 1e3));
    if (!place) return ++notes_.off_grid, true;
    if (is_limit(role) && value > kNoLimit) return true;
    if (!std::isfinite(value)) return ++notes_.unknown, true;
    if (value > kMost || (value < 0 && !is_limit(role))) return ++notes_.impossible, true;
    Column& into = columns_[target * kRoleCount + index(role)];
    if (!make_room(into, *place)) return false;
    double& cell = into.values[*place - into.first];
    if (!std::isnan(cell)) return ++notes_.twice, true;
    cell = value;
    ++notes_.taken;
    return true;
}

void Columns::join(Columns&& more) {
    add(notes_, more.notes_);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        Column &ours = columns_[i], &theirs = more.columns_[i];
        if (ours.values.empty()) {
            cells_ += theirs.values.size();
            ours = std::move(theirs);
            continue;
        }
        for (std::size_t at = 0; at < theirs.values.size(); ++at) {
            if (std::isnan(theirs.values[at]) || !make_room(ours, theirs.first + at)) continue;
            double& cell = ours.values[theirs.first + at - ours.first];
            if (std::isnan(cell)) cell = theirs.values[at];
        }
    }
}

std::optional<double> Columns::at(std::size_t target, Role role, std::size_t place) const {
    const Column& from = column(target, role);
    if (place < from.first || place >= from.first + from.values.size()) return std::nullopt;
    const double value = from.values[place - from.first];
    return std::isnan(value) ? std::nullopt : std::optional(value);
}

std::pair<std::size_t, std::size_t> Columns::extent(std::size_t target) const {
    std::size_t first = grid_.count, end = 0;
    for (const Role role : {Role::memory, Role::resident, Role::only_series}) {
        const Column& one = column(target, role);
        if (one.values.empty()) continue;
        first = std::min(first, one.first);
        end = std::max(end, one.first + one.values.size());
    }
    return first < end ? std::pair(first, end) : std::pair(std::size_t{0}, std::size_t{0});
}

std::optional<std::variant<Sample, Bucket>> look_at(const Columns& columns, std::size_t target,
                                                    std::size_t place, bool by_memory, Series only) {
    const nanoseconds when = std::chrono::milliseconds(time_ms(columns.grid(), place));
    if (const auto value = columns.at(target, Role::only_series, place); value && !is_bytes(only)) {
        const std::int64_t count = std::llround(*value);
        Bucket bucket{.mono = when, .wall = when};
        bucket.series[index(only)] = Stat{count, count, count, static_cast<double>(count)};
        return bucket;
    }
    const auto only_value = whole(columns.at(target, Role::only_series, place));
    const auto memory = whole(columns.at(target, Role::memory, place));
    const auto resident = whole(columns.at(target, Role::resident, place));
    if (by_memory ? !memory : !resident && !only_value) return std::nullopt;
    Sample sample{.mono = when, .wall = when};
    sample.rss_bytes = only_value ? *only_value : resident.value_or(memory.value_or(0));
    if (by_memory) sample.anon_bytes = memory;
    if (sample.rss_bytes == 0) return std::nullopt;  // a process that has ended
    sample.threads = whole(columns.at(target, Role::threads, place));
    sample.fds = whole(columns.at(target, Role::fds, place));
    sample.goroutines = whole(columns.at(target, Role::goroutines, place));
    if (const auto start_s = columns.at(target, Role::start, place)) {
        const double age_s = std::chrono::duration<double>(when).count() - *start_s;
        if (*start_s > 0 && age_s >= 0) sample.age = std::chrono::milliseconds(std::llround(age_s * 1e3));
    }
    if (const auto cpu_s = columns.at(target, Role::cpu, place); cpu_s && *cpu_s < kLatest_s)
        sample.cpu = std::chrono::milliseconds(std::llround(*cpu_s * 1e3));
    sample.limit = limit_at(columns, target, place, sample);
    return sample;
}

}  // namespace rampwatch::fleet
