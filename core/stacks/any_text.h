// SPDX-License-Identifier: MIT
// The known formats of stacks in text, and a text in which each may come, one after the other.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/stacks/stack_text.h"

namespace rampwatch::stacks {

enum class TextFormat : std::uint8_t { eu_stack, gdb, go, go_profile, jstack, java_file, python, coredump };
inline constexpr std::size_t kTextFormats = 8;

std::string word(TextFormat format);  // "eu-stack", "gdb", "go", "jstack": what Dump::backend has

// `modules` must outlive it.
std::unique_ptr<StackText> parser_of(TextFormat format, const ModuleMap& modules, StackText::Sink sink);

// Lines of any text. Whoever knows a line as a stack's first one has the lines from there on; lines before
// the first are a log. A line that only may be a stack's first one, such as "Thread 40 (worker):" in a log,
// decides nothing until the line behind it has been seen.
class AnyText {
  public:
    using Sink = std::function<void(TextFormat, const StackText&, Stack&&)>;
    explicit AnyText(Sink sink);

    // Without its end; `full` as for StackText::take_line.
    void take_line(std::string_view text, bool full);
    void finish();

    // Whether a stack begins in `text`, as far as one line can tell.
    [[nodiscard]] Head head(std::string_view text) const;
    // Whether `next` may follow `head`, which begins a stack.
    [[nodiscard]] bool confirms(std::string_view head, std::string_view next) const;
    [[nodiscard]] Skipped skipped() const;

  private:
    void route(std::string_view text, bool full);
    bool settle(std::string_view text, bool full);
    void give_up();
    void use(std::size_t parser);

    Sink sink_;
    ModuleMap modules_{};
    std::array<std::unique_ptr<StackText>, kTextFormats> parsers_{};
    StackText* active_ = nullptr;
    std::vector<std::string> waiting_{};  // the lines of what may be a stack's first one
    std::string joined_{};                // the same, put together
    bool waiting_full_ = false;
};

}  // namespace rampwatch::stacks
