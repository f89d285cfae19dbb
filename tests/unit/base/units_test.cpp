// SPDX-License-Identifier: MIT
#include "core/base/units.h"

#include <cstdlib>
#include <ctime>

#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;

TEST_CASE("sizes are powers of 1024, with or without iB", "[base]") {
    CHECK(parse_size("512").value() == 512);
    CHECK(parse_size("64M").value() == 64 << 20);
    CHECK(parse_size("64MiB").value() == 64 << 20);
    CHECK(parse_size("1.5G").value() == 3LL << 29);
    CHECK(parse_size("0").value() == 0);
}

TEST_CASE("an ambiguous, negative or absurd size is refused", "[base]") {
    for (const char* text : {"", "MB", "64MB", "-1", "1x", "12k", "1.2.3G", "9E", "nan", "1e999", " 1"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_size(text));
    }
}

TEST_CASE("durations take units from the largest down; a bare number is seconds", "[base]") {
    CHECK(parse_duration("30").value() == 30s);
    CHECK(parse_duration("1.5h").value() == 90min);
    CHECK(parse_duration("1h30m").value() == 90min);
    CHECK(parse_duration("9d").value() == 216h);
    CHECK(parse_duration("250ms").value() == 250ms);
    for (const char* text : {"", "s", "-5s", "5x", "30m1h", "1h1h", "1h30", "10001d", "inf"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_duration(text));
    }
}

TEST_CASE("sizes and durations are printed with three figures at most", "[base]") {
    CHECK(format_size(812) == "812 B");
    CHECK(format_size(1.02 * (1 << 30)) == "1.02 GiB");
    CHECK(format_size(104.2 * (1 << 20)) == "104 MiB");
    CHECK(format_size(-10.25 * 1024) == "-10.2 KiB");
    CHECK(format_size(1023.9 * 1024) == "1.00 MiB");
    CHECK(format_duration(9h * 24) == "9 days");
    CHECK(format_duration(150min) == "2.5 h");
    CHECK(format_duration(40s) == "40 s");
    CHECK(format_rate(4.4 * (1 << 20) / 3600) == "4.40 MiB/h");
    CHECK(format_count_rate(400 / 3600.0) == "6.67/min");
    CHECK(format_rate(0) == "0 B/h");
    CHECK(format_rate(-3.0 * (1 << 20)) == "-3.00 MiB/s");
    CHECK(format_count_rate(0) == "0.00/h");
    CHECK(format_count(41032) == "41,032");
    CHECK(format_count(-1234567) == "-1,234,567");
    CHECK(format_count(7) == "7");
}

TEST_CASE("times carry the offset of their zone", "[base]") {
    ::setenv("TZ", "UTC-1", 1);  // POSIX sign: one hour east
    ::tzset();
    CHECK(format_time(1764036605s) == "2025-11-25T03:10:05+01:00");
    CHECK(format_day_hour(1764036605s) == "Tue 25 Nov about 03:00");
    CHECK(format_day_second(1764036605s) == "Tue 25 Nov 03:10:05");
    CHECK(format_day_minute(1764036605s) == "Tue 25 Nov 03:10");
    CHECK(format_day_minute(1764036659s + 999ms) == "Tue 25 Nov 03:10");  // never later than it was
    ::unsetenv("TZ");
    ::tzset();
}

TEST_CASE("rates beside one another are said in the unit of one of them", "[base]") {
    const RateUnit unit = rate_unit(853.0 * 1024);  // 2.93 GiB/h: said a second
    CHECK(format_rate_in(unit, 853.0 * 1024) == "853 KiB/s");
    CHECK(format_rate_in(unit, 420.0 * (1 << 20) / 3600) == "119 KiB/s");
    CHECK(format_rate_in(unit, 1.55 * (1 << 20)) == "1587 KiB/s");
    CHECK(format_rate_in(unit, -300.0) == "-0.29 KiB/s");
    CHECK(format_rate_in(count_rate_unit(0.5), 0.001) == "0.06/min");
}

TEST_CASE("a duration in an option is read back as it was", "[base]") {
    for (const std::chrono::milliseconds time :
         {250ms, 1000ms, 60'000ms, 90'000ms, 5'400'000ms, 32'400'000ms, 86'400'000ms * 9, 1001ms, 0ms}) {
        CAPTURE(time.count());
        CHECK(parse_duration(duration_word(time)).value() == time);
    }
    CHECK(duration_word(9h) == "9h");
    CHECK(duration_word(90s) == "90s");
}
