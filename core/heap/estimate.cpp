// SPDX-License-Identifier: MIT
#include "core/heap/estimate.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace rampwatch::heap {

namespace {

constexpr double kNormal = 1.96;  // 95 % of a normal distribution, on both sides

void sort_and_merge(std::vector<Cell>& cells) {
    std::sort(cells.begin(), cells.end(), [](const Cell& a, const Cell& b) {
        return std::tie(a.key, a.sample) < std::tie(b.key, b.sample);
    });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (kept > 0 && cells[kept - 1].key == cells[i].key && cells[kept - 1].sample == cells[i].sample) {
            cells[kept - 1].count += cells[i].count;
            cells[kept - 1].bytes += cells[i].bytes;
        } else {
            cells[kept++] = cells[i];
        }
    }
    cells.resize(kept);
}

// One quantity of one key, fed in order of samples; those in between hold nothing of it.
class Series {
  public:
    void add(std::size_t sample, double value, double weight) {
        if (any_ && sample > last_ + 1) squares_ += previous_ * previous_;  // down to the empty one behind it
        const double before = any_ && sample == last_ + 1 ? previous_ : 0;
        if (sample > 0) squares_ += (value - before) * (value - before);
        previous_ = value;
        last_ = sample;
        any_ = true;
        total_ += weight * value;
        ++found_;
    }
    // A quantity that was met in few samples has a variance that is itself known badly: Student's t with as
    // many degrees of freedom as there are such samples.
    [[nodiscard]] HeapFigure figure(std::size_t samples, std::uint64_t blocks) const {
        HeapFigure figure{total_, 0};
        const double n = static_cast<double>(samples), all = static_cast<double>(blocks);
        if (samples >= blocks) return figure;
        double squares = squares_;
        if (last_ + 1 < samples) squares += previous_ * previous_;
        const double free = std::max(1.0, static_cast<double>(found_));
        const double widened = kNormal * (1 + 1.5 / free);
        const double each = all / n;  // strata differ in size by one at most; their differences are no news
        const double variance =
            n > 1 ? (1 - n / all) * each * each * n / (2 * (n - 1)) * squares : total_ * total_;
        figure.half = widened * std::sqrt(variance);
        return figure;
    }

  private:
    double total_ = 0, squares_ = 0, previous_ = 0;
    std::size_t last_ = 0, found_ = 0;
    bool any_ = false;
};

}  // namespace

Stratum stratum(std::size_t index, std::size_t samples, std::uint64_t blocks) {
    const auto edge = [&](std::uint64_t number) {  // number * blocks / samples, without running over
        const std::uint64_t whole = blocks / samples, rest = blocks % samples;
        return number * whole + number * rest / samples;
    };
    return {edge(index), edge(index + 1)};
}

std::map<std::uint32_t, Totals> estimate(std::vector<Cell> cells, std::size_t samples, std::uint64_t blocks) {
    std::map<std::uint32_t, Totals> totals;
    sort_and_merge(cells);
    for (std::size_t i = 0; i < cells.size();) {
        const std::uint32_t key = cells[i].key;
        Series counts, bytes;
        Totals& total = totals[key];
        for (; i < cells.size() && cells[i].key == key; ++i) {
            if (cells[i].sample >= samples) continue;
            const Stratum there = stratum(cells[i].sample, samples, blocks);
            const auto weight = static_cast<double>(there.to - there.from);
            counts.add(cells[i].sample, static_cast<double>(cells[i].count), weight);
            bytes.add(cells[i].sample, static_cast<double>(cells[i].bytes), weight);
            ++total.samples;
        }
        total.count = counts.figure(samples, blocks);
        total.bytes = bytes.figure(samples, blocks);
    }
    return totals;
}

std::vector<Cell> difference(std::vector<Cell> now, std::vector<Cell> before) {
    for (Cell& cell : before) {
        cell.count = -cell.count;
        cell.bytes = -cell.bytes;
    }
    now.insert(now.end(), before.begin(), before.end());
    sort_and_merge(now);
    std::erase_if(now, [](const Cell& cell) { return cell.count == 0 && cell.bytes == 0; });
    return now;
}

void add(std::map<std::uint32_t, Totals>& sum, const std::map<std::uint32_t, Totals>& part) {
    const auto join = [](HeapFigure& into, const HeapFigure& other) {
        into.value += other.value;
        into.half = std::sqrt(into.half * into.half + other.half * other.half);
    };
    for (const auto& [key, totals] : part) {
        Totals& into = sum[key];
        join(into.count, totals.count);
        join(into.bytes, totals.bytes);
        into.samples += totals.samples;
    }
}

}  // namespace rampwatch::heap
