// SPDX-License-Identifier: MIT
#include "core/fleet/snappy.h"

#include <fstream>
#include <sstream>

#include "tests/catch.h"

namespace rampwatch::fleet {
namespace {

using namespace std::string_view_literals;

std::string refusal(std::string_view block, std::size_t most = 1000) {
    const auto out = unsnap(block, most);
    return out ? "accepted" : out.error().what;
}

TEST_CASE("a snappy block of literals and copies is taken apart", "[fleet]") {
    CHECK(unsnap("\x05\x10hello"sv, 100).value() == "hello");
    // "ab", then 8 from 2 back (a copy of 1-byte offset), which reaches into itself
    CHECK(unsnap("\x0a\x04\x61\x62\x11\x02"sv, 100).value() == "ababababab");
    // the same with a 2-byte and a 4-byte offset
    CHECK(unsnap("\x0a\x04\x61\x62\x1e\x02\x00"sv, 100).value() == "ababababab");
    CHECK(unsnap("\x0a\x04\x61\x62\x1f\x02\x00\x00\x00"sv, 100).value() == "ababababab");
    // a literal whose length stands in a byte of its own
    CHECK(unsnap("\x46\xf0\x45"sv.data() + std::string(70, 'x'), 100).value() == std::string(70, 'x'));
    CHECK(unsnap("\x00"sv, 100).value().empty());
}

TEST_CASE("what is made is read back", "[fleet]") {
    for (const std::size_t size : {0UL, 1UL, 59UL, 60UL, 61UL, 127UL, 128UL, 5000UL}) {
        std::string bytes;
        for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i * 31);
        CHECK(unsnap(snap(bytes), 10'000).value() == bytes);
    }
}

TEST_CASE("a damaged block is refused, and never more than asked for comes out", "[fleet]") {
    CHECK(refusal("") == "a damaged snappy block: no length");
    CHECK(refusal("\xff\xff\xff\xff\xff\x01") == "a damaged snappy block: no length");
    CHECK(refusal("\x05\x10hell") == "a damaged snappy block: a literal too long");
    CHECK(refusal("\x04\x10hello") == "a damaged snappy block: a literal too long");
    CHECK(refusal("\x06\x10hello") == "a damaged snappy block: shorter than it says");
    CHECK(refusal("\x0a\x04\x61\x62\x11\x03"sv) ==
          "a damaged snappy block: a copy from before its beginning");
    CHECK(refusal("\x0a\x04\x61\x62\x11\x00"sv) ==
          "a damaged snappy block: a copy from before its beginning");
    CHECK(refusal("\x09\x04\x61\x62\x11\x02"sv) == "a damaged snappy block: longer than it says");
    CHECK(refusal("\xff\xff\x03\x10hello") == "a snappy block of 65535 bytes, more than 1000");
    CHECK(refusal("\xff\x07\x10hello", 2000) == "a damaged snappy block: shorter than it says");
}

TEST_CASE("a real answer's block is taken apart, and no cut of it is", "[fleet]") {
    std::ifstream file(std::string(RAMPWATCH_TESTS_DIR) + "/captures/fleet/samples.snappy", std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    const std::string block = text.str();
    const auto whole = unsnap(block, 1 << 20);
    REQUIRE(whole);
    CHECK(whole->find("process_resident_memory_bytes") != std::string::npos);
    for (std::size_t length = 0; length < block.size(); ++length) {
        CHECK_FALSE(unsnap(std::string_view(block).substr(0, length), 1 << 20));
    }
}

}  // namespace
}  // namespace rampwatch::fleet
