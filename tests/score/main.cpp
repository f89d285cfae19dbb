// SPDX-License-Identifier: MIT
// ./run score: how often the Judge is wrong, and how late it is right; docs/detector.md shows a run.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "tests/score/comparators.h"
#include "tests/score/options.h"
#include "tests/score/stats.h"
#include "tests/score/table.h"
#include "tests/score/traces.h"

namespace rampwatch::score {
namespace {

// A seed a life, so that a life is the same whichever others are run.
std::uint64_t seed_of(const Family& family, std::uint64_t seed, std::size_t life) {
    std::uint64_t mix = 0xcbf29ce484222325ULL ^ seed;
    for (const char c : family.name) mix = (mix ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return (mix ^ life) * 0x100000001b3ULL;
}

Played play(const Family& family, const Options& options) {
    auto lives = static_cast<std::size_t>(std::ceil(options.years * 365.25 * 86400 / kLength_s));
    if (family.recording) lives *= 12;  // they are short
    Played played{.family = family};
    played.lives.resize(lives);
    played.outcomes.resize(lives);
    std::atomic<std::size_t> next = 0;
    // Comparators are slow and their rates are high: a few years tell.
    const std::size_t compared = options.compare ? std::min<std::size_t>(lives, 104) : 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < lives; i = next++) {
            Random random(seed_of(family, options.seed, i));
            played.lives[i] = family.make(random);
            played.outcomes[i] = run_life(family, played.lives[i], options.judge, i < compared);
            played.lives[i].value = {};
        }
    };
    std::vector<std::thread> pool;
    for (unsigned i = 1; i < options.threads; ++i) pool.emplace_back(work);
    work();
    for (std::thread& thread : pool) thread.join();
    return played;
}

bool wanted(const Family& family, const Options& options) {
    return options.families.empty() ||
           std::ranges::find(options.families, family.name) != options.families.end();
}

struct Tables {
    std::vector<Played> healthy{}, policy{}, leaks{};
};

Tables play_all(std::span<const Family> families, const Options& options, std::FILE* log) {
    Tables tables;
    for (const Family& family : families) {
        if (!wanted(family, options)) continue;
        fmt::print(stderr, "{} ...\n", family.name);
        Played played = play(family, options);
        if (log != nullptr) fmt::print(log, "{}", log_lines(played));
        auto& table = family.truth == Truth::leak      ? tables.leaks
                      : family.truth == Truth::healthy ? tables.healthy
                                                       : tables.policy;
        table.push_back(std::move(played));
    }
    return tables;
}

void show(std::string_view heading, const Tables& tables, bool compare) {
    if (!tables.healthy.empty()) {
        fmt::print("\n{}: false alarms, worst first\n\n{}", heading, alarm_table(tables.healthy, compare));
    }
    if (!tables.leaks.empty()) fmt::print("\n{}: leaks\n\n{}", heading, delay_table(tables.leaks, compare));
    if (!tables.policy.empty()) {
        fmt::print("\n{}: what no rule on one series can refuse without missing slow leaks\n\n{}", heading,
                   alarm_table(tables.policy, compare));
    }
    std::fflush(stdout);
}

// What misses a bound is said on the way; alarms are counted over all sets.
bool within_bounds(const Tables& tables, const Options& options) {
    bool within = true;
    for (const Played& p : tables.leaks) {
        const double missed = 1 - static_cast<double>(p.found()) / static_cast<double>(p.lives.size());
        if (options.most_misses && missed > *options.most_misses) {
            fmt::print("{}: {:.0f} % missed\n", p.family.name, 100 * missed);
            within = false;
        }
        for (const auto& [family, hours] : options.most_delays_h) {
            if (family != p.family.name || p.median_delay_h() <= hours) continue;
            fmt::print("{}: found after {:.1f} h, not {} h\n", family, p.median_delay_h(), hours);
            within = false;
        }
    }
    return within;
}

int run(const Options& options) {
    if (!options.traces.empty()) return score_traces(options);
    std::FILE* log = options.log.empty() ? nullptr : std::fopen(options.log.c_str(), "w");
    if (log != nullptr) {
        fmt::print(log,
                   "family,life,onset_s,slope,suspected_s,confirmed_s,said_slope,low,high,said_onset_s,shape,"
                   "gates\n");
    }
    fmt::print("seed {}, lives of 14 days at 10 s, at least {} process-years a family, patience {} s{}{}\n",
               options.seed, options.years,
               std::chrono::duration_cast<std::chrono::seconds>(options.judge.patience).count(),
               options.settings.empty() ? "" : ", with ", fmt::join(options.settings, ", "));
    bool within = true;
    int alarms = 0;
    const std::pair<const char*, std::span<const Family>> sets[] = {
        {"memory", memory_families()},        {"counts", count_families()},
        {"aged counts", aged_families()},     {"traffic", traffic_families()},
        {"several lives", life_families()},   {"recordings", recording_families()},
        {"never tuned on", unseen_families()}};
    for (const auto& [heading, families] : sets) {
        const Tables tables = play_all(families, options, log);
        show(heading, tables, options.compare && families.data() == memory_families().data());
        within = within_bounds(tables, options) && within;
        for (const Played& p : tables.healthy) alarms += p.family.recording ? 0 : p.false_alarms();
    }
    if (options.most_alarms && alarms > *options.most_alarms) {
        fmt::print("{} false alarms, not at most {}\n", alarms, *options.most_alarms);
        within = false;
    }
    if (log != nullptr) std::fclose(log);
    return within ? 0 : 1;
}

}  // namespace
}  // namespace rampwatch::score

int main(int argc, char** argv) {
    using namespace rampwatch;
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (std::ranges::find(arguments, "--help") != arguments.end()) {
        fmt::print("{}", score::kUsage);
        return 0;
    }
    const auto options = score::read_options(arguments);
    if (!options) {
        fmt::print(stderr, "{}\n{}", to_string(options.error()), score::kUsage);
        return 2;
    }
    return score::run(*options);
}
