// SPDX-License-Identifier: MIT
#include <cmath>
#include <cstring>
#include <random>

#include "core/trend/judge.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using trend::Judge;
using trend::Settings;

namespace {

constexpr double kMiB = 1024 * 1024;

Settings one_minute() { return {.patience = 60s, .min_growth_bytes = 1 << 20}; }

// A sawtooth, then a leak under it; threads beside it.
Sample sample_number(int i) {
    const double t = .1 * i;
    const double leak = t > 200 ? .3 * (t - 200) : 0;
    Sample sample{.mono = i * 100ms + 1s, .wall = i * 100ms};
    sample.rss_bytes = std::llround(kMiB * (40 + 2 * std::fmod(t, 7) + leak));
    sample.threads = 10 + i % 3;
    sample.limit = Limit{LimitKind::cgroup_max, 200LL << 20, sample.rss_bytes};
    return sample;
}

}  // namespace

TEST_CASE("a Judge restored from its saved state goes on as if it had not been away", "[trend]") {
    for (const int saved_at : {1, 100, 1500, 2600, 3200}) {
        Judge whole(one_minute()), first(one_minute());
        for (int i = 0; i < saved_at; ++i) {
            whole.add(sample_number(i));
            first.add(sample_number(i));
        }
        auto restored = Judge::load(first.save(), one_minute());
        REQUIRE(restored);
        CHECK(restored->verdict() == whole.verdict());
        for (int i = saved_at; i < 3600; ++i) {
            whole.add(sample_number(i));
            restored->add(sample_number(i));
            REQUIRE(restored->claim() == whole.claim());
        }
        CHECK(restored->verdict() == whole.verdict());
        CHECK(whole.claim() == Claim::leak);
        CHECK(restored->save() == whole.save());
    }
}

TEST_CASE("a Judge restored after a drop still knows how fast it rose before", "[trend]") {
    const auto sample = [](int i) {
        const double t = .1 * i;
        const double rose = .3 * t - (t > 240 ? 45 : 0);  // of 72 MiB 45 are given back
        Sample at{.mono = i * 100ms + 1s, .wall = i * 100ms};
        at.rss_bytes = std::llround(kMiB * (40 + .5 * std::fmod(t, 3) + rose));
        return at;
    };
    Judge whole(one_minute()), first(one_minute());
    int i = 0;
    for (; i < 2600; ++i) {
        whole.add(sample(i));
        first.add(sample(i));
    }
    REQUIRE(whole.verdict().ever_leak);
    REQUIRE(whole.claim() < Claim::leak);
    auto restored = Judge::load(first.save(), one_minute());
    REQUIRE(restored);
    for (; i < 5400; ++i) {
        whole.add(sample(i));
        restored->add(sample(i));
        if (i % 50 == 0) REQUIRE(restored->verdict() == whole.verdict());
    }
    CHECK(whole.claim() == Claim::leak);
}

TEST_CASE("a saved state is at most 64 KiB a series", "[trend]") {
    Judge judge(one_minute());
    for (int i = 0; i < 3600; ++i) judge.add(sample_number(i));
    CHECK(judge.save().size() <= 2 * 64 * 1024);
}

TEST_CASE("state of another patience, cut short, or damaged anywhere is refused", "[trend]") {
    Judge judge(one_minute());
    for (int i = 0; i < 700; ++i) judge.add(sample_number(i));
    const auto bytes = judge.save();
    CHECK_FALSE(Judge::load(bytes, {.patience = 61s}));
    CHECK_FALSE(Judge::load({}, one_minute()));
    std::mt19937_64 random(1);
    for (int round = 0; round < 200; ++round) {
        auto damaged = bytes;
        damaged[random() % damaged.size()] ^= std::byte{1};
        CHECK_FALSE(Judge::load(damaged, one_minute()));
        CHECK_FALSE(Judge::load(std::span(bytes).first(random() % bytes.size()), one_minute()));
    }
}

TEST_CASE("state of an earlier version is told from a damaged one, so that it can be replaced", "[trend]") {
    Judge judge(one_minute());
    for (int i = 0; i < 700; ++i) judge.add(sample_number(i));
    auto bytes = judge.save();
    bytes[0] = std::byte{2};  // the version stands in the lowest byte
    std::uint64_t sum = 0xcbf29ce484222325ULL;
    for (std::size_t i = 0; i + sizeof sum < bytes.size(); ++i)
        sum = (sum ^ std::to_integer<std::uint64_t>(bytes[i])) * 0x100000001b3ULL;
    std::memcpy(&bytes[bytes.size() - sizeof sum], &sum, sizeof sum);
    const auto loaded = Judge::load(bytes, one_minute());
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().kind == Error::Kind::unavailable);
    CHECK(loaded.error().what == "saved state: of an earlier version");
}
