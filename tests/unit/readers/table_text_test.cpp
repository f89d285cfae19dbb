// SPDX-License-Identifier: MIT
#include "core/readers/table_text.h"

#include <fmt/format.h>

#include "tests/catch.h"
#include "tests/unit/readers/reading.h"

namespace rampwatch::readers::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a date and ps's number in each line are a series in KiB", "[readers]") {
    const Reading reading =
        read_text("Mon Mar  2 10:00:00 UTC 2026 51200\nMon Mar  2 10:00:01 UTC 2026 51240\n");

    CHECK(reading.error.empty());
    REQUIRE(reading.only().records.size() == 2);
    CHECK(reading.only().at(1).rss_bytes == 51240 * 1024);
    CHECK(reading.only().at(1).wall == 1772445601s);
    CHECK(reading.notes.remarks.size() == 1);
}

TEST_CASE("columns of psrecord about reading and writing are passed over", "[readers]") {
    const Reading reading = read_text(
        "# Elapsed time   CPU (%)     Real (MB)   Virtual (MB)  Read count   Write count  Read bytes   "
        "Write bytes \n       0.000        9.500       50.000      512.000           12           13         "
        "4096            0\n      60.000        9.500       51.000      512.000           12           13    "
        "   "
        "  4096            0\n");

    CHECK(reading.format == "psrecord");
    REQUIRE(reading.only().records.size() == 2);
    CHECK(reading.only().at(1).rss_bytes == std::int64_t{51} << 20);
}

TEST_CASE("a number that may be bytes or KiB is refused with what to do", "[readers]") {
    const Reading reading = read_text("2026-03-02T10:00:00Z 104857600\n");

    CHECK(reading.error.find(
              "t:1: a number without a unit: 104857600 (put a line above that names the columns") == 0);
}

TEST_CASE("a table without any time is refused with a loop that has one", "[readers]") {
    const Reading reading = read_text("  PID   RSS COMMAND\n 4711 51200 nginx\n");

    CHECK(reading.error.find("t:2: no time is known for this line (print the date before each look") == 0);
}

TEST_CASE("several processes in a table are a series each, a head may come again and change", "[readers]") {
    const Reading reading = read_text(
        "1772445600\n  PID   RSS COMMAND\n 1 9000 init\n 2 0 kthreadd\n 7 51200 a b c\n"
        "1772445660\n  PID   RSS COMMAND\n 1 9004 init\n 7 51204 a b c\n"
        "1772445720\nRSS PID CMD\n9008 1 init\n");

    CHECK(reading.error.empty());
    REQUIRE(reading.series.size() == 2);
    CHECK(reading.series.at("PID 1 (init)").records.size() == 3);
    CHECK(reading.series.at("PID 7 (a b c)").at(1).rss_bytes == 51204 * 1024);
}

TEST_CASE("a number that the kernel gave out again is a further life", "[readers]") {
    const Reading reading = read_text(
        "1772445600\nPID RSS ELAPSED\n7 51200 1-00:00:00\n1772445660\nPID RSS ELAPSED\n7 4000 00:05\n");

    REQUIRE(reading.only().records.size() == 2);
    CHECK(reading.only().records[1].life == 2);
    CHECK(reading.only().at(0).age == 24h);
}

TEST_CASE("lines that are no part of a table are passed over and counted", "[readers]") {
    const Reading reading =
        read_text("1772445600\nPID RSS\n7 51200\nerror: garbage\n1772445660\nPID RSS\n7 x\n7 51300\n");

    CHECK(reading.error.empty());
    CHECK(reading.only().records.size() == 2);
    CHECK(reading.notes.lines_not_understood == 2);
    CHECK(reading.notes.first_not_understood == 4);
}

TEST_CASE("escape sequences of a terminal are taken off", "[readers]") {
    const Reading reading = read_text(
        "Mon Mar  2 10:00:00 UTC 2026\n\x1b[H\x1b[JNAME   CPU %   MEM USAGE / LIMIT\x1b[K\nweb   1%   5MiB / "
        "1GiB\x1b[K\n");

    CHECK(reading.error.empty());
    CHECK(reading.only().at(0).rss_bytes == 5 << 20);
}

TEST_CASE("a time that stands still is refused", "[readers]") {
    std::string text = "Mon Mar  2 10:00:00 UTC 2026\nPID RSS\n";
    for (int i = 0; i < 30; ++i) text += fmt::format("7 {}\n", 51200 + 4 * i);

    CHECK(read_text(text).error.find("the time stands still: 29 of 30 looks") != std::string::npos);
}

TEST_CASE("time that goes back far is refused, a little is passed over", "[readers]") {
    const std::string head = "2026-03-02T10:00:00Z 51200\n";
    CHECK(read_text(head + "2026-03-02T08:00:00Z 51204\n").error.find("t:2: time goes back by 2") == 0);
    const Reading little = read_text(head + "2026-03-02T09:59:59Z 51204\n2026-03-02T10:00:01Z 51204\n");
    CHECK(little.error.empty());
    CHECK(little.notes.out_of_order == 1);
    CHECK(little.only().records.size() == 2);
}

TEST_CASE("more processes than are held at once are all judged, and memory stays bounded", "[readers]") {
    std::string text;
    for (int tick = 0; tick < 3; ++tick) {
        text += fmt::format("{}\nPID RSS\n7 51200\n", 1772445600 + 60 * tick);
        for (int i = 0; i < 900; ++i) text += fmt::format("{} 4000\n", 1000 + tick * 900 + i);
    }
    const Reading reading = read_text(text);

    CHECK(reading.error.empty());
    CHECK(reading.series.size() == 2701);
    CHECK(reading.series.at("PID 7").records.size() == 3);
}

}  // namespace
}  // namespace rampwatch::readers::test
