// SPDX-License-Identifier: MIT
#include "core/readers/amount.h"

#include "tests/catch.h"

namespace rampwatch::readers {
namespace {

double bytes(std::string_view text, bool decimal_comma = false) {
    const auto amount = parse_amount(text, decimal_comma);
    return amount ? amount->number * amount->unit_bytes : -1;
}

TEST_CASE("amounts are read with the unit that stands behind them", "[readers]") {
    CHECK(bytes("95.5MiB") == 95.5 * 1024 * 1024);
    CHECK(bytes("95.5 MB") == 95.5e6);
    CHECK(bytes("512Mi") == 512.0 * 1024 * 1024);
    CHECK(bytes("1.2g") == 1.2 * 1024 * 1024 * 1024);
    CHECK(bytes("1,024 K") == 1024.0 * 1024);
    CHECK(bytes("95,5 MB", true) == 95.5e6);
    CHECK(bytes("1.095,5 MB", true) == 1095.5e6);
    CHECK(bytes("17 B") == 17);
    CHECK(parse_amount("51200")->unit_bytes == 0);
    CHECK(parse_amount("12%")->percent);
    CHECK_FALSE(parse_amount("x"));
    CHECK_FALSE(parse_amount("5 parsecs"));
    CHECK_FALSE(parse_amount(""));
}

TEST_CASE("what is unknown is known to be", "[readers]") {
    for (const char* text : {"", " ", "NaN", "nan", "-", "--", "null", "N/A"}) CHECK(is_unknown(text));
    for (const char* text : {"0", "5", "x", "nano"}) CHECK_FALSE(is_unknown(text));
}

TEST_CASE("columns are found by their names, with units", "[readers]") {
    const auto is = [](std::string_view name, Field field, double unit) {
        const ColumnKind kind = column_kind(name);
        CAPTURE(name);
        CHECK(kind.field == field);
        CHECK(kind.unit == unit);
    };
    is("rss_kib", Field::rss, 1024);
    is("rss_kb", Field::rss, 1024);
    is("vmrss_kb", Field::rss, 1024);
    is("VmRSS (kB)", Field::rss, 1024);
    is("rss_pages", Field::rss, 4096);
    is("rss_mb", Field::rss, 1024.0 * 1024);
    is("Real (MB)", Field::rss, 1024.0 * 1024);
    is("rss_bytes", Field::rss, 1);
    is("RSS", Field::rss, 0);
    is("MEMORY(bytes)", Field::rss, 1);
    is("process_resident_memory_bytes", Field::rss, 1);
    is("swap_kib", Field::swap, 1024);
    is("timestamp_ms", Field::time, 1e-3);
    is("time_s", Field::time, 1);
    is("kbmemused", Field::host_used, 1024);
    is("%MEM", Field::share, 0);
    is("MEM_%", Field::share, 0);
    is("nlwp", Field::threads, 0);
    is("api (MiB)", Field::none, 1024.0 * 1024);
    is("pid", Field::pid, 0);
    is("", Field::none, 0);
}

}  // namespace
}  // namespace rampwatch::readers
