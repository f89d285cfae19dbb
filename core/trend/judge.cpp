// SPDX-License-Identifier: MIT
#include "core/trend/judge.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "core/base/archive.h"
#include "core/trend/count_limits.h"
#include "core/trend/detector.h"
#include "core/trend/forecast.h"
#include "core/trend/java_heap.h"
#include "core/trend/limit_watch.h"

namespace rampwatch::trend {
namespace {

constexpr std::size_t kFewestLooks = 50;  // in a patience
constexpr double kMostMinGrowth = 16.0 * 1024 * 1024;
constexpr double kLeastMinGrowth = 1.0 * 1024 * 1024;

// The format's name and version; read on a host of another byte order it is another number.
constexpr std::uint64_t kMagic = 0x72616d7077000006;
constexpr std::uint64_t kFormats = 0x10000;  // the low 16 bits are the version

std::uint64_t checksum(std::span<const std::byte> bytes) {  // FNV-1a
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const std::byte byte : bytes)
        hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3ULL;
    return hash;
}

double room_to(const Limit& limit) {
    return static_cast<double>(limit.limit_bytes) - static_cast<double>(limit.used_bytes);
}

Look look_of(const Bucket& bucket, const Stat& stat) {
    return {.t_ns = bucket.mono.count(),
            .span_ns = std::clamp<std::int64_t>(bucket.span.count(), 0, bucket.mono.count()),
            .min = static_cast<double>(stat.min),
            .mean = std::clamp(stat.mean, static_cast<double>(stat.min), static_cast<double>(stat.max)),
            .last = static_cast<double>(stat.last),
            .count = static_cast<double>(std::max<std::int64_t>(bucket.count, 1))};
}

}  // namespace

struct Judge::State {
    explicit State(const Settings& s) : settings(s), times(s.patience), limit_watch(times) {}

    // False when the look is not later than the one before.
    bool begin_look(std::chrono::nanoseconds mono, std::chrono::nanoseconds wall, std::int64_t count,
                    std::optional<std::chrono::nanoseconds> process_age, const std::optional<Limit>& limit);
    void look(Series series, const Look& look);
    void end_look();
    void update_claim();
    void add_limit(SeriesVerdict& found) const;
    [[nodiscard]] SeriesContext context(Series series) const;
    [[nodiscard]] bool other_witness(Series series) const;
    [[nodiscard]] double min_growth() const;
    [[nodiscard]] Tuning tuning_of(Series series) const;
    [[nodiscard]] bool too_sparse() const;
    [[nodiscard]] bool uncollected() const;

    [[nodiscard]] bool sound() const;

    template <class Archive>
    void state(Archive& archive) {
        archive(magic, patience);
        if (magic != kMagic || patience != settings.patience) return;  // nothing after them is understood
        archive(samples, lives, new_life, started, now, wall, life_started, watched_before_s, age, recent_ns,
                looks, ever_leak);
        bool limited = limit.has_value();
        archive(limited);
        if (limited && !limit) limit.emplace();
        if (limited) archive(limit->kind, limit->limit_bytes, limit->used_bytes);
        bool noticed = near.has_value();
        archive(noticed);
        if (noticed && !near) near.emplace();
        if (noticed) {
            archive(near->limit.kind, near->limit.limit_bytes, near->limit.used_bytes, near->beyond,
                    near->by_others, near->eta_s, near->eta_range_s.low, near->eta_range_s.high);
        }
        archive(limit_watch, count_limits, java);
        for (const Series series : kAllSeries) {
            auto& detector = detectors[index(series)];
            bool there = detector != nullptr;
            archive(there);
            if (there && !detector) detector = std::make_unique<Detector>(series, times, tuning_of(series));
            if (there) archive(*detector);
        }
    }

    Settings settings;
    Times times;
    LimitWatch limit_watch;
    CountLimits count_limits{};
    std::uint64_t magic = kMagic;
    std::chrono::nanoseconds patience = settings.patience;
    std::array<std::unique_ptr<Detector>, kSeriesCount> detectors{};

    std::int64_t samples = 0;
    int lives = 0;
    bool new_life = true;
    std::chrono::nanoseconds started{}, now{}, wall{}, life_started{};
    double watched_before_s = 0;  // in earlier lives
    std::optional<std::chrono::nanoseconds> age{};
    std::optional<Limit> limit{};
    std::array<std::int64_t, kFewestLooks> recent_ns{};  // times of the last looks of this life, a ring
    std::int64_t looks = 0;                              // of this life
    bool block_finished = false;                         // by the look in hand
    bool ever_leak = false;
    JavaHeap java{};
    std::optional<Forecast> near{};
    Claim claim = Claim::undecided;  // the strongest of the detectors'
};

bool Judge::State::sound() const {
    const auto time = [](std::chrono::nanoseconds t) { return t.count() >= 0 && t.count() < kMostTime_ns; };
    const bool times_sound =
        time(started) && time(now) && time(life_started) &&
        std::ranges::all_of(recent_ns, [&](std::int64_t t) { return time(std::chrono::nanoseconds(t)); });
    const bool limit_sound =
        (!limit || limit->kind <= LimitKind::physical) && (!near || near->limit.kind <= LimitKind::physical);
    return times_sound && limit_sound && limit_watch.sound() && count_limits.sound() && java.sound() &&
           samples >= 0 && looks >= 0 && lives >= 0 && std::isfinite(watched_before_s) &&
           std::ranges::all_of(detectors,
                               [](const auto& detector) { return !detector || detector->sound(); });
}

bool Judge::State::begin_look(std::chrono::nanoseconds mono, std::chrono::nanoseconds wall_time,
                              std::int64_t count, std::optional<std::chrono::nanoseconds> process_age,
                              const std::optional<Limit>& nearest) {
    if (mono.count() < 0 || mono.count() >= kMostTime_ns || (samples > 0 && mono <= now)) return false;
    if (samples == 0) started = mono;
    if (new_life) {
        if (lives > 0) watched_before_s += std::chrono::duration<double>(now - life_started).count();
        life_started = mono;
        looks = 0;
        java = {};
        ++lives;
        new_life = false;
    }
    now = mono;
    wall = wall_time;
    const std::int64_t more = std::max<std::int64_t>(count, 1);
    samples = samples > INT64_MAX - more ? INT64_MAX : samples + more;  // a bucket may claim any count
    age = process_age;
    if (nearest) {
        limit = nearest;
        limit_watch.look(mono.count(), *nearest);
    }
    recent_ns[static_cast<std::size_t>(looks) % kFewestLooks] = mono.count();
    ++looks;
    return true;
}

double Judge::State::min_growth() const {
    if (settings.min_growth_bytes) return static_cast<double>(*settings.min_growth_bytes);
    if (!limit || limit->limit_bytes <= 0) return kMostMinGrowth;
    return std::clamp(.05 * static_cast<double>(limit->limit_bytes), kLeastMinGrowth, kMostMinGrowth);
}

// What was asked for by hand is the smallest rise that counts, whatever the process holds.
Tuning Judge::State::tuning_of(Series series) const {
    Tuning tuning = settings.tuning;
    if (is_bytes(series) && settings.min_growth_bytes)
        tuning.young_fraction = tuning.old_fraction = tuning.suspect_young_fraction = 0;
    return tuning;
}

// The last 50 looks, the one in hand included, took more than a patience; before there are 50, at the pace of
// those there are.
bool Judge::State::too_sparse() const {
    const auto patience_ns = settings.patience.count();
    const auto fewest = static_cast<std::int64_t>(kFewestLooks);
    if (looks < fewest) return (now - life_started).count() > patience_ns / fewest * looks;
    return now.count() - recent_ns[static_cast<std::size_t>(looks) % kFewestLooks] > patience_ns;
}

SeriesContext Judge::State::context(Series series) const {
    const double life_s = std::chrono::duration<double>(now - life_started).count();
    const auto& memory = detectors[index(Series::memory)];
    return {.watched_s = watched_before_s + life_s,
            .process_age_s = age ? std::chrono::duration<double>(*age).count() : life_s,
            .min_growth = is_bytes(series) ? min_growth() : static_cast<double>(settings.min_count),
            .company = series != Series::memory && memory && memory->claim() >= Claim::growing,
            .sparse = too_sparse(),
            .room = series == Series::memory && limit ? std::optional(room_to(*limit)) : std::nullopt,
            .other_witness = other_witness(series),
            .uncollected = series == Series::memory && uncollected(),
            .listener = settings.weighed ? &settings.weighed : nullptr,
            .table = settings.table};
}

// When what is left by the collections grows, that is known to be alive.
bool Judge::State::uncollected() const {
    const auto& memory = detectors[index(Series::memory)];
    const auto& left = detectors[index(Series::java_old)];
    if (!memory || (left && left->claim() >= Claim::growing)) return false;
    return java.explains(memory->floors().last() - memory->floors().first());
}

// Goroutines, or what a collector left of a heap, that grow beside memory: the other is its witness. Threads
// and descriptors are none: pools fill as the day's traffic comes, like caches.
bool Judge::State::other_witness(Series series) const {
    constexpr std::array kWitnesses = {Series::goroutines, Series::go_heap, Series::aged_goroutines,
                                       Series::java_old};
    const auto grows = [&](Series other) {
        const auto& detector = detectors[index(other)];
        return detector && detector->claim() >= Claim::growing;
    };
    if (series == Series::memory) return std::ranges::any_of(kWitnesses, grows);
    return std::ranges::find(kWitnesses, series) != kWitnesses.end() && grows(Series::memory);
}

void Judge::State::look(Series series, const Look& look) {
    java.look(series, look.last);
    if (!row_of(series).judged) return;
    auto& detector = detectors[index(series)];
    if (!detector) detector = std::make_unique<Detector>(series, times, tuning_of(series));
    if (detector->add(look)) return;
    detector->finish_until(look, context(series));
    block_finished = true;
}

void Judge::State::update_claim() {
    claim = Claim::undecided;
    for (const auto& detector : detectors) {
        if (detector) claim = std::max(claim, detector->claim());
    }
}

void Judge::State::add_limit(SeriesVerdict& found) const {
    found.count_limit = count_limits.limit(found.series, detectors[index(found.series)]->floors());
    found.count_limit_near = count_limits.near(found.series);
    if (!found.count_limit || found.claim < Claim::growing || !found.slope_per_s) return;
    const auto seen_s = std::chrono::duration<double>(now - *found.onset).count();
    const auto eta =
        time_to_fill(room_of(*found.count_limit), *found.slope_per_s, *found.slope_ci95_per_s, seen_s);
    if (!eta) return;
    found.count_forecast = CountForecast{.limit = *found.count_limit,
                                         .beyond = eta->beyond,
                                         .eta_s = eta->eta_s,
                                         .eta_range_s = eta->eta_range_s};
}

void Judge::State::end_look() {
    if (!block_finished) return;  // claims move with finished blocks only
    block_finished = false;
    update_claim();
    ever_leak |= claim == Claim::leak;
    near.reset();
    const auto& memory = detectors[index(Series::memory)];
    if (limit && memory) near = limit_watch.notice(*limit, memory->floors());
    for (const Series series : CountLimits::kSeries) {
        const auto& detector = detectors[index(series)];
        count_limits.notice(series, detector ? &detector->floors() : nullptr, limit_watch);
    }
}

Judge::Judge(const Settings& settings) : state_(std::make_unique<State>(settings)) {}
Judge::~Judge() = default;
Judge::Judge(Judge&&) noexcept = default;
Judge& Judge::operator=(Judge&&) noexcept = default;

void Judge::add(const Sample& sample) {
    if (!state_->begin_look(sample.mono, sample.wall, 1, sample.age, sample.limit)) return;
    state_->count_limits.look(sample);
    const auto look = [&](Series series, std::int64_t value) {
        const auto v = static_cast<double>(value);
        state_->look(series, {.t_ns = sample.mono.count(), .min = v, .mean = v, .last = v});
    };
    look(Series::memory, *value_of(sample, Series::memory));
    for (const SeriesRow& row : kSeriesRows) {  // without a call for what is not there
        if (row.member == nullptr) continue;
        if (const auto& value = sample.*row.member) look(row.series, *value);
    }
    state_->end_look();
}

void Judge::add(const Bucket& bucket) {
    if (!state_->begin_look(bucket.mono, bucket.wall, bucket.count, bucket.age, bucket.limit)) return;
    state_->count_limits.look(bucket);
    for (const Series series : kAllSeries) {
        if (const auto& stat = bucket.series[index(series)]) state_->look(series, look_of(bucket, *stat));
    }
    state_->end_look();
}

void Judge::restart() {
    if (state_->samples == 0) return;
    state_->new_life = true;
    for (const Series series : kAllSeries) {
        if (const auto& detector = state_->detectors[index(series)])
            detector->restart(state_->context(series));
    }
    state_->update_claim();
    state_->near.reset();
    state_->count_limits.forget_notices();
}

std::vector<std::byte> Judge::save() const {
    StateWriter writer;
    state_->state(writer);
    std::vector<std::byte> bytes = writer.release();
    std::uint64_t sum = checksum(bytes);
    StateWriter tail;
    tail(sum);
    const auto more = tail.release();
    bytes.insert(bytes.end(), more.begin(), more.end());
    return bytes;
}

Result<Judge> Judge::load(std::span<const std::byte> bytes, const Settings& settings) {
    const auto refuse = [](std::string what) {
        return Error{Error::Kind::bad_input, std::move(what), "", "remove it to start over"};
    };
    std::uint64_t sum = 0;
    if (bytes.size() < sizeof sum) return refuse("saved state: cut short");
    const auto body = bytes.first(bytes.size() - sizeof sum);
    StateReader tail(bytes.last(sizeof sum));
    tail(sum);
    if (sum != checksum(body)) return refuse("saved state: damaged");
    Judge judge(settings);
    StateReader reader(body);
    judge.state_->state(reader);
    if ((judge.state_->magic ^ kMagic) < kFormats && judge.state_->magic < kMagic) {
        return Error{Error::Kind::unavailable, "saved state: of an earlier version", "",
                     "what it knew is learned anew"};
    }
    if (judge.state_->magic != kMagic) return refuse("saved state: of another version");
    if (judge.state_->patience != settings.patience) return refuse("saved state: of another patience");
    if (reader.failed() || !reader.at_end() || !judge.state_->sound()) return refuse("saved state: damaged");
    judge.state_->update_claim();
    return judge;
}

Claim Judge::claim() const { return state_->claim; }

Claim Judge::claim(Series series) const {
    const auto& detector = state_->detectors[index(series)];
    return detector ? detector->claim() : Claim::undecided;
}

SeriesSet Judge::limits_near() const {
    SeriesSet near = state_->near ? bit_of(Series::memory) : 0;
    for (const Series series : CountLimits::kSeries)
        if (state_->count_limits.near(series)) near |= bit_of(series);
    return near;
}

std::optional<Forecast> Judge::limit_near() const { return state_->near; }

Verdict Judge::verdict() const {
    const State& s = *state_;
    Verdict verdict{.claim = claim(),
                    .samples = s.samples,
                    .started = s.started,
                    .now = s.now,
                    .life_started = s.life_started,
                    .process_started = s.age ? std::optional(s.now - *s.age) : std::nullopt,
                    .wall = s.wall,
                    .patience = s.settings.patience,
                    .lives = std::max(s.lives, 1),
                    .ever_leak = s.ever_leak,
                    .too_sparse = s.samples > 0 && s.too_sparse()};
    for (const Series series : kAllSeries) {
        const auto& detector = s.detectors[index(series)];
        if (!detector) continue;
        verdict.series[index(series)] = detector->verdict(s.context(series));
        if (!verdict.leading && detector->claim() == verdict.claim && verdict.claim >= Claim::growing) {
            verdict.leading = series;
        }
    }
    if (!verdict.leading && s.samples > 0) verdict.leading = Series::memory;
    const auto& memory = verdict.series[index(Series::memory)];
    if (memory && s.limit && memory->slope_per_s && memory->claim >= Claim::growing) {
        const auto seen = std::chrono::duration<double>(s.now - *memory->onset).count();
        verdict.forecast = forecast(*s.limit, *memory->slope_per_s, *memory->slope_ci95_per_s,
                                    s.detectors[index(Series::memory)]->usual_swing(), seen);
    }
    verdict.limit_near = s.near;
    for (const Series series : CountLimits::kSeries) {
        if (auto& found = verdict.series[index(series)]) s.add_limit(*found);
    }
    return verdict;
}

}  // namespace rampwatch::trend
