// SPDX-License-Identifier: MIT
#include "core/watch/episode.h"

#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using watch::Episode;

namespace {

constexpr double kMiB = 1 << 20;
using Kinds = std::vector<Event::Kind>;

struct Seen {
    Claim claim = Claim::undecided;
    Series leading = Series::memory;
    double rise = 0;
    std::optional<double> eta_s{};
    bool limit_near = false;
};

Verdict verdict_of(const Seen& seen, std::chrono::nanoseconds mono) {
    Verdict verdict{.claim = seen.claim, .leading = seen.leading, .now = mono};
    verdict.series[index(seen.leading)] = SeriesVerdict{.series = seen.leading, .rise = seen.rise};
    if (seen.eta_s) verdict.forecast = Forecast{.eta_s = *seen.eta_s};
    if (seen.limit_near) verdict.limit_near = Forecast{.eta_s = 600};
    return verdict;
}

// One look an hour, at the default patience; what each told.
class Teller {
  public:
    Kinds operator()(const Seen& seen) {
        hour_ += 1h;
        if (!episode.look(seen.claim, seen.limit_near, hour_)) return {};
        Kinds kinds;
        for (const auto& telling : episode.update(verdict_of(seen, hour_))) {
            kinds.push_back(telling.kind);
            before = telling.before;
        }
        return kinds;
    }
    Episode episode{9h};
    Claim before = Claim::undecided;

  private:
    std::chrono::nanoseconds hour_{};
};

}  // namespace

TEST_CASE("one growing notice and one alarm an episode", "[watch]") {
    Teller tell;
    CHECK(tell({Claim::undecided}).empty());
    CHECK(tell({Claim::healthy}).empty());
    CHECK(tell({Claim::growing}) == Kinds{Event::Kind::growing});
    CHECK(tell({Claim::growing}).empty());
    CHECK(tell({Claim::leak, Series::memory, 40 * kMiB}) == Kinds{Event::Kind::leak});
    CHECK(tell({Claim::leak, Series::memory, 45 * kMiB}).empty());
    CHECK(tell({Claim::growing}).empty());
    CHECK(tell({Claim::leak, Series::memory, 50 * kMiB}).empty());
}

TEST_CASE("a leak that was never suspected is told as a leak alone", "[watch]") {
    Teller tell;
    CHECK(tell({Claim::leak}) == Kinds{Event::Kind::leak});
    CHECK(tell.before == Claim::undecided);
}

TEST_CASE("a leak is told again each time its amount has doubled", "[watch]") {
    Teller tell;
    int told = 0;
    for (int mib = 40; mib <= 950; ++mib)
        told += static_cast<int>(tell({Claim::leak, Series::memory, mib * kMiB}).size());
    CHECK(told == 5);  // at 40, 80, 160, 320 and 640 MiB
}

TEST_CASE("half the time to the limit is told when it falls below a week, a day, an hour", "[watch]") {
    Teller tell;
    const auto at = [&](double eta_h) {
        return tell({Claim::leak, Series::memory, 40 * kMiB, eta_h * 3600}).size();
    };
    CHECK(at(24 * 20) == 1);  // the alarm itself
    CHECK(at(24 * 8) == 0);   // halved, but nobody's plans change
    CHECK(at(24 * 6) == 1);
    CHECK(at(24 * 2) == 0);  // a third, yet still this week
    CHECK(at(20) == 1);
    CHECK(at(15) == 0);
    CHECK(at(0.9) == 1);
    CHECK(at(0.1) == 0);
}

TEST_CASE("memory that joins a leak of threads is told; threads that join memory are not", "[watch]") {
    Teller counts_first;
    CHECK(counts_first({Claim::leak, Series::threads, 100}) == Kinds{Event::Kind::leak});
    CHECK(counts_first({Claim::leak, Series::memory, 20 * kMiB}) == Kinds{Event::Kind::leak_worse});
    CHECK(counts_first({Claim::leak, Series::memory, 30 * kMiB}).empty());

    Teller memory_first;
    CHECK(memory_first({Claim::leak, Series::memory, 20 * kMiB}) == Kinds{Event::Kind::leak});
    CHECK(memory_first({Claim::leak, Series::threads, 100}).empty());
}

TEST_CASE("a recovery ends the episode and the next leak is an alarm of its own", "[watch]") {
    Teller tell;
    tell({Claim::growing});
    tell({Claim::leak});
    CHECK(tell({Claim::healthy}).empty());
    CHECK(tell({Claim::healthy}).empty());
    CHECK(tell({Claim::healthy}) == Kinds{Event::Kind::recovered});
    CHECK(tell.before == Claim::leak);
    CHECK(tell({Claim::healthy}).empty());
    CHECK(tell({Claim::growing}) == Kinds{Event::Kind::growing});
    CHECK(tell({Claim::undecided}).empty());
    CHECK(tell({Claim::healthy}).empty());
    CHECK(tell({Claim::undecided}) == Kinds{Event::Kind::recovered});
    CHECK(tell.before == Claim::growing);
    CHECK(tell({Claim::leak}) == Kinds{Event::Kind::leak});
}

TEST_CASE("a claim that falls and comes back within an eighth of the patience has not ended", "[watch]") {
    Teller tell;
    tell({Claim::growing});
    for (int tooth = 0; tooth < 20; ++tooth) {
        CHECK(tell({Claim::healthy}).empty());
        CHECK(tell({.claim = Claim::undecided, .limit_near = tooth == 3}).size() == (tooth == 3 ? 1 : 0));
        CHECK(tell({Claim::growing}).empty());
    }
    CHECK(tell({Claim::healthy}).empty());
    CHECK(tell({Claim::leak}) == Kinds{Event::Kind::leak});
    CHECK(tell.before == Claim::growing);
}

TEST_CASE("a near limit is told once, apart from every claim, and again only after it was gone", "[watch]") {
    Episode episode{9h};
    int told = 0;
    const auto look = [&](bool near, std::chrono::nanoseconds mono) {
        const Seen seen{.claim = Claim::undecided, .limit_near = near};
        if (!episode.look(seen.claim, near, mono)) return;
        told += static_cast<int>(episode.update(verdict_of(seen, mono)).size());
    };
    for (int minute = 0; minute < 60; ++minute) look(minute % 2 == 0, minute * 1min);  // it flickers
    CHECK(told == 1);
    for (int minute = 60; minute < 90; ++minute) look(false, minute * 1min);
    look(true, 90min);
    CHECK(told == 2);
}

TEST_CASE("a limit of descriptors that comes near beside memory's is told too, once", "[watch]") {
    Episode episode{9h};
    int told = 0;
    const auto look = [&](bool memory, bool fds, std::chrono::nanoseconds mono) {
        Verdict verdict{.now = mono};
        if (memory) verdict.limit_near = Forecast{.eta_s = 600};
        verdict.series[index(Series::fds)] = SeriesVerdict{.series = Series::fds};
        if (fds) verdict.series[index(Series::fds)]->count_limit_near = CountForecast{.eta_s = 900};
        if (episode.look(Claim::undecided, limits_near(verdict), mono))
            told += static_cast<int>(episode.update(verdict).size());
    };
    look(true, false, 1min);
    CHECK(told == 1);
    for (int minute = 2; minute < 9; ++minute) look(true, true, minute * 1min);
    CHECK(told == 2);
    for (int minute = 9; minute < 60; ++minute) look(true, false, minute * 1min);
    look(true, true, 60min);
    CHECK(told == 3);
}
