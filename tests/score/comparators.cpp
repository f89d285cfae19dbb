// SPDX-License-Identifier: MIT
#include "tests/score/comparators.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <vector>

namespace rampwatch::score {
namespace {

constexpr double kFloor = 16.0 * 1024 * 1024;  // a rise that anybody would act on
constexpr double kMB = 1e6;

// A least-squares line over the last `length` values, kept by sums.
class SlidingLine {
  public:
    explicit SlidingLine(std::size_t length) : length_(length) {}

    bool add(double value) {
        if (values_.empty()) origin_ = value;
        const double y = value - origin_;
        values_.push_back(y);
        if (values_.size() > length_) {
            const double old = values_.front();
            values_.pop_front();
            sum_ -= old;
            squares_ -= old * old;
            moment_ -= sum_;  // every value moves one place to the left
            moment_ += y * static_cast<double>(length_ - 1);
        } else {
            moment_ += y * static_cast<double>(values_.size() - 1);
        }
        sum_ += y;
        squares_ += y * y;
        return values_.size() == length_;
    }
    [[nodiscard]] double slope() const {
        const double n = static_cast<double>(length_);
        return (moment_ - sum_ * (n - 1) / 2) * 12 / (n * (n * n - 1));
    }
    [[nodiscard]] double end() const {
        const double n = static_cast<double>(length_);
        return origin_ + sum_ / n + slope() * (n - 1) / 2;
    }
    [[nodiscard]] double r2() const {
        const double n = static_cast<double>(length_);
        const double total = squares_ - sum_ * sum_ / n;
        return total > 0 ? slope() * slope() * n * (n * n - 1) / 12 / total : 0;
    }

  private:
    std::size_t length_;
    std::deque<double> values_{};
    double origin_ = 0, sum_ = 0, squares_ = 0, moment_ = 0;
};

// predict_linear(rss[6h], 4 days) > 2 GiB, for an hour.
class PredictLinear : public Rule {
  public:
    bool add(double mean, double) override {
        if (!line_.add(mean)) return false;
        const double ahead = line_.end() + line_.slope() * 4 * 24 * 60;
        held_ = ahead > 2.0 * 1024 * 1024 * 1024 ? held_ + 1 : 0;
        return held_ >= 60;
    }

  private:
    SlidingLine line_{360};
    int held_ = 0;
};

// 1 MB/h or more over 6 h with an R^2 of 0.8 or more.
class SlopeAndFit : public Rule {
  public:
    bool add(double mean, double) override {
        if (!line_.add(mean)) return false;
        return line_.slope() * 60 >= kMB && line_.r2() >= .8 && line_.slope() * 359 >= kFloor;
    }

  private:
    SlidingLine line_{360};
};

// Mann and Kendall on quarter-hour means of 24 h; Hamed and Rao's variance for the second.
template <bool corrected>
class MannKendall : public Rule {
  public:
    bool add(double mean, double) override {
        sum_ += mean;
        if (++count_ < 15) return false;
        values_.push_back(sum_ / count_);
        sum_ = 0;
        count_ = 0;
        if (values_.size() > kLength) values_.erase(values_.begin());
        return values_.size() == kLength && rises();
    }

  private:
    static constexpr std::size_t kLength = 96;

    bool rises() {
        long balance = 0;
        std::vector<double> slopes;
        slopes.reserve(kLength * kLength / 2);
        for (std::size_t i = 0; i < kLength; ++i) {
            for (std::size_t k = i + 1; k < kLength; ++k) {
                balance += (values_[k] > values_[i]) - (values_[k] < values_[i]);
                slopes.push_back((values_[k] - values_[i]) / static_cast<double>(k - i));
            }
        }
        const double n = kLength;
        double variance = n * (n - 1) * (2 * n + 5) / 18;
        const auto middle = slopes.begin() + static_cast<std::ptrdiff_t>(slopes.size() / 2);
        std::nth_element(slopes.begin(), middle, slopes.end());
        if (*middle * (n - 1) < kFloor) return false;
        if (corrected) variance *= correction(*middle);
        const double z = static_cast<double>(balance - 1) / std::sqrt(variance);
        return z > (corrected ? 4.75 : 3.09);  // one-sided p of 1e-6 and 1e-3
    }
    [[nodiscard]] double correction(double slope) const {
        std::vector<std::pair<double, std::size_t>> order;
        for (std::size_t i = 0; i < kLength; ++i) {
            order.emplace_back(values_[i] - slope * static_cast<double>(i), i);
        }
        std::ranges::sort(order);
        std::array<double, kLength> rank{};
        const double n = kLength;
        for (std::size_t i = 0; i < kLength; ++i)
            rank[order[i].second] = static_cast<double>(i) - (n - 1) / 2;
        double power = 0;
        for (const double r : rank) power += r * r;
        double sum = 0;
        for (std::size_t lag = 1; lag + 3 < kLength; ++lag) {
            double product = 0;
            for (std::size_t i = 0; i + lag < kLength; ++i) product += rank[i] * rank[i + lag];
            const double r = product / power;
            if (std::abs(r) < 1.96 / std::sqrt(n)) continue;
            const double left = n - static_cast<double>(lag);
            sum += left * (left - 1) * (left - 2) * r;
        }
        return std::max(1.0, 1 + 2 / (n * (n - 1) * (n - 2)) * sum);
    }

    std::vector<double> values_{};
    double sum_ = 0;
    int count_ = 0;
};

// Five hourly minima in a row, each above the one before.
class RisingMinima : public Rule {
  public:
    bool add(double, double least) override {
        least_ = count_ == 0 ? least : std::min(least_, least);
        if (++count_ < 60) return false;
        count_ = 0;
        if (last_ > 0 && least_ > last_) {
            if (rises_++ == 0) from_ = last_;
        } else {
            rises_ = 0;
        }
        last_ = least_;
        return rises_ >= 5 && last_ - from_ >= kFloor;
    }

  private:
    double least_ = 0, last_ = 0, from_ = 0;
    int count_ = 0, rises_ = 0;
};

// One and a half times the first hour.
class Threshold : public Rule {
  public:
    bool add(double mean, double) override {
        if (count_ < 60) {
            sum_ += mean;
            ++count_;
            return false;
        }
        return mean > 1.5 * sum_ / count_;
    }

  private:
    double sum_ = 0;
    int count_ = 0;
};

// Cut at drops of more than half; a line over what is left, at least a third of the window; the last quarter
// must still rise at 0.3 of the whole's rate. On 6 h, with our floor in place of its 50 MB an hour.
class TailSlope : public Rule {
  public:
    bool add(double mean, double) override {
        if (!values_.empty() && mean < .5 * values_.back()) values_.clear();
        values_.push_back(mean);
        if (values_.size() > kLength) values_.pop_front();
        if (values_.size() < kLength / 3 || ++since_ % 15 != 0) return false;
        const double whole = slope(values_.size()), tail = slope(values_.size() / 4);
        const bool now = whole * 60 * 6 >= kFloor && tail >= .3 * whole;
        held_ = now ? held_ + 1 : 0;
        return held_ >= 2;  // for a quarter of an hour
    }

  private:
    static constexpr std::size_t kLength = 360;

    [[nodiscard]] double slope(std::size_t n) const {
        double sum = 0, moment = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double y = values_[values_.size() - n + i];
            sum += y;
            moment += static_cast<double>(i) * y;
        }
        const double count = static_cast<double>(n);
        return (moment - sum * (count - 1) / 2) * 12 / (count * (count * count - 1));
    }

    std::deque<double> values_{};
    int since_ = 0, held_ = 0;
};

// What `rampwatch rules` writes: the least of six hours, each five minutes; it rises from six hours to the
// next through a day, by our floor and a twentieth in all, and by half of its mean step in the last one; for
// half an hour.
class RisingFloors : public Rule {
  public:
    bool add(double mean, double) override {
        while (!least_.empty() && least_.back().second >= mean) least_.pop_back();
        least_.emplace_back(minute_, mean);
        if (least_.front().first + kWindow <= minute_) least_.pop_front();
        if (++minute_ % kEvery != 0) return false;
        floors_.push_back(least_.front().second);
        if (floors_.size() > 4 * kLag + 1) floors_.pop_front();
        held_ = rises() ? held_ + 1 : 0;
        return held_ > 6;  // since half an hour
    }

  private:
    static constexpr long kWindow = 360, kEvery = 5;
    static constexpr std::size_t kLag = kWindow / kEvery;

    [[nodiscard]] bool rises() const {
        if (floors_.size() <= 4 * kLag) return false;
        for (std::size_t i = 0; i < 4; ++i)
            if (floors_[(i + 1) * kLag] <= floors_[i * kLag]) return false;
        const double from = floors_.front(), rise = floors_.back() - from;
        return rise >= kFloor && rise >= .05 * from && floors_[4 * kLag] - floors_[3 * kLag] >= rise / 8;
    }

    std::deque<std::pair<long, double>> least_{};  // minutes and values, each less than those behind it
    std::deque<double> floors_{};
    long minute_ = 0;
    int held_ = 0;
};

template <class T>
std::unique_ptr<Rule> make() {
    return std::make_unique<T>();
}

}  // namespace

std::span<const Comparator> comparators() {
    static constexpr std::array<Comparator, 8> kComparators = {{
        {"predict", "predict_linear over 6 h meets 2 GiB within 4 days, for 1 h", make<PredictLinear>},
        {"slope_r2", "1 MB/h and 16 MiB over 6 h with R^2 >= 0.8", make<SlopeAndFit>},
        {"mk", "Mann-Kendall on 24 h of 15-min means, p < 1e-3, 16 MiB", make<MannKendall<false>>},
        {"mk_hr", "the same with Hamed and Rao's variance, p < 1e-6", make<MannKendall<true>>},
        {"minima", "five hourly minima in a row rise, 16 MiB in all", make<RisingMinima>},
        {"threshold", "1.5 times the mean of the first hour", make<Threshold>},
        {"tail_slope", "Coroot's: cut at drops, line over 6 h, last quarter >= 0.3 of it; 16 MiB",
         make<TailSlope>},
        {"floors", "`rampwatch rules`: the least of 6 h rises through a day, evenly; 16 MiB and 5 %",
         make<RisingFloors>},
    }};
    return kComparators;
}

}  // namespace rampwatch::score
