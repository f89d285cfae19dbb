// SPDX-License-Identifier: MIT
// Any bytes as what a debugger or a runtime prints, in pieces of any size: no crash, no read beyond them,
// what comes out within its bounds, and the same however it was cut. Seeds: tests/captures/stacks.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "core/stacks/any_text.h"
#include "core/stacks/grouper.h"
#include "core/stacks/own_frame.h"
#include "core/stacks/text_dumps.h"

namespace {

using namespace rampwatch;

std::vector<Stack> parsed(stacks::TextFormat format, std::string_view text, std::size_t piece) {
    const stacks::ModuleMap modules;
    std::vector<Stack> found;
    const auto parser =
        stacks::parser_of(format, modules, [&](Stack&& stack) { found.push_back(std::move(stack)); });
    for (std::size_t at = 0; at < text.size(); at += piece) parser->feed(text.substr(at, piece));
    parser->finish();
    if (parser->stacks() < static_cast<std::int64_t>(found.size())) std::abort();
    return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (stacks::read_text(text).stacks.stacks() < 0) std::abort();
    for (std::size_t number = 0; number < stacks::kTextFormats; ++number) {
        const auto format = static_cast<stacks::TextFormat>(number);
        std::vector<Stack> whole = parsed(format, text, size + 1);
        if (whole != parsed(format, text, 1 + size % 7)) std::abort();
        stacks::Grouper grouper;
        for (Stack& stack : whole) {
            if (stack.frames.size() > stacks::kMostFrames) std::abort();
            for (const Frame& frame : stack.frames) {
                if (frame.function && frame.function->size() > stacks::kMostName) std::abort();
            }
            grouper.add(std::move(stack));
        }
        for (Group& group : grouper.finish()) {
            if (group.own_frame >= group.frames.size() && group.own_frame != 0) std::abort();
        }
    }
    return 0;
}
