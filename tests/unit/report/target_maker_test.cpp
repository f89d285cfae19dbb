// SPDX-License-Identifier: MIT
#include "core/report/target_maker.h"

#include <chrono>

#include "core/model/bucket.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using report::TargetMaker;

namespace {

Sample sample_at(std::chrono::seconds when, std::int64_t rss_bytes) {
    Sample sample;
    sample.mono = sample.wall = when;
    sample.rss_bytes = rss_bytes;
    return sample;
}

void add(TargetMaker& maker, const Sample& sample, LifeNumber life, bool is_drawn = true) {
    maker.add(to_bucket(sample), sample, life, is_drawn);
}

}  // namespace

TEST_CASE("a report has a summary of each life, and begins anew with the newest", "[report]") {
    TargetMaker maker(10);
    add(maker, sample_at(1s, 100), 1);
    add(maker, sample_at(2s, 300), 1);
    add(maker, sample_at(3s, 50), 2);
    report::TargetReport target;
    maker.fill(target);
    REQUIRE(target.lives.size() == 2);
    CHECK(target.lives[0].number == 1);
    CHECK(target.lives[0].peak == 300);
    CHECK(target.lives[1].number == 2);
    CHECK(target.context.first->rss_bytes == 50);
    CHECK(target.last_wall == std::chrono::nanoseconds(3s));
    maker.fill(target);
    CHECK(target.lives.size() == 2);  // filled anew, not twice
}

TEST_CASE("looks before the time of a report are in their life, and not in its charts", "[report]") {
    TargetMaker maker(10);
    add(maker, sample_at(1s, 100), 1, false);
    CHECK_FALSE(maker.is_drawn());
    add(maker, sample_at(2s, 200), 1);
    CHECK(maker.is_drawn());
    report::TargetReport target;
    maker.fill(target);
    CHECK(target.lives.at(0).looks == 2);
    CHECK(target.charts[index(Series::memory)].size() == 1);
}

TEST_CASE("the newest lives and events are kept", "[report]") {
    TargetMaker maker(3);
    for (int i = 0; i < 100; ++i) {
        add(maker, sample_at(std::chrono::seconds(i), 1), static_cast<LifeNumber>(i));
        maker.add(Event{.kind = Event::Kind::recovered, .wall = std::chrono::seconds(i)});
    }
    report::TargetReport target;
    maker.fill(target);
    CHECK(target.lives.size() == TargetMaker::kMostLives);
    CHECK(target.lives.back().number == 99);
    REQUIRE(target.events.size() == 3);
    CHECK(target.events.front().wall == std::chrono::nanoseconds(97s));
}
