// SPDX-License-Identifier: MIT
// A dump whose groups are known, and what screens, logs and people did to its text, drawn from the bytes
// (tests/support/stack_grammar.h): counts and groups are right, or the answer says that they may not be.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/support/stack_grammar.h"

namespace {

using namespace rampwatch::test;

void disturb(SavedDump& dump, const Draw& draw) {
    std::vector<std::string>& lines = dump.lines;
    const bool is_gdb = dump.tool == Tool::gdb;
    if (draw(4) == 0) lose_a_line(dump, draw);
    if (draw(4) == 0) garble_a_line(dump, draw);
    if (draw(4) == 0) put_a_line_between(dump, draw);
    if (draw(3) == 0) with_blanks_for_tabs(lines, draw);
    if (is_gdb && draw(3) == 0) wrapped_by_gdb(lines, draw);
    if (is_gdb && draw(3) == 0) with_pager(lines, draw);
    if (draw(4) == 0) with_colours(lines, draw);
    if (draw(4) == 0) double_spaced(lines, draw);
    if (draw(4) == 0) within_a_log(lines, draw);
    const std::size_t last = draw(4);
    if (last == 0) put_before(lines, draw);
    if (last == 1) as_json(lines, draw);
    if (draw(3) == 0) with_carriage_returns(lines, draw);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::size_t at = 0;
    const Draw draw = [&](std::size_t below) {
        const std::size_t high = at < size ? data[at++] : 0;
        return below == 0 ? 0 : high % below;
    };
    SavedDump dump = draw_dump(draw);
    disturb(dump, draw);
    const std::string text = text_of(dump.lines);
    const Answer answer = read_answer(text);
    const bool is_right = answer.threads == dump.threads && answer.groups == dump.groups;
    if (is_right || answer.has_doubt) return 0;
    std::fprintf(stderr, "%s\n%lld threads, %lld were read\n", text.c_str(),
                 static_cast<long long>(dump.threads), static_cast<long long>(answer.threads));
    std::abort();
}
