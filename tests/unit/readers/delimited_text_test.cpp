// SPDX-License-Identifier: MIT
#include "core/readers/delimited_text.h"

#include <fmt/format.h>

#include "core/readers/recognise.h"
#include "tests/catch.h"
#include "tests/unit/readers/reading.h"

namespace rampwatch::readers::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("columns of one's own naming are read with their units", "[readers]") {
    const Reading reading = read_text(
        "timestamp,pid,vmrss_kb,threads,note\n2026-03-02T10:00:00Z,4711,51200,12,x\n2026-03-02T10:00:01Z,"
        "4711,51240,13,\n");

    CHECK(reading.error.empty());
    const Series& series = reading.series.at("PID 4711");
    REQUIRE(series.records.size() == 2);
    CHECK(series.at(1).rss_bytes == 51240 * 1024);
    CHECK(series.at(1).threads == 13);
    CHECK(reading.notes.ignored_columns == std::vector<std::string>{"note"});
}

TEST_CASE("semicolons, tabs and bars separate too, and a repeated head is passed over", "[readers]") {
    for (const char* separator : {";", "\t", "|", ","}) {
        CAPTURE(separator);
        const Reading reading =
            read_text(fmt::format("time_ms{0}rss_mib\n1772445600000{0}50\n1772445660000{0}51\ntime_ms{0}rss_"
                                  "mib\n1772445720000{0}52\n",
                                  separator));
        CHECK(reading.error.empty());
        REQUIRE(reading.only().records.size() == 3);
        CHECK(reading.only().at(2).mono == 1772445720s);
        CHECK(reading.only().at(2).rss_bytes == 52 << 20);
    }
}

TEST_CASE("a column without a unit is taken as bytes only where it is whole pages", "[readers]") {
    const Reading pages = read_text("time,rss\n1772445600,104857600\n1772445660,104861696\n");
    CHECK(pages.error.empty());
    CHECK(pages.only().at(1).rss_bytes == 104861696);
    REQUIRE(pages.notes.remarks.size() == 1);

    CHECK(read_text("time,rss\n1772445600,51204\n").error ==
          "t:2: no unit in the name of column rss: 51204 (name it rss_bytes, rss_kib (as ps has it) or "
          "rss_mib)");
}

TEST_CASE("bytes that no process can have are refused with the likely unit", "[readers]") {
    CHECK(read_text("timestamp,rss_bytes\n2026-03-02T10:00:00Z,51204\n").error ==
          "t:2: 51204 bytes would be a process of 50.0 KiB: no process is that small (rss_bytes looks like "
          "KiB, as ps and "
          "/proc have it: name the column rss_kib)");
    CHECK(read_text("timestamp,rss_mb\n2026-03-02T10:00:00Z,104857600\n")
              .error.find("t:2: 100 TiB of memory") == 0);
    CHECK(read_text("timestamp,rss_bytes\n2026-03-02T10:00:00Z,8192\n").error.empty());
}

TEST_CASE("seconds from the beginning, a date beside a time of day, and NaN are read", "[readers]") {
    CHECK(read_text("elapsed_s,rss_mb\n0,50\n1.5,51\n").only().at(1).mono == 1500ms);
    CHECK(read_text("date,time,rss_kb\n2026-03-02,10:00:00,51200\n2026-03-02,10:01:00,51200\n")
                  .only()
                  .at(1)
                  .mono -
              read_text("date,time,rss_kb\n2026-03-02,10:00:00,51200\n").only().at(0).mono ==
          60s);
    const Reading nan = read_text("time,rss_mb\n1772445600,NaN\n1772445660,50\n");
    CHECK(nan.only().records.size() == 1);
    CHECK(nan.notes.unknown_values == 1);
}

TEST_CASE("rows that do not fit are refused with their line", "[readers]") {
    CHECK(read_text("time,rss_mb\n1772445600,50,1\n").error.find("t:2: 3 fields where the header has 2") ==
          0);
    CHECK(read_text("time,rss_mb\nsoon,50\n").error.find("t:2: not a time: soon (column time takes ") == 0);
    CHECK(read_text("rss_mb,threads\n50,1\n").error.find("t:1: no column of times in the header") == 0);
    CHECK(read_text("time,rss_mb\n1772445600,fifty\n").error.find("t:2: not understood") == 0);
    CHECK(read_text("time,rss_mb\n1772445600,-5\n").error.find("t:2: negative: -5") == 0);
    CHECK(read_text("time,rss_mb\n").error.find("t: no samples") == 0);
}

TEST_CASE("quotes hold separators and doubled quotes", "[readers]") {
    std::vector<std::string_view> fields;
    std::vector<std::string> room;
    split_quoted(R"("a,b",c,"d ""e""",)", ',', fields, room);

    REQUIRE(fields.size() == 4);
    CHECK(fields[0] == "a,b");
    CHECK(fields[2] == "d \"e\"");
    CHECK(fields[3].empty());
}

TEST_CASE("a file is told by its content", "[readers]") {
    CHECK(recognise("time_s,rss_bytes\n0,4096\n") == Kind::own_csv);
    CHECK(recognise("time_s,rss_bytes\n1772445600000,4096\n") == Kind::delimited);
    CHECK(recognise("time_s,rss_bytes\n2026-03-02T10:00:00Z,4096\n") == Kind::delimited);
    CHECK(recognise("time_s,pid,rss_bytes\n0,1,4096\n") == Kind::delimited);
    CHECK(recognise("time_s,rss_bytes\n2026-03-02T10:00:00.5Z,4096\n") == Kind::delimited);
    CHECK(recognise("time_s,rss_bytes\n1772445600.123456,4096\n") == Kind::own_csv);
    CHECK(recognise("rss_bytes,time_s\n4096,1772445600000\n") == Kind::delimited);
    CHECK(recognise("time, RSS\n") == Kind::delimited);
    CHECK(recognise("time_s;rss_bytes\n0;4096\n") == Kind::delimited);
    CHECK(recognise("\xef\xbb\xbftime_s,rss_kib\n0,4096\n") == Kind::delimited);
    CHECK(recognise("\n{\"a\":1}") == Kind::json);
    CHECK(recognise("1795989567 x\n") == Kind::table);
    CHECK(recognise("CMDLINE x\n") == Kind::mprof);
    CHECK(recognise("SEP\nPRM vm 1795989567 2026/11/29 21:59:27 607 2 (k) S 4096\n") == Kind::atop);
    CHECK(recognise(std::string_view("\x96\xd5\x75\x21", 4)) == Kind::sar_data);
    CHECK(recognise(std::string_view("SQLite format 3\0", 16)) == Kind::database);
    CHECK(recognise("\x1f\x8b\x08") == Kind::compressed);
    CHECK(recognise(std::string_view("a\0b", 3)) == Kind::binary);
    CHECK(recognise("hello world\n") == Kind::unknown);
    CHECK(recognise("") == Kind::own_csv);
    CHECK(recognise("foo,bar\n1,2\n") == Kind::own_csv);
}

}  // namespace
}  // namespace rampwatch::readers::test
