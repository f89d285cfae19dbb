// SPDX-License-Identifier: MIT
#include "tools/learn/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>

#include "core/base/text.h"
#include "core/store/csv.h"
#include "tests/score/straight.h"

namespace rampwatch::learn {
namespace {

using score::Family;
using score::Life;
using std::chrono::nanoseconds;
using trend::Clues;

constexpr std::size_t kBest = 10;  // windows of a bag

// Stretches of a leak since it began, in patiences: each must be told by its own windows.
constexpr std::array<double, 6> kStages = {1.05, 1.35, 2.1, 3.2, 5, 8};

double seconds(nanoseconds time) { return std::chrono::duration<double>(time).count(); }

trend::Settings settings_of(const Family& family) {
    trend::Settings settings;
    if (family.recording) {
        settings.patience = nanoseconds(std::llround(score::kRecordingPatience_s * 1e9));
        settings.min_growth_bytes = std::llround(score::kRecordingGrowth);
    }
    return settings;
}

// Calls `after(t)` after each look; ends when that is false.
template <class After>
void live(const Family& family, const Life& life, trend::Judge& judge, After after) {
    const auto value = life.value;
    std::size_t restart = 0;
    Sample sample;
    double began_s = 0;
    const double step_s = family.step_s();
    for (std::int64_t i = 0; static_cast<double>(i) * step_s < family.length_s(); ++i) {
        const double t = static_cast<double>(i) * step_s;
        const double now = value(t);
        if (restart < life.restarts_s.size() && t >= life.restarts_s[restart]) {
            ++restart;
            began_s = t;
            judge.restart();
        }
        sample.mono = nanoseconds(std::llround((t + 1) * 1e9));
        sample.age = nanoseconds(std::llround((t - began_s) * 1e9));
        if (family.count) {
            sample.rss_bytes = 100'000'000;
            sample.threads = std::llround(std::max(now, 1.0));
        } else {
            sample.rss_bytes = static_cast<std::int64_t>(std::max(now, 0.0)) & ~std::int64_t{4095};
        }
        sample.anon_bytes = sample.rss_bytes;
        judge.add(sample);
        if (!after(t)) return;
    }
}

void of_life(const Family& family, std::uint64_t seed, std::size_t number, const trend::Table* table,
             double weight, std::vector<Bag>& bags) {
    score::Random random = random_of(family, seed, number);
    const Life life = family.make(random);
    const bool leak = family.truth == score::Truth::leak;
    auto settings = settings_of(family);
    const double patience_s = seconds(settings.patience);
    std::map<int, Collector> collectors;  // stage of a leak; -1 young, -2 old where there is none yet
    settings.weighed = [&](const trend::Weighed& one) {
        if (one.series != Series::memory) return;
        const Clues& clues = one.clues;
        if (!family.recording && std::isnan(clues[trend::Clue::day_before]))
            return;  // cannot be confirmed yet
        const double since = (static_cast<double>(one.now_ns) * 1e-9 - 1 - life.onset_s) / patience_s;
        int bag = clues.young ? -1 : -2;
        if (leak && since >= 0)
            bag = static_cast<int>(std::upper_bound(kStages.begin(), kStages.end(), since) - kStages.begin());
        collectors.try_emplace(bag, table, kBest, seed * 31 + number * 7 + static_cast<std::size_t>(bag + 2))
            .first->second.add(clues);
    };
    trend::Judge judge(settings);
    const double until_s = leak ? life.onset_s + kStages.back() * patience_s : 1e18;
    live(family, life, judge, [&](double t) { return t < until_s; });
    for (auto& [bag, collector] : collectors) {
        bags.push_back(
            {.leak = bag >= 0, .weight = bag >= 0 ? .5 * weight : weight, .rows = collector.take()});
    }
}

std::vector<Family> taught() {
    std::vector<Family> families;
    for (const auto set : {score::memory_families(), score::traffic_families(), score::life_families(),
                           score::recording_families()}) {
        for (const Family& family : set) {
            if (!family.count && family.truth != score::Truth::policy) families.push_back(family);
        }
    }
    return families;
}

}  // namespace

void Collector::add(const Clues& clues) {
    ++seen_;
    const std::size_t room = table_ != nullptr ? most_ : 2 * most_;
    if (some_.size() < room) {
        some_.push_back(clues);
    } else if (const auto at = random_.bits() % seen_; at < room) {
        some_[at] = clues;
    }
    if (table_ == nullptr) return;
    const double db = weigh(clues, *table_).sum;
    if (best_.size() == most_ && db <= best_.back().first) return;
    const auto at =
        std::ranges::upper_bound(best_, db, std::greater{}, [](const auto& one) { return one.first; });
    best_.insert(at, {db, clues});
    if (best_.size() > most_) best_.pop_back();
}

std::vector<Clues> Collector::take() {
    std::vector<Clues> rows = std::move(some_);
    for (const auto& [db, clues] : best_) rows.push_back(clues);
    return rows;
}

score::Random random_of(const Family& family, std::uint64_t seed, std::size_t life) {
    std::uint64_t mix = 0xcbf29ce484222325ULL ^ seed;
    for (const char c : family.name) mix = (mix ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return score::Random((mix ^ life) * 0x100000001b3ULL);
}

void simulate(const Recipe& recipe, const trend::Table* table, std::vector<Bag>& bags) {
    for (const Family& family : taught()) {
        const bool leak = family.truth == score::Truth::leak;
        auto lives =
            static_cast<std::size_t>(recipe.years * 365.25 * 86400 / score::kLength_s * (leak ? .25 : 1));
        if (family.recording) lives = static_cast<std::size_t>(recipe.recordings) / (leak ? 2 : 1);
        for (std::size_t i = 0; i < lives; ++i)
            of_life(family, recipe.seed, i, table, family.recording ? 2 : 1, bags);
        fmt::print(stderr, "{} ", family.name);
    }
    fmt::print(stderr, "\n");
}

std::vector<Trace> read_labels(const std::string& folder, std::vector<std::string>& programs) {
    std::ifstream file(folder + "/labels.csv");
    std::vector<Trace> traces;
    std::string line;
    std::getline(file,
                 line);  // file,origin,runtime,program,label,kind,true_slope_bytes_per_s,leak_start_s,note
    while (std::getline(file, line)) {
        const auto fields = split(trim(line), ',');
        if (fields.size() < 8) continue;
        const bool real = fields[1] == "real";
        Trace trace{.file = std::string(fields[0]), .label = std::string(fields[4])};
        trace.program = std::string(real ? fields[3].substr(0, fields[3].find(';')) : fields[0]);
        trace.leak_start_s = parse_number(fields[7]).value_or(0);
        auto at = std::ranges::find(programs, trace.program);
        if (at == programs.end()) at = programs.insert(programs.end(), trace.program);
        trace.group = static_cast<int>(at - programs.begin());
        traces.push_back(std::move(trace));
    }
    return traces;
}

namespace {

// A recording, read once.
const std::vector<Sample>& read_all(const std::string& path) {
    static std::map<std::string, std::vector<Sample>> cache;
    auto& samples = cache[path];
    if (!samples.empty()) return samples;
    const auto source = store::open_csv(path);
    if (!source) return samples;
    while (true) {
        const auto record = (*source)->next();
        if (!record || !record->has_value()) return samples;
        if (const auto* sample = std::get_if<Sample>(&(*record)->look)) samples.push_back(*sample);
    }
}

}  // namespace

bool replay(const std::string& folder, const Trace& trace, const trend::Table* table,
            std::vector<Bag>& bags) {
    const auto& samples = read_all(folder + "/" + trace.file);
    if (samples.size() < 2) return false;
    const double first_s = seconds(samples.front().mono);
    const double length_s = seconds(samples.back().mono) - first_s;
    const bool leak = trace.label == "leak";
    Collector before(table, 2 * kBest, 1), after(table, 2 * kBest, 2);
    trend::Settings settings{.patience = nanoseconds(std::llround(length_s * .3 * 1e9)),
                             .min_growth_bytes = std::llround(score::kRecordingGrowth)};
    settings.weighed = [&](const trend::Weighed& one) {
        if (one.series != Series::memory) return;
        const double t = static_cast<double>(one.now_ns) * 1e-9 - first_s;
        (leak && t >= trace.leak_start_s ? after : before).add(one.clues);
    };
    trend::Judge judge(settings);
    for (const Sample& sample : samples) judge.add(sample);
    for (auto* collector : {&before, &after}) {
        auto rows = collector->take();
        if (!rows.empty()) {
            bags.push_back(
                {.leak = collector == &after, .weight = 20, .group = trace.group, .rows = std::move(rows)});
        }
    }
    return true;
}

bool is_aside(const std::string& folder, const Trace& trace, double patience_share) {
    std::vector<std::pair<double, double>> points;
    for (const Sample& sample : read_all(folder + "/" + trace.file)) {
        const auto value = value_of(sample, Series::memory);
        points.emplace_back(seconds(sample.mono), static_cast<double>(value.value_or(0)));
    }
    return points.size() > 1 && score::straight_share(points, patience_share).has_value();
}

namespace {

// Runs a Judge that never confirms by the sum, and notes when it would have.
class Bars {
  public:
    Bars(trend::Settings settings, const trend::Table& table, const std::vector<double>& bars)
        : bars_(bars), at_s_(bars.size(), -1) {
        settings.table = &table;
        settings.tuning.enough_db = 1e9;
        settings.weighed = [this](const trend::Weighed& one) {
            if (one.answered) most_ = std::max(most_, one.sum);
        };
        judge.emplace(settings);
    }
    // False once all are decided.
    bool after(double t_s) {
        const bool otherwise = judge->claim() == Claim::leak;
        bool open = false;
        for (std::size_t i = 0; i < bars_.size(); ++i) {
            if (at_s_[i] < 0 && (otherwise || most_ >= bars_[i])) at_s_[i] = t_s;
            open = open || at_s_[i] < 0;
        }
        return open;
    }
    [[nodiscard]] const std::vector<double>& at_s() const { return at_s_; }
    std::optional<trend::Judge> judge{};

  private:
    std::vector<double> bars_, at_s_;
    double most_ = -1e9;
};

}  // namespace

std::vector<double> confirmed(const std::string& folder, const Trace& trace, const trend::Table& table,
                              const std::vector<double>& bars, double patience_share, double* length_s) {
    const auto& samples = read_all(folder + "/" + trace.file);
    const double first_s = seconds(samples.front().mono);
    *length_s = seconds(samples.back().mono) - first_s;
    Bars run({.patience = nanoseconds(std::llround(*length_s * patience_share * 1e9)),
              .min_growth_bytes = std::llround(score::kRecordingGrowth)},
             table, bars);
    for (const Sample& sample : samples) {
        run.judge->add(sample);
        if (!run.after(seconds(sample.mono) - first_s)) break;
    }
    return run.at_s();
}

std::vector<double> confirmed(const Family& family, const Life& life, const trend::Table& table,
                              const std::vector<double>& bars) {
    Bars run(settings_of(family), table, bars);
    live(family, life, *run.judge, [&](double t) { return run.after(t); });
    return run.at_s();
}

}  // namespace rampwatch::learn
