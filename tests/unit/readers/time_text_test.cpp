// SPDX-License-Identifier: MIT
#include "core/readers/time_text.h"

#include "core/readers/file_clock.h"
#include "tests/catch.h"

namespace rampwatch::readers {
namespace {

using namespace std::chrono_literals;
using Kind = TextTime::Kind;

TextTime time_of(std::string_view text) {
    return leading_time(text).value_or(TextTime{Kind::absolute, -1ns, 0});
}

TEST_CASE("times since the epoch are told by their size", "[readers]") {
    CHECK(time_of("1772445600") == TextTime{Kind::absolute, 1772445600s, 10});
    CHECK(time_of("1772445600.25 x") == TextTime{Kind::absolute, 1772445600250ms, 13});
    CHECK(time_of("1772445600123") == TextTime{Kind::absolute, 1772445600123ms, 13});
    CHECK(time_of("1772445600123456") == TextTime{Kind::absolute, 1772445600123456us, 16});
    CHECK(time_of("1772445600123456789") == TextTime{Kind::absolute, 1772445600123456789ns, 19});
    CHECK_FALSE(leading_time("177244560"));
    CHECK_FALSE(leading_time("9999999999"));
    CHECK_FALSE(leading_time("51200"));
    CHECK_FALSE(leading_time("17724456001"));
}

TEST_CASE("ISO 8601 is read with every zone", "[readers]") {
    for (const char* text : {"2026-03-02T10:00:00Z", "2026-03-02 10:00:00 UTC", "2026-03-02T11:00:00+01:00",
                             "2026-03-02T05:00:00-0500", "2026/03/02 10:00:00Z", "2026-03-02T11:00:00 CET",
                             "2026-03-02T10:00Z", "2026-03-02T12:00:00+02"}) {
        CAPTURE(text);
        CHECK(time_of(text) == TextTime{Kind::absolute, 1772445600s, std::string_view(text).size()});
    }
    CHECK(time_of("2026-03-02T10:00:00.5Z").value == 1772445600500ms);
    CHECK(time_of("2026-03-02 10:00:00,123 INFO").value - time_of("2026-03-02 10:00:00").value == 123ms);
    CHECK(time_of("2026-03-02 10:00:00,51200").length == 19);
    CHECK(time_of("2026-03-02 10:00:00").kind == Kind::local);
    CHECK_FALSE(leading_time("2026-13-02 10:00:00"));
    CHECK_FALSE(leading_time("2026-03-02"));
}

TEST_CASE("what date prints is read in the C and English locales", "[readers]") {
    for (const char* text : {"Mon Mar  2 10:00:00 UTC 2026", "Mon 02 Mar 2026 10:00:00 AM UTC",
                             "Mon, 02 Mar 2026 10:00:00 +0000", "Mon Mar  2 11:00:00 CET 2026",
                             "Mon Mar 2 10:00:00 AM UTC 2026", "02 Mar 2026 10:00:00 GMT"}) {
        CAPTURE(text);
        CHECK(time_of(text) == TextTime{Kind::absolute, 1772445600s, std::string_view(text).size()});
    }
    CHECK(time_of("Mon Mar  2 10:00:00 2026").kind == Kind::local);
    CHECK(time_of("Mon Mar  2 10:00:00 NPT 2026").kind == Kind::local);
    CHECK(time_of("Mon Mar  2 10:00:00 UTC 2026 51200").length == 28);
    CHECK(time_of("Mar  2 10:00:00 host x").kind == Kind::yearless);
    CHECK(time_of("Mar 02 10:00:00   PID   RSS").length == 15);
}

TEST_CASE("a bare time of day is one, also with AM and PM", "[readers]") {
    CHECK(time_of("19:25:01      UID") == TextTime{Kind::clock, 19h + 25min + 1s, 8});
    CHECK(time_of("07:25:01 PM  UID") == TextTime{Kind::clock, 19h + 25min + 1s, 11});
    CHECK(time_of("12:25:01 AM").value == 25min + 1s);
    CHECK_FALSE(leading_time("25:00:00"));
    CHECK_FALSE(leading_time("10:00"));
    CHECK_FALSE(leading_time("api-1 10:00:00"));
}

TEST_CASE("any bytes are a time or none", "[readers]") {
    for (const char* text : {"", " ", "Mon", "Mon Mar", "+", "2026-", "2026-03-02T", "9", "Mar 99 10:00:00",
                             "Mon Mar  2 10:00:00 UTC 99999999999"}) {
        CHECK_NOTHROW(leading_time(text));
    }
}

TEST_CASE("how long a process is there, as ps has it", "[readers]") {
    CHECK(elapsed_of("2-03:04:05") == 51h + 4min + 5s);
    CHECK(elapsed_of("04:05") == 4min + 5s);
    CHECK(elapsed_of("245") == 245s);
    CHECK_FALSE(elapsed_of("1:2:3:4"));
    CHECK_FALSE(elapsed_of("-"));
}

TEST_CASE("a bare time goes on past midnight, a local one past the end of summer time", "[readers]") {
    FileClock clock;
    const auto before = clock.resolve({Kind::clock, 23h + 59min, 0}).mono;
    CHECK(clock.resolve({Kind::clock, 1min, 0}).mono - before == 2min);

    FileClock local;
    const auto first = local.resolve({Kind::local, 100h + 59min, 0}).mono;
    CHECK(local.resolve({Kind::local, 100h, 0}).mono - first == 1min);
    CHECK(local.resolve({Kind::local, 101h, 0}).mono - first == 61min);
    CHECK(local.summer_time_ended());
}

}  // namespace
}  // namespace rampwatch::readers
