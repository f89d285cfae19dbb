// SPDX-License-Identifier: MIT
#include "tests/score/traces.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>

#include "core/base/text.h"
#include "core/model/words.h"
#include "core/store/csv.h"
#include "core/watch/replay.h"
#include "tests/score/stats.h"
#include "tests/score/straight.h"

namespace rampwatch::score {
namespace {

struct Trace {
    std::string file{}, label{}, kind{};
    double leak_start_s = 0;
};

struct Said {
    double first_s = 0, last_s = 0;
    std::optional<double> suspected_s{}, confirmed_s{};
    Series series = Series::memory;
    Shape shape = Shape::too_short;
    std::optional<GateId> held_by{};
    std::vector<std::pair<double, double>> memory{};  // time and value, for the uniform rule

    [[nodiscard]] double length_s() const { return last_s - first_s; }
};

bool held_out(const std::string& name) {
    std::uint32_t hash = 2166136261U;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    return hash % 4 == 0;
}

std::vector<Trace> read_labels(const std::string& folder) {
    std::ifstream file(folder + "/labels.csv");
    std::vector<Trace> traces;
    std::string line;
    std::map<std::string, std::size_t, std::less<>> columns;
    while (std::getline(file, line)) {
        const auto fields = split(trim(line), ',');
        if (columns.empty()) {
            for (std::size_t i = 0; i < fields.size(); ++i) columns[std::string(fields[i])] = i;
            continue;
        }
        const auto field = [&](std::string_view name) {
            const auto at = columns.find(name);
            return at == columns.end() || at->second >= fields.size() ? std::string()
                                                                      : std::string(fields[at->second]);
        };
        traces.push_back(
            {field("file"), field("label"), field("kind"), parse_number(field("leak_start_s")).value_or(0)});
    }
    return traces;
}

double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

Result<std::pair<double, double>> ends_of(const std::string& path) {
    const auto source = store::open_csv(path);
    if (!source) return source.error();
    std::optional<double> first;
    double last = 0;
    while (true) {
        const auto record = (*source)->next();
        if (!record) return record.error();
        if (!record->has_value()) return std::pair{first.value_or(0), last};
        std::visit([&](const auto& look) { last = seconds(look.mono); }, (*record)->look);
        if (!first) first = last;
    }
}

Result<Said> judge(const std::string& path, const Options& options) {
    const auto ends = ends_of(path);
    if (!ends) return ends.error();
    Said said{.first_s = ends->first, .last_s = ends->second};
    auto settings = options.judge;
    settings.patience = std::chrono::nanoseconds(std::llround(said.length_s() * options.share * 1e9));
    auto source = store::open_csv(path);
    if (!source) return source.error();
    const auto verdict = watch::replay(
        **source, {.judge = settings, .dumps = false},
        {.event =
             [&](const Event& event) {
                 if (event.kind == Event::Kind::growing && !said.suspected_s)
                     said.suspected_s = seconds(event.mono);
                 if (event.kind != Event::Kind::leak || said.confirmed_s) return;
                 said.confirmed_s = seconds(event.mono);
                 said.series = event.verdict->leading.value_or(Series::memory);
             },
         .record =
             [&](const Record& record) {
                 if (const auto* sample = std::get_if<Sample>(&record.look)) {
                     const auto value = value_of(*sample, Series::memory);
                     said.memory.emplace_back(seconds(sample->mono), static_cast<double>(value.value_or(0)));
                 }
             }});
    if (!verdict) return verdict.error();
    if (const auto& memory = verdict->series[index(Series::memory)]) {
        said.shape = memory->shape;
        const auto gate = std::ranges::find(memory->evidence, false, &Gate::passed);
        if (gate != memory->evidence.end()) said.held_by = gate->id;
    }
    return said;
}

struct Tally {
    int leaks = 0, found = 0, early = 0, healthy = 0, alarms = 0, aside = 0;
    std::vector<double> delays{};
};

void tell(const Trace& trace, const Said& said, const Options& options, Tally& tally) {
    const double at = said.confirmed_s ? (*said.confirmed_s - said.first_s) / said.length_s() : -1;
    const double start = trace.leak_start_s / said.length_s();
    std::string what = "-";
    if (trace.label == "leak") {
        ++tally.leaks;
        const bool early = at >= 0 && at < start;
        const bool found = at >= start;
        tally.early += early ? 1 : 0;
        tally.found += found ? 1 : 0;
        tally.delays.push_back(found ? (at - start) / (1 - start) : INFINITY);
        what = early ? "EARLY" : found ? "found" : "MISSED";
    } else if (trace.label == "healthy") {
        const auto straight = straight_share(said.memory, options.share);
        if (straight) {
            ++tally.aside;
            what = fmt::format("aside: straight for {:.2f}{}", *straight, at >= 0 ? ", alarm" : "");
        } else {
            ++tally.healthy;
            tally.alarms += at >= 0 ? 1 : 0;
            what = at >= 0 ? "FALSE" : "quiet";
        }
    }
    const auto share = [&](const std::optional<double>& t_s) {
        return t_s ? fmt::format("{:.2f}", (*t_s - said.first_s) / said.length_s()) : "";
    };
    fmt::print("| {:<26} | {:<9} | {:<24} | {:>4} | {:>4} | {:<8} | {:<16} | {:<17} | {} |\n", trace.file,
               trace.label, trace.kind, share(said.suspected_s), share(said.confirmed_s),
               at >= 0 ? word(said.series) : "", word(said.shape), said.held_by ? word(*said.held_by) : "",
               what);
}

}  // namespace

int score_traces(const Options& options) {
    const auto traces = read_labels(options.traces);
    if (traces.empty()) {
        fmt::print(stderr, "{}/labels.csv: no traces\n", options.traces);
        return 2;
    }
    fmt::print("patience {} of each trace's length\n\n", options.share);
    fmt::print(
        "| {:<26} | {:<9} | {:<24} | grow | leak | {:<8} | {:<16} | {:<17} | "
        "|\n|---|---|---|---:|---:|---|---|---|---|\n",
        "trace", "label", "kind", "by", "shape", "held back by");
    Tally tally;
    for (const Trace& trace : traces) {
        if (options.subset == "held" && !held_out(trace.file)) continue;
        if (options.subset == "tune" && held_out(trace.file)) continue;
        const auto said = judge(options.traces + "/" + trace.file, options);
        if (!said) {
            fmt::print(stderr, "{}\n", to_string(said.error()));
            return 2;
        }
        tell(trace, *said, options, tally);
    }
    fmt::print("\nleaks: {} of {} found, {} early, median delay {:.2f} of what remains\n", tally.found,
               tally.leaks, tally.early, quantile(tally.delays, .5));
    fmt::print("healthy: {} of {} with a false alarm; {} put aside by the rule for straight ones\n",
               tally.alarms, tally.healthy, tally.aside);
    const bool missed = options.most_misses && tally.leaks - tally.found > *options.most_misses * tally.leaks;
    return missed || (options.most_alarms && tally.alarms > *options.most_alarms) ? 1 : 0;
}

}  // namespace rampwatch::score
