// SPDX-License-Identifier: MIT
// Which of the known formats a text of stacks is in, and its parser.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/stacks/stack_text.h"

namespace rampwatch::stacks {

enum class TextFormat { unknown, eu_stack, gdb, go, jstack };

// By the first line that only one of them has; `text` need be no more than its beginning, but for what stands
// before the stacks (a log, a debugger's greeting).
TextFormat recognise(std::string_view text);

std::string word(TextFormat format);  // "eu-stack", "gdb", "go", "jstack"

// Null for an unknown one. `modules` must outlive it.
std::unique_ptr<StackText> parser_of(TextFormat format, const ModuleMap& modules, StackText::Sink sink);

}  // namespace rampwatch::stacks
