// SPDX-License-Identifier: MIT
#include "core/readers/json_recording.h"

#include <fmt/format.h>

#include "tests/catch.h"
#include "tests/unit/readers/reading.h"

namespace rampwatch::readers::test {
namespace {

using namespace std::chrono_literals;

std::string matrix(const std::string& values, const std::string& metric = R"({"job":"api"})") {
    return fmt::format(
        R"({{"status":"success","data":{{"resultType":"matrix","result":[{{"metric":{},"values":[{}]}}]}}}})",
        metric, values);
}

TEST_CASE("a query_range without a name is memory; NaN and infinity are unknown", "[readers]") {
    const Reading reading = read_text(
        matrix(R"([1772000000.5,"100000000"],[1772000060,"NaN"],[1772000120,"+Inf"],[1772000180,"1e8"])"));

    CHECK(reading.error.empty());
    REQUIRE(reading.series.count("job api") == 1);
    REQUIRE(reading.only().records.size() == 2);
    CHECK(reading.only().at(0).mono == 1772000000500ms);
    CHECK(reading.notes.unknown_values == 2);
}

TEST_CASE("values that come before their labels are told with them all the same", "[readers]") {
    const Reading reading =
        read_text(R"({"data":{"result":[{"values":[[1772000000,"100000000"]],"metric":{"job":"api"}}]}})");

    CHECK(reading.series.count("job api") == 1);
}

TEST_CASE("bytes that are KiB are refused with the series", "[readers]") {
    CHECK(read_text(matrix(R"([1772000000,"51204"])")).error.find("the value of job api looks like KiB") !=
          std::string::npos);
}

TEST_CASE("a server's warning is told", "[readers]") {
    const Reading reading = read_text(
        R"({"status":"success","warnings":["some data is missing"],"data":{"resultType":"matrix","result":[{"metric":{},"values":[[1772000000,"100000000"]]}]}})");

    REQUIRE(reading.notes.remarks.size() == 1);
    CHECK(reading.notes.remarks[0] == "the server warns: some data is missing");
}

TEST_CASE("objects with a memory in them are looks, with what stands around them", "[readers]") {
    const Reading lines = read_text(
        "{\"ts\":1772000000,\"pid\":7,\"rss\":104857600}\n{\"ts\":1772000001,\"pid\":7,\"rss\":104861696}\n");
    CHECK(lines.error.empty());
    CHECK(lines.series.at("PID 7").records.size() == 2);

    const Reading pidstat = read_text(R"({"sysstat":{"hosts":[{"nodename":"vm","statistics":[
      {"timestamp":{"date":"2026-03-02","time":"10:00:00","utc":1},"memory":[{"PID":7,"Command":"a","VSZ":9,"RSS":51204}]},
      {"timestamp":{"date":"2026-03-02","time":"10:00:01","utc":1},"memory":[{"PID":7,"Command":"a","VSZ":9,"RSS":51208}]}]}]}})");
    CHECK(pidstat.error.empty());
    REQUIRE(pidstat.series.count("PID 7 (a)") == 1);
    CHECK(pidstat.only().at(1).rss_bytes == 51208 * 1024);
    CHECK(pidstat.only().at(1).wall == 1772445601s);

    const Reading pods = read_text(
        R"({"items":[{"metadata":{"name":"api-1","namespace":"shop"},"timestamp":"2026-03-02T10:00:00Z",
      "containers":[{"name":"app","usage":{"cpu":"12m","memory":"95Mi"}}]}]})");
    CHECK(pods.error.empty());
    CHECK(pods.series.count("{name=app, pod=api-1, namespace=shop}") == 1);
}

TEST_CASE("hostile JSON is refused in words", "[readers]") {
    for (const std::string& text :
         {std::string("{"), std::string("{\"a\":}"), std::string("{\"a\":1"), std::string("{]"),
          std::string(200, '['), "{\"a\":\"" + std::string(100'000, 'x') + "\"}", matrix("[1772000000]"),
          matrix("[1772000000,\"1e30\"]"), matrix("{}"), matrix("[-5,\"100000000\"]"),
          std::string("{\"data\":1}")}) {
        CAPTURE(text.substr(0, 80));
        CHECK_FALSE(read_text(text).error.empty());
    }
}

TEST_CASE("every cut of an answer is read or refused, never more", "[readers]") {
    const std::string whole =
        matrix(R"([1772000000,"100000000"],[1772000060,"100004096"])", R"({"job":"a\"\u00e9\ud83d\ude00"})");
    for (std::size_t length = 1; length < whole.size(); ++length) {
        CHECK_FALSE(read_text(whole.substr(0, length)).error.empty());
    }
    CHECK(read_text(whole).series.count("job a\"\xc3\xa9\xf0\x9f\x98\x80") == 1);
}

}  // namespace
}  // namespace rampwatch::readers::test
