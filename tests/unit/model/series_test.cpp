// SPDX-License-Identifier: MIT
// The row of each series, and what goes over the rows.
#include "core/model/series.h"

#include <set>

#include "core/model/bucket.h"
#include "tests/catch.h"

using namespace rampwatch;

TEST_CASE("no two series share a word, a column or a metric", "[model]") {
    std::set<std::string_view> words, columns, metrics;
    for (const SeriesRow& row : kSeriesRows) {
        CHECK(words.insert(row.word).second);
        CHECK((row.column.empty() || columns.insert(row.column).second));
        CHECK((row.metric.empty() || metrics.insert(row.metric).second));
        CHECK(row.metric.empty() == row.metric_help.empty());
    }
}

TEST_CASE("every series but memory is one field of a sample", "[model]") {
    for (const SeriesRow& row : kSeriesRows) {
        if (row.series == Series::memory) continue;
        Sample sample;
        sample.*row.member = 7;
        CHECK(value_of(sample, row.series) == 7);
        std::size_t times = 0;
        for (const SampleField& field : kSampleFields) times += field.column == row.column;
        CHECK(times == 1);
    }
}

TEST_CASE("a bucket's last values come back as a sample, whatever the series", "[model]") {
    Sample sample{.rss_bytes = 100, .anon_bytes = 60};
    std::int64_t next = 1;
    for (const SeriesRow& row : kSeriesRows)
        if (row.member != nullptr) sample.*row.member = next++;

    CHECK(last_of(to_bucket(sample)) == sample);
}
