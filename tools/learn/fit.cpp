// SPDX-License-Identifier: MIT
#include "tools/learn/fit.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace rampwatch::learn {
namespace {

using trend::Clue;
using trend::kClues;
using trend::kMostBins;
using trend::kStands;

constexpr double kDecibansANeper = 4.342944819;

struct Row {
    std::array<std::int8_t, kClues> bin{};  // -1: unknown
    std::int8_t stand = 0;
    bool leak = false;
    double weight = 0, sum = 0;  // nepers
};

struct Term {
    std::vector<float> edge{};
    std::array<double, kMostBins> value{};
    [[nodiscard]] std::size_t bins() const { return edge.size() + 1; }
};

struct Model {
    std::array<double, kStands> start{};
    std::array<Term, kClues> term{};
};

// Pool adjacent violators: the nearest values that rise (or fall).
void order(std::span<double> value, std::span<const double> weight, Direction direction) {
    struct Pool {
        double value, weight;
        std::size_t count;
    };
    const double sign = direction == Direction::less ? -1 : 1;
    std::vector<Pool> pools;
    for (std::size_t i = 0; i < value.size(); ++i) {
        pools.push_back({sign * value[i], std::max(weight[i], 1e-9), 1});
        while (pools.size() > 1 && pools[pools.size() - 2].value > pools.back().value) {
            const Pool last = pools.back();
            pools.pop_back();
            Pool& pool = pools.back();
            pool.value = (pool.value * pool.weight + last.value * last.weight) / (pool.weight + last.weight);
            pool.weight += last.weight;
            pool.count += last.count;
        }
    }
    std::size_t at = 0;
    for (const Pool& pool : pools) {
        for (std::size_t k = 0; k < pool.count; ++k) value[at++] = sign * pool.value;
    }
}

// Edges at quantiles of the weight.
std::vector<float> edges_of(std::vector<std::pair<float, double>> values) {
    std::vector<float> edges;
    if (values.empty()) return edges;
    std::ranges::sort(values);
    double all = 0, sum = 0;
    for (const auto& [value, weight] : values) all += weight;
    std::size_t next = 1;
    for (const auto& [value, weight] : values) {
        sum += weight;
        while (next < kMostBins && sum >= all * static_cast<double>(next) / kMostBins) {
            if (value > values.front().first && (edges.empty() || value > edges.back()))
                edges.push_back(value);
            ++next;
        }
    }
    return edges;
}

double likely(double nepers) { return 1 / (1 + std::exp(-nepers)); }

void learn_start(Model& model, std::vector<Row>& rows, double rate) {
    std::array<double, kStands> pull{}, stiff{};
    for (const Row& row : rows) {
        const double p = likely(row.sum);
        pull[static_cast<std::size_t>(row.stand)] += row.weight * ((row.leak ? 1 : 0) - p);
        stiff[static_cast<std::size_t>(row.stand)] += row.weight * p * (1 - p);
    }
    std::array<double, kStands> step{};
    for (std::size_t i = 0; i < kStands; ++i) {
        step[i] = rate * std::clamp(pull[i] / (stiff[i] + 5), -1.0, 1.0);
        model.start[i] += step[i];
    }
    for (Row& row : rows) row.sum += step[static_cast<std::size_t>(row.stand)];
}

void learn_term(Term& term, std::size_t clue, std::vector<Row>& rows, const Fit& how) {
    const std::size_t bins = term.bins();
    std::array<double, kMostBins> pull{}, stiff{}, mass{}, next{};
    for (const Row& row : rows) {
        if (row.bin[clue] < 0) continue;
        const double p = likely(row.sum);
        const auto bin = static_cast<std::size_t>(row.bin[clue]);
        pull[bin] += row.weight * ((row.leak ? 1 : 0) - p);
        stiff[bin] += row.weight * p * (1 - p);
        mass[bin] += row.weight;
    }
    for (std::size_t i = 0; i < bins; ++i) {
        stiff[i] += how.ridge + 1;
        next[i] = term.value[i] +
                  how.rate * std::clamp((pull[i] - how.ridge * term.value[i]) / stiff[i], -1.5, 1.5);
    }
    auto smooth = next;
    for (std::size_t i = 1; i + 1 < bins; ++i) smooth[i] = .8 * next[i] + .1 * (next[i - 1] + next[i + 1]);
    order(std::span(smooth).first(bins), std::span(stiff).first(bins), direction(static_cast<Clue>(clue)));
    double mean = 0, all = 1e-9;
    for (std::size_t i = 0; i < bins; ++i) {
        mean += smooth[i] * mass[i];
        all += mass[i];
    }
    for (std::size_t i = 0; i < bins; ++i) smooth[i] -= mean / all;
    for (Row& row : rows) {
        if (row.bin[clue] < 0) continue;
        const auto bin = static_cast<std::size_t>(row.bin[clue]);
        row.sum += smooth[bin] - term.value[bin];
    }
    term.value = smooth;
}

trend::Table to_table(const Model& model) {
    trend::Table table;
    for (std::size_t i = 0; i < kStands; ++i)
        table.start[i] = static_cast<float>(std::round(model.start[i] * kDecibansANeper * 100) / 100);
    for (std::size_t i = 0; i < kClues; ++i) {
        const Term& term = model.term[i];
        trend::ClueTable& to = table.clue[i];
        if (direction(static_cast<Clue>(i)) == Direction::none) continue;
        to.edges = term.edge.size();
        std::ranges::copy(term.edge, to.edge.begin());
        for (std::size_t k = 0; k < term.bins(); ++k)
            to.db[k] = static_cast<float>(std::round(term.value[k] * kDecibansANeper * 100) / 100);
    }
    return table;
}

// Each window's weight: its bag's, shared by how likely the bag's alarm is this window's.
std::vector<std::vector<double>> shares(std::span<const Bag> bags, const Fit& how,
                                        const trend::Table* table) {
    std::vector<std::vector<double>> weights(bags.size());
    double of_leaks = 0, of_healthy = 0;
    for (std::size_t b = 0; b < bags.size(); ++b) {
        const Bag& bag = bags[b];
        if (bag.group >= 0 && how.leave_out >= 0 && bag.group % how.folds == how.leave_out) continue;
        auto& share = weights[b];
        double most = -1e9, sum = 0;
        for (const auto& row : bag.rows) {
            share.push_back(table != nullptr ? weigh(row, *table).sum / kDecibansANeper : 0);
            most = std::max(most, share.back());
        }
        for (double& one : share) sum += one = std::exp(one - most);
        for (double& one : share) one *= bag.weight / sum;
        (bag.leak ? of_leaks : of_healthy) += bag.weight;
    }
    for (std::size_t b = 0; b < bags.size(); ++b) {
        if (!bags[b].leak) continue;
        for (double& one : weights[b]) one *= of_healthy / of_leaks;  // even odds
    }
    return weights;
}

trend::Table one_round(std::span<const Bag> bags, const Fit& how, const trend::Table* table) {
    const auto weights = shares(bags, how, table);
    Model model;
    std::vector<std::pair<const trend::Clues*, Row>> kept;
    for (std::size_t b = 0; b < bags.size(); ++b) {
        for (std::size_t i = 0; i < weights[b].size(); ++i) {
            if (weights[b][i] < 1e-3) continue;
            Row row{.leak = bags[b].leak, .weight = weights[b][i]};
            row.stand = static_cast<std::int8_t>(stand(bags[b].rows[i]));
            kept.emplace_back(&bags[b].rows[i], row);
        }
    }
    std::vector<Row> rows(kept.size());
    for (std::size_t r = 0; r < kept.size(); ++r) rows[r] = kept[r].second;
    for (std::size_t c = 0; c < kClues; ++c) {
        std::vector<std::pair<float, double>> values;
        for (const auto& [clues, row] : kept) {
            if (!std::isnan(clues->value[c])) values.emplace_back(clues->value[c], row.weight);
        }
        model.term[c].edge = edges_of(std::move(values));
        const auto& edge = model.term[c].edge;
        for (std::size_t r = 0; r < kept.size(); ++r) {
            const float value = kept[r].first->value[c];
            rows[r].bin[c] = static_cast<std::int8_t>(
                std::isnan(value) ? -1 : std::upper_bound(edge.begin(), edge.end(), value) - edge.begin());
        }
    }
    for (int pass = 0; pass < how.passes; ++pass) {
        learn_start(model, rows, how.rate);
        for (std::size_t c = 0; c < kClues; ++c) {
            if (direction(static_cast<Clue>(c)) != Direction::none) learn_term(model.term[c], c, rows, how);
        }
    }
    return to_table(model);
}

}  // namespace

Direction direction(Clue clue) {
    switch (clue) {
        case Clue::scatter:
        case Clue::pace_kept:
        case Clue::jump:
        case Clue::fall:
        case Clue::teeth:
        case Clue::rarer:
        case Clue::slowing:
        case Clue::day_decline:
            return Direction::less;
        default:
            return Direction::more;
    }
}

trend::Table fit(std::span<const Bag> bags, const Fit& how, const trend::Table* start) {
    trend::Table table;
    const trend::Table* by = start;
    for (int round = 0; round < how.rounds; ++round) {
        table = one_round(bags, how, by);
        by = &table;
    }
    return table;
}

}  // namespace rampwatch::learn
