// SPDX-License-Identifier: MIT
// What no healthy recorder sends: clocks that are set, days of other lengths, and looks made of dice.
#include <cmath>
#include <functional>
#include <random>

#include "core/trend/judge.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using trend::Judge;
using trend::Settings;

namespace {

constexpr double kMiB = 1024 * 1024;

Settings one_minute() { return {.patience = 60s, .min_growth_bytes = 1 << 20}; }

Sample sample_at(double t_s, double mib) {
    Sample sample{.mono = nanoseconds(std::llround(t_s * 1e9) + 1), .rss_bytes = std::llround(mib * kMiB)};
    sample.wall = sample.mono;
    return sample;
}

bool ever_leak(const Settings& settings, double length_s, double step_s,
               const std::function<double(double)>& mib) {
    Judge judge(settings);
    for (double t = 0; t < length_s; t += step_s) judge.add(sample_at(t, mib(t)));
    return judge.verdict().ever_leak;
}

// Any look at all: now and then late, early, huge, negative, or of another kind.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : random_(seed) {}

    void roll(Judge& judge) {
        switch (random_() % 40) {
            case 0:
                return judge.restart();
            case 1:
                mono_ += nanoseconds(static_cast<std::int64_t>(random_() % (1ULL << (random_() % 62))));
                break;
            case 2:
                mono_ -= nanoseconds(random_() % 1'000'000'000);
                break;
            default:
                mono_ += nanoseconds(random_() % 200'000'000);
        }
        Sample sample{.mono = mono_, .wall = nanoseconds(any()), .rss_bytes = any()};
        if (random_() % 2) sample.anon_bytes = any();
        if (random_() % 2) sample.swap_bytes = any();
        if (random_() % 2) sample.threads = any();
        if (random_() % 8 == 0) sample.age = nanoseconds(any());
        if (random_() % 4 == 0) sample.limit = Limit{LimitKind::given, any(), any()};
        if (random_() % 3) return judge.add(sample);
        Bucket bucket = to_bucket(sample);
        bucket.span = nanoseconds(any());
        bucket.count = any();
        bucket.series[0]->min = any();
        bucket.series[0]->mean = static_cast<double>(any());
        judge.add(bucket);
    }

  private:
    std::int64_t any() {
        const auto bits = static_cast<std::int64_t>(random_());
        const int shift = static_cast<int>(random_() % 64);
        return bits >> shift;
    }

    std::mt19937_64 random_;
    nanoseconds mono_{};
};

}  // namespace

TEST_CASE("what the wall clock shows moves no verdict", "[trend]") {
    Judge steady(one_minute()), stepping(one_minute());
    for (double t = 0; t < 200; t += .1) {
        Sample sample = sample_at(t, 30 + .3 * t);
        steady.add(sample);
        sample.wall += t > 90 ? -1h : 30min;
        stepping.add(sample);
    }
    CHECK(steady.verdict().claim == Claim::leak);
    CHECK(stepping.verdict().series == steady.verdict().series);
}

TEST_CASE("a daily wave that shifts by an hour, twice, is no leak", "[trend]") {
    const double day_s = 160, hour_s = day_s / 24;  // the day of a patience of 60 s
    CHECK_FALSE(ever_leak(one_minute(), 16 * day_s, .2, [&](double t) {
        const double shifted_s = t + (t > 6 * day_s ? hour_s : 0) - (t > 11 * day_s ? hour_s : 0);
        return 100 - 25 * std::cos(2 * M_PI * shifted_s / day_s);
    }));
}

TEST_CASE("what a process loads at its start is not violent growth, however small it began", "[trend]") {
    CHECK_FALSE(ever_leak(one_minute(), 240, .1, [](double t) {
        const double loading = t < 66 ? 12 * std::sqrt(t) : 12 * std::sqrt(66.0);
        return 2 + loading;
    }));
}

TEST_CASE("growth that is violent for a process long at rest is called a leak before the patience is over",
          "[trend]") {
    Judge judge(one_minute());
    double detected_s = 0;
    for (double t = 0; t < 260 && detected_s == 0; t += .1) {
        judge.add(sample_at(t, 40 + (t > 200 ? 20 * (t - 200) : 0)));
        if (judge.claim() == Claim::leak) detected_s = t;
    }
    CHECK(detected_s > 200);
    CHECK(detected_s < 240);
}

TEST_CASE("looks made of dice do no harm, and a state saved among them goes on alike", "[trend]") {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        Judge judge(one_minute());
        Dice dice(seed);
        for (int i = 0; i < 600; ++i) dice.roll(judge);
        auto restored = Judge::load(judge.save(), one_minute());
        if (!restored) continue;  // dice can leave what a file may not hold
        Dice twin = dice;
        for (int i = 0; i < 300; ++i) {
            dice.roll(judge);
            twin.roll(*restored);
            REQUIRE(judge.claim() == restored->claim());
        }
        REQUIRE(judge.save() == restored->save());
    }
}
