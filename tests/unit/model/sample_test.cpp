// SPDX-License-Identifier: MIT
#include "core/model/sample.h"

#include <limits>

#include "core/model/words.h"
#include "tests/catch.h"

using namespace rampwatch;

TEST_CASE("the judged memory is what cannot be given back: anonymous plus swap", "[model]") {
    Sample sample{.rss_bytes = 1000, .anon_bytes = 600, .file_bytes = 400, .swap_bytes = 50};
    CHECK(value_of(sample, Series::memory) == 650);
    sample.anon_bytes.reset();
    CHECK(value_of(sample, Series::memory) == 1050);
    CHECK_FALSE(value_of(sample, Series::threads));
}

TEST_CASE("what was given back by MADV_FREE is not held, though the kernel counts it", "[model]") {
    Sample sample{.rss_bytes = 1000, .anon_bytes = 600, .swap_bytes = 50, .lazyfree_bytes = 500};
    CHECK(value_of(sample, Series::memory) == 150);
    CHECK(to_bucket(sample).series[index(Series::memory)]->last == 150);
    sample.lazyfree_bytes = 0;
    CHECK(value_of(sample, Series::memory) == 650);
    sample.lazyfree_bytes = 700;  // the kernel has taken some since it was read
    CHECK(value_of(sample, Series::memory) == 50);
    sample.lazyfree_bytes = -1;
    CHECK(value_of(sample, Series::memory) == 650);
}

TEST_CASE("an absurd sum saturates", "[model]") {
    const Sample sample{.anon_bytes = std::numeric_limits<std::int64_t>::max(), .swap_bytes = 1};
    CHECK(value_of(sample, Series::memory) == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("a sample is a bucket of one", "[model]") {
    const Bucket bucket = to_bucket(Sample{.mono = std::chrono::seconds(5), .rss_bytes = 7, .threads = 3});
    CHECK(bucket.count == 1);
    CHECK(bucket.mono == std::chrono::seconds(5));
    REQUIRE(bucket.series[index(Series::threads)]);
    CHECK(bucket.series[index(Series::threads)]->min == 3);
    CHECK_FALSE(bucket.series[index(Series::fds)]);
}

TEST_CASE("every series has a word that leads back to it", "[model]") {
    for (const Series series : kAllSeries) CHECK(series_of(word(series)) == series);
    CHECK_FALSE(series_of("rss"));
}
