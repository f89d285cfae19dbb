// SPDX-License-Identifier: MIT
// Texts that went over screens, logs and mails (tests/support/stack_grammar.h), many seeds.
#include <random>

#include "tests/catch.h"
#include "tests/support/stack_grammar.h"

using namespace rampwatch;
using namespace rampwatch::test;

namespace {

std::string utf16(const std::string& text) {
    std::string result = "\xff\xfe";
    for (const char byte : text) (result += byte) += '\0';
    return result;
}

Draw drawing(std::mt19937& random) {
    return [&random](std::size_t below) { return below == 0 ? 0 : random() % below; };
}

void check_right(const SavedDump& dump, const std::string& text) {
    const Answer answer = read_answer(text);
    INFO(text);
    CHECK(answer.threads == dump.threads);
    CHECK(answer.groups == dump.groups);
    CHECK_FALSE(answer.has_doubt);
}

}  // namespace

TEST_CASE("what a screen or a log does to a text changes no count and no group", "[stacks]") {
    for (std::uint32_t seed = 0; seed < 400; ++seed) {
        std::mt19937 random(seed);
        const Draw draw = drawing(random);
        const SavedDump dump = draw_dump(draw);
        std::vector<std::string> lines = dump.lines;
        const bool is_gdb = dump.tool == Tool::gdb;
        if (draw(3) == 0) with_blanks_for_tabs(lines, draw);
        if (is_gdb && draw(2) == 0) wrapped_by_gdb(lines, draw);
        if (is_gdb && draw(3) == 0) with_pager(lines, draw);
        if (draw(4) == 0) with_colours(lines, draw);
        switch (draw(11)) {
            case 0:
            case 1:
                put_before(lines, draw);
                break;
            case 2:
                as_json(lines, draw);
                break;
            case 3:
                double_spaced(lines, draw);
                break;
            case 4:
                within_a_log(lines, draw);
                break;
            case 5:
                as_pairs(lines, draw);
                break;
            case 6:
                as_array(lines, draw);
                break;
            case 7:
                beside_others(lines, draw);
                break;
            case 8:
                padded(lines, draw);
                break;
            case 9:
                without_indentation(lines, draw);
                break;
            default:
                break;
        }
        if (draw(3) == 0) with_carriage_returns(lines, draw);
        CAPTURE(seed);
        check_right(dump, draw(8) == 0 ? utf16(text_of(lines)) : text_of(lines));
    }
}

TEST_CASE("lines cut at the width of a screen are put together again", "[stacks]") {
    for (std::uint32_t seed = 0; seed < 300; ++seed) {
        std::mt19937 random(seed);
        const Draw draw = drawing(random);
        SavedDump dump = draw_dump(draw);
        if (dump.threads < 4) continue;  // too few lines to see the width
        cut_at_width(dump.lines, draw);
        CAPTURE(seed);
        const Answer answer = read_answer(text_of(dump.lines));
        INFO(text_of(dump.lines));
        CHECK(answer.threads == dump.threads);
        CHECK((answer.groups == dump.groups || answer.has_doubt));
    }
}

TEST_CASE("where a text lost something the counts are right, or the answer says that they may not be",
          "[stacks]") {
    for (std::uint32_t seed = 0; seed < 900; ++seed) {
        std::mt19937 random(seed);
        const Draw draw = drawing(random);
        SavedDump dump = draw_dump(draw);
        switch (seed % 3) {
            case 0:
                lose_a_line(dump, draw);
                break;
            case 1:
                garble_a_line(dump, draw);
                break;
            default:
                put_a_line_between(dump, draw);
                break;
        }
        CAPTURE(seed);
        const Answer answer = read_answer(text_of(dump.lines));
        INFO(text_of(dump.lines));
        const bool is_right = answer.threads == dump.threads && answer.groups == dump.groups;
        CHECK((is_right || answer.has_doubt));
    }
}
