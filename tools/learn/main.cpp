// SPDX-License-Identifier: MIT
// ./run learn: makes core/trend/evidence_table.h from simulated lives and, if given, labelled recordings.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/text.h"
#include "core/trend/evidence_table.h"
#include "tools/learn/fit.h"
#include "tools/learn/rows.h"

namespace rampwatch::learn {
namespace {

struct Options {
    Recipe recipe{.seed = 61001};
    Fit fit{};
    std::vector<std::string> folders{};
    std::string out{};
    bool teach_traces = true;
    std::vector<double> bars = {0, 2, 4, 6, 8, 10, 12};
    double share = .3;
    std::string only{};
    bool learned = false;    // check the table that is compiled in, learn nothing
    double check_years = 0;  // of each family, on the seed after
};

void collect(const Options& options, const trend::Table* table, std::vector<Bag>& bags) {
    bags.clear();
    simulate(options.recipe, table, bags);
    if (!options.teach_traces) return;
    std::vector<std::string> programs;
    for (const std::string& folder : options.folders) {
        for (const Trace& trace : read_labels(folder, programs)) {
            const bool taught =
                trace.label == "leak" || (trace.label == "healthy" && !is_aside(folder, trace, .3));
            if (taught) replay(folder, trace, table, bags);
        }
    }
}

struct Tally {
    int leaks = 0, found = 0, early = 0, healthy = 0, alarms = 0;
    std::vector<double> delays{};
    std::string missed{}, wrong{};
};

// Recordings, each judged by the table that its program was left out of.
void check_traces(const Options& options, const std::vector<trend::Table>& tables) {
    std::vector<Tally> tallies(options.bars.size());
    std::vector<std::string> programs;
    for (const std::string& folder : options.folders) {
        for (const Trace& trace : read_labels(folder, programs)) {
            const bool leak = trace.label == "leak";
            if (!leak && (trace.label != "healthy" || is_aside(folder, trace, options.share))) continue;
            const auto& table = tables[static_cast<std::size_t>(trace.group) % tables.size()];
            double length_s = 1;
            const auto at_s = confirmed(folder, trace, table, options.bars, options.share, &length_s);
            for (std::size_t i = 0; i < at_s.size(); ++i) {
                Tally& tally = tallies[i];
                const bool said = at_s[i] >= 0, early = said && at_s[i] < trace.leak_start_s;
                (leak ? tally.leaks : tally.healthy) += 1;
                if (!leak && said) tally.wrong += fmt::format(" {}@{:.2f}", trace.file, at_s[i] / length_s);
                if (!leak) {
                    tally.alarms += said ? 1 : 0;
                    continue;
                }
                tally.early += early ? 1 : 0;
                tally.found += said && !early ? 1 : 0;
                if (!said || early) tally.missed += " " + trace.file;
                const double left_s = length_s - trace.leak_start_s;
                tally.delays.push_back(said && !early ? (at_s[i] - trace.leak_start_s) / left_s : INFINITY);
            }
        }
    }
    for (std::size_t i = 0; i < tallies.size(); ++i) {
        Tally& tally = tallies[i];
        std::ranges::sort(tally.delays);
        fmt::print(
            "bar {:5.1f}: leaks {} of {} ({} early), median delay {:.2f}, healthy {} of {}\n   missed{}\n   "
            "wrong{}\n",
            options.bars[i], tally.found, tally.leaks, tally.early, tally.delays[tally.delays.size() / 2],
            tally.alarms, tally.healthy, tally.missed, tally.wrong);
    }
    std::fflush(stdout);
}

std::string column(const score::Family& family, const std::vector<const score::Life*>& lives,
                   std::vector<double> at_s) {
    std::size_t said = 0, early = 0;
    for (std::size_t i = 0; i < at_s.size(); ++i) {
        said += at_s[i] >= 0 ? 1 : 0;
        early += at_s[i] >= 0 && at_s[i] < lives[i]->onset_s ? 1 : 0;
        at_s[i] = at_s[i] >= lives[i]->onset_s ? (at_s[i] - lives[i]->onset_s) / 3600 : INFINITY;
    }
    if (family.truth != score::Truth::leak) return fmt::format("{:5}", said);
    std::ranges::sort(at_s);
    return fmt::format(" | {:.1f} ({:.1f}) {:.0f}%{}", at_s[at_s.size() / 2], at_s[at_s.size() * 9 / 10],
                       100. * static_cast<double>(said - early) / static_cast<double>(at_s.size()),
                       early > 0 ? fmt::format(" {} early", early) : "");
}

void check_lives(const Options& options, const trend::Table& table) {
    for (const auto set : {score::memory_families(), score::traffic_families(), score::life_families(),
                           score::recording_families(), score::unseen_families()}) {
        for (const score::Family& family : set) {
            if (!options.only.empty() && options.only.find(family.name) == std::string::npos) continue;
            const bool leak = family.truth == score::Truth::leak;
            auto count = static_cast<std::size_t>(options.check_years * 365.25 * 86400 / score::kLength_s *
                                                  (leak ? .25 : 1));
            if (family.recording) count *= 12;
            std::vector<score::Life> lives(count);
            std::vector<std::vector<double>> at_s(options.bars.size(), std::vector<double>(count));
            for (std::size_t i = 0; i < count; ++i) {
                auto random = random_of(family, options.recipe.seed + 1, i);
                lives[i] = family.make(random);
                const auto said = confirmed(family, lives[i], table, options.bars);
                for (std::size_t k = 0; k < said.size(); ++k) at_s[k][i] = said[k];
                lives[i].value = {};
            }
            std::vector<const score::Life*> known;
            for (const auto& life : lives) known.push_back(&life);
            std::string text;
            for (const auto& at : at_s) text += column(family, known, at);
            fmt::print("{:<18} {:5} {}\n", family.name, count, text);
            std::fflush(stdout);
        }
    }
}

void write(const trend::Table& table, const std::string& path) {
    std::FILE* file = std::fopen(path.c_str(), "w");
    if (file == nullptr) return;
    fmt::print(
        file,
        "// SPDX-License-Identifier: MIT\n// Made by `./run learn`; do not edit. Decibans; what each is "
        "about stands in "
        "clues.h.\n#pragma once\n\n#include \"core/trend/evidence.h\"\n\nnamespace rampwatch::trend {{\n\n// "
        "clang-format off\ninline constexpr Table kLearned = {{\n    .start = {{{}}},\n    .clue = {{{{\n",
        fmt::join(table.start, ", "));
    for (std::size_t i = 0; i < trend::kClues; ++i) {
        const trend::ClueTable& clue = table.clue[i];
        std::string edges, values;
        for (std::size_t k = 0; k < clue.edges; ++k)
            edges += fmt::format("{}{:.5g}F", k ? ", " : "", clue.edge[k]);
        for (std::size_t k = 0; k <= clue.edges; ++k)
            values += fmt::format("{}{:.2f}F", k ? ", " : "", clue.db[k]);
        // a whole number needs a point before its F
        const auto pointed = [](std::string text) {
            std::string out, number;
            for (const char c : text) {
                if (c == 'F' && number.find_first_of(".e") == std::string::npos) out += ".0";
                number = c == ' ' || c == ',' ? "" : number + c;
                out += c;
            }
            return out;
        };
        fmt::print(file, "        {{{}, {{{}}},\n         {{{}}}}},  // {}\n", clue.edges, pointed(edges),
                   pointed(values), trend::word(static_cast<trend::Clue>(i)));
    }
    fmt::print(file, "    }}}},\n}};\n// clang-format on\n\n}}  // namespace rampwatch::trend\n");
    std::fclose(file);
}

int run(const Options& options) {
    if (options.learned) {
        if (!options.folders.empty()) check_traces(options, {trend::kLearned});
        if (options.check_years > 0) check_lives(options, trend::kLearned);
        return 0;
    }
    std::vector<Bag> bags;
    collect(options, nullptr, bags);
    const trend::Table rough = fit(bags, {.rounds = 2, .passes = 15}, nullptr);
    collect(options, &rough, bags);
    std::size_t rows = 0;
    for (const Bag& bag : bags) rows += bag.rows.size();
    fmt::print(stderr, "{} bags, {} windows\n", bags.size(), rows);
    const trend::Table table = fit(bags, options.fit, &rough);
    if (!options.out.empty()) write(table, options.out);
    for (std::size_t i = 0; i < trend::kClues; ++i) {
        const auto& clue = table.clue[i];
        const auto [low, high] = std::minmax_element(
            clue.db.begin(), clue.db.begin() + static_cast<std::ptrdiff_t>(clue.edges + 1));
        fmt::print("{:<16} {:6.2f} to {:6.2f}\n", trend::word(static_cast<trend::Clue>(i)), *low, *high);
    }
    fmt::print("start {}\n", fmt::join(table.start, " "));
    std::fflush(stdout);
    if (!options.folders.empty()) {
        std::vector<trend::Table> tables = {table};
        if (options.teach_traces) {
            tables.clear();
            for (int fold = 0; fold < options.fit.folds; ++fold) {
                Fit left = options.fit;
                left.leave_out = fold;
                tables.push_back(fit(bags, left, &rough));
            }
        }
        check_traces(options, tables);
    }
    if (options.check_years > 0) check_lives(options, table);
    return 0;
}

constexpr std::string_view kUsage =
    "./run learn [--traces FOLDER]... [--teach-traces yes|no] [--seed N] [--years N] [--recordings N]\n"
    "            [--out FILE] [--learned yes] [--check YEARS] [--only FAMILY] [--bars a,b] [--share 0.3]\n";

using Reader = std::function<void(Options&, const std::string&)>;

double number(const std::string& text) { return parse_number(text).value_or(0); }

const std::map<std::string_view, Reader>& readers() {
    static const std::map<std::string_view, Reader> kReaders = {
        {"--traces", [](Options& o, const std::string& v) { o.folders.push_back(v); }},
        {"--teach-traces", [](Options& o, const std::string& v) { o.teach_traces = v == "yes"; }},
        {"--seed",
         [](Options& o, const std::string& v) { o.recipe.seed = static_cast<std::uint64_t>(number(v)); }},
        {"--years", [](Options& o, const std::string& v) { o.recipe.years = number(v); }},
        {"--recordings",
         [](Options& o, const std::string& v) { o.recipe.recordings = static_cast<int>(number(v)); }},
        {"--out", [](Options& o, const std::string& v) { o.out = v; }},
        {"--learned", [](Options& o, const std::string& v) { o.learned = v == "yes"; }},
        {"--check", [](Options& o, const std::string& v) { o.check_years = number(v); }},
        {"--only", [](Options& o, const std::string& v) { o.only = v; }},
        {"--share", [](Options& o, const std::string& v) { o.share = number(v); }},
        {"--bars",
         [](Options& o, const std::string& v) {
             o.bars.clear();
             for (const std::string_view bar : split(v, ',')) o.bars.push_back(number(std::string(bar)));
         }},
    };
    return kReaders;
}

}  // namespace
}  // namespace rampwatch::learn

int main(int argc, char** argv) {
    using namespace rampwatch::learn;
    Options options;
    for (int i = 1; i < argc; i += 2) {
        const auto reader = readers().find(argv[i]);
        if (reader == readers().end() || i + 1 == argc) {
            fmt::print(stderr, "{}", kUsage);
            return 2;
        }
        reader->second(options, argv[i + 1]);
    }
    return run(options);
}
