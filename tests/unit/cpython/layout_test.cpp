// SPDX-License-Identifier: MIT
#include "core/cpython/layout.h"

#include <cstring>
#include <vector>

#include "core/cpython/find.h"
#include "core/cpython/text.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::cpython;

namespace {

// The start of _PyRuntime of a 3.13.0: cookie, version, free-threaded, then offsets.
std::vector<std::uint64_t> debug_offsets() {
    std::vector<std::uint64_t> words(45, 8);
    std::memcpy(words.data(), "xdebugpy", 8);
    words[1] = 0x030d00f0;
    words[2] = 0;
    words[5] = 632;
    words[23] = 72;
    words[32] = 72;
    words[33] = 70;
    words[43] = 200;
    return words;
}

Result<Layout> layout_of(const std::vector<std::uint64_t>& words) {
    return layout_by_itself(std::as_bytes(std::span(words)), {3, 13, 0});
}

}  // namespace

TEST_CASE("3.6 to 3.12 are in the table, and no other version is", "[cpython]") {
    for (int minor = 6; minor <= 12; ++minor) CHECK(layout_by_table({3, minor}));
    CHECK_FALSE(layout_by_table({3, 5}));
    CHECK_FALSE(layout_by_table({3, 13}));
    CHECK_FALSE(layout_by_table({2, 7}));
}

TEST_CASE("3.13 says by itself where it keeps its threads", "[cpython]") {
    const auto layout = layout_of(debug_offsets());
    REQUIRE(layout);
    CHECK(layout->interpreters == 632);
    CHECK(layout->thread_frame == 72);
    CHECK(layout->code_bytes == 200);
}

TEST_CASE("debug offsets that cannot be right are refused by the name of what is wrong", "[cpython]") {
    auto words = debug_offsets();
    words[0] = 0;
    CHECK(layout_of(words).error().what == "check failed: cookie of its debug offsets");
    words = debug_offsets();
    words[1] = 0x030e00f0;
    CHECK(layout_of(words).error().what == "check failed: version in its debug offsets");
    words = debug_offsets();
    words[9] = std::uint64_t{1} << 40;
    CHECK(layout_of(words).error().what == "check failed: debug offsets in range");
    words = debug_offsets();
    words[2] = 1;
    CHECK(layout_of(words).error().kind == Error::Kind::unavailable);
}

TEST_CASE("a version is read out of what a library is called", "[cpython]") {
    CHECK(version_in_path("/usr/bin/python3.11") == Version{3, 11});
    CHECK(version_in_path("/opt/lib/libpython3.9.so.1.0") == Version{3, 9});
    CHECK(version_in_path("/x/_socket.cpython-310-x86_64-linux-gnu.so") == Version{3, 10});
    CHECK(version_in_path("/home/python/.local/lib/libpython3.6m.so.1.0") == Version{3, 6});
    CHECK_FALSE(version_in_path("/usr/bin/python3"));
    CHECK_FALSE(version_in_path("/usr/bin/python"));
    CHECK_FALSE(version_in_path(""));
}

TEST_CASE("a version in hex is the one that Python prints", "[cpython]") {
    CHECK(to_text(version_of(0x030b02f0)) == "3.11.2");
    CHECK(to_text(Version{3, 9}) == "3.9");
}

TEST_CASE("characters of every width become UTF-8", "[cpython]") {
    const std::uint8_t narrow[] = {'t', 0xfc, 'r'};
    const std::uint16_t wide[] = {0x4f60, 0xd800};
    const std::uint32_t widest[] = {0x1f600, 0x110000};
    CHECK(to_utf8(std::as_bytes(std::span(narrow)), 1) == "t\xc3\xbcr");
    CHECK(to_utf8(std::as_bytes(std::span(wide)), 2) == "\xe4\xbd\xa0\xef\xbf\xbd");
    CHECK(to_utf8(std::as_bytes(std::span(widest)), 4) == "\xf0\x9f\x98\x80\xef\xbf\xbd");
}
