// SPDX-License-Identifier: MIT
// A real answer of Prometheus, streamed and as query_range gives it, and what a hostile server may send.
#include "core/fleet/remote_read.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/fleet/snappy.h"
#include "core/fleet/xor_chunk.h"
#include "tests/catch.h"

namespace rampwatch::fleet {
namespace {

std::string capture(const std::string& name) {
    std::ifstream file(std::string(RAMPWATCH_TESTS_DIR) + "/captures/fleet/" + name, std::ios::binary);
    REQUIRE(file.good());
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

struct Answer {
    std::vector<std::string> names{};
    std::vector<std::vector<Point>> points{};
    std::string error{};
};

// All of a body that comes in pieces of `step` bytes.
Answer read(std::string_view body, std::size_t step) {
    Answer answer;
    FrameReader reader;
    for (std::size_t at = 0; at < body.size(); at += step) {
        reader.push(body.substr(at, step));
        while (true) {
            const auto frame = reader.next();
            if (!frame) return answer.error = frame.error().what, answer;
            if (!frame->has_value()) break;
            const auto series = series_of(**frame);
            if (!series) return answer.error = series.error().what, answer;
            for (const ChunkedSeries& one : *series) {
                answer.names.push_back(one.labels.empty() ? "" : one.labels.front().value);
                auto& points = answer.points.emplace_back();
                for (const std::string_view bytes : one.chunks) {
                    XorChunk chunk(bytes);
                    for (auto point = chunk.next(); point && point->has_value(); point = chunk.next())
                        points.push_back(**point);
                }
            }
        }
    }
    if (!reader.is_between()) answer.error = "ends in a frame";
    return answer;
}

TEST_CASE("a streamed answer has the samples that the query interface has", "[fleet]") {
    const std::string body = capture("remote_read.bin");
    const auto expected = nlohmann::json::parse(capture("remote_read.json"))["data"]["result"][0]["values"];
    for (const std::size_t step : {1UL, 100UL, 100'000UL}) {
        const Answer answer = read(body, step);
        CHECK(answer.error.empty());
        REQUIRE(answer.names == std::vector<std::string>{"go_goroutines", "process_resident_memory_bytes"});
        const auto& points = answer.points[1];
        REQUIRE(points.size() >= 20);
        // NaN of staleness stands between two runs of the server; the query interface leaves it out.
        std::size_t at = 0;
        for (const Point& point : points) {
            if (point.value != point.value || at >= expected.size()) continue;
            CHECK(static_cast<double>(point.time_ms) / 1e3 == Approx(expected[at][0].get<double>()));
            CHECK(point.value == std::stod(expected[at][1].get<std::string>()));
            ++at;
        }
        CHECK(at >= 20);
    }
}

TEST_CASE("a body that is damaged or cut off is noticed", "[fleet]") {
    const std::string body = capture("remote_read.bin");
    std::string wrong = body;
    wrong[50] ^= 1;
    CHECK(read(wrong, 100).error == "a frame whose checksum is wrong");
    CHECK(read(body.substr(0, 100), 100).error == "ends in a frame");
    CHECK(read("\xff\xff\xff\xff\xff\xff", 1).error == "the length of a frame is none");
    CHECK(read("\xff\xff\xff\x7f....", 100).error.find("a frame of 268435455 bytes") == 0);
    CHECK_FALSE(series_of("\x0a\x7f"));
    CHECK_FALSE(series_of("\x0a\x02\x0a\x7f"));
}

TEST_CASE("the checksum is Castagnoli's", "[fleet]") {
    CHECK(crc32c("123456789") == 0xe3069283U);
    CHECK(crc32c("") == 0);
}

TEST_CASE("a request asks for streamed chunks of what matches", "[fleet]") {
    const std::string body = read_request({{Matcher::Kind::matches, "job", "a|b"}}, 1000, 2000);
    const auto message = unsnap(body, 1000);
    REQUIRE(message);
    using namespace std::string_view_literals;
    CHECK(*message ==
          "\x0a\x14\x08\xe8\x07\x10\xd0\x0f\x1a\x0c\x08\x02\x12\x03job\x1a\x03"
          "a|b\x10\x01"sv);
}

}  // namespace
}  // namespace rampwatch::fleet

TEST_CASE("a field of another kind than it is to be is passed over", "[fleet]") {
    using namespace std::string_literals;
    CHECK(rampwatch::fleet::series_of("\x08\x05"s));                  // a number where a series belongs
    CHECK(rampwatch::fleet::series_of("\x0a\x02\x08\x05"s));          // where a label does
    CHECK(rampwatch::fleet::series_of("\x0a\x04\x12\x02\x20\x05"s));  // where a chunk's bytes do
}
