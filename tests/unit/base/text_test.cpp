// SPDX-License-Identifier: MIT
#include "core/base/text.h"

#include <array>

#include "core/base/error.h"
#include "tests/catch.h"

using namespace rampwatch;

TEST_CASE("an error reads as place, fault and remedy", "[base]") {
    const Error error{Error::Kind::bad_input, "not a number: 12k", "trace.csv:17:9",
                      "rss_bytes is in plain bytes"};
    CHECK(to_string(error) == "trace.csv:17:9: not a number: 12k (rss_bytes is in plain bytes)");
}

TEST_CASE("counts refuse signs, blanks, fractions and overflow", "[base]") {
    CHECK(parse_count("9223372036854775807") == 9223372036854775807LL);
    for (const char* text : {"", "-1", "+1", " 1", "1 ", "1.5", "0x10", "9223372036854775808"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_count(text));
    }
}

TEST_CASE("numbers must be finite", "[base]") {
    CHECK(parse_number("-1.5") == Approx(-1.5));
    for (const char* text : {"", "nan", "inf", "1e999", "1,5"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_number(text));
    }
}

TEST_CASE("split keeps empty fields", "[base]") {
    CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
    CHECK(split("", ',') == std::vector<std::string_view>{""});
}

TEST_CASE("what could move a terminal's cursor or hide text is escaped, the rest is not", "[base]") {
    CHECK(escape("worker") == "worker");
    CHECK(escape("größe") == "größe");
    CHECK(escape("a\x1b[2Jb\n") == "a\\x1b[2Jb\\x0a");
    CHECK(escape("\xc2\x9b") == "\\xc2\\x9b");               // C1: a control sequence in one character
    CHECK(escape("\xff\xc3") == "\\xff\\xc3");               // not UTF-8
    CHECK(escape("\xe2\x80\xaexe") == "\\xe2\\x80\\xaexe");  // right-to-left override
    CHECK(escape("\xc0\xaf") == "\\xc0\\xaf");               // overlong
    CHECK(escape("a\\b") == "a\\\\b");
    CHECK(escape("aaaaaa", 3) == "aaa...");
}

TEST_CASE("a slip of the finger finds its word, a stranger does not", "[base]") {
    constexpr std::array<std::string_view, 3> kWords = {"watch", "analyze", "dump"};
    CHECK(nearest_word("wacth", kWords) == "watch");
    CHECK(nearest_word("analyse", kWords) == "analyze");
    CHECK(nearest_word("frobnicate", kWords).empty());
    CHECK(nearest_word("", kWords).empty());
}
