// SPDX-License-Identifier: MIT
#include "core/base/gzip.h"

#include <random>

#include "tests/catch.h"

using namespace rampwatch;

TEST_CASE("what is compressed comes back", "[base]") {
    std::mt19937 random(4711);
    const std::size_t size = GENERATE(0U, 1U, 65'536U, 1'000'000U);
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += static_cast<char>(random() % 256);
    const auto packed = gzip(text);
    REQUIRE(packed);
    CHECK(packed->substr(0, 2) == "\x1f\x8b");
    const auto back = gunzip(*packed, size);
    REQUIRE(back);
    CHECK(*back == text);
}

TEST_CASE("a small file that would unpack to a huge one is refused", "[base]") {
    const auto packed = gzip(std::string(10'000'000, 'x'));
    REQUIRE(packed);
    CHECK(packed->size() < 20'000);
    const auto unpacked = gunzip(*packed, 1'000'000);
    REQUIRE_FALSE(unpacked);
    CHECK(unpacked.error().kind == Error::Kind::unavailable);
}

TEST_CASE("what is cut off, damaged or no gzip at all is refused", "[base]") {
    const auto packed = gzip("some words, and some words again");
    REQUIRE(packed);
    CHECK_FALSE(gunzip(std::string_view(*packed).substr(0, packed->size() - 1), 1000));
    CHECK_FALSE(gunzip("", 1000));
    CHECK(gunzip("no gzip", 1000).error().kind == Error::Kind::bad_input);
    std::string damaged = *packed;
    damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x55);
    CHECK_FALSE(gunzip(damaged, 1000));
}
