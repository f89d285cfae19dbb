// SPDX-License-Identifier: MIT
#include "core/stacks/any_text.h"

#include <utility>

#include "core/stacks/eu_stack_text.h"
#include "core/stacks/gdb_text.h"
#include "core/stacks/go_text.h"
#include "core/stacks/jstack_text.h"

namespace rampwatch::stacks {
namespace {

TextFormat format_of(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("goroutine ") && line.ends_with("]:")) return TextFormat::go;
    if (line.starts_with("TID ") && line.ends_with(':')) return TextFormat::eu_stack;
    if (line.starts_with("Thread ") && line.find('(') != std::string_view::npos && line.ends_with(':'))
        return TextFormat::gdb;
    if (line.starts_with('"') && line.find("\" ") != std::string_view::npos &&
        line.find(" nid=") != std::string_view::npos)
        return TextFormat::jstack;
    return TextFormat::unknown;
}

}  // namespace

TextFormat recognise(std::string_view text) {
    while (!text.empty()) {
        const auto end = text.find('\n');
        const TextFormat format = format_of(text.substr(0, end));
        if (format != TextFormat::unknown) return format;
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return TextFormat::unknown;
}

std::string word(TextFormat format) {
    switch (format) {
        case TextFormat::eu_stack:
            return "eu-stack";
        case TextFormat::gdb:
            return "gdb";
        case TextFormat::go:
            return "go";
        case TextFormat::jstack:
            return "jstack";
        case TextFormat::unknown:
            break;
    }
    return "unknown";
}

std::unique_ptr<StackText> parser_of(TextFormat format, const ModuleMap& modules, StackText::Sink sink) {
    switch (format) {
        case TextFormat::eu_stack:
            return std::make_unique<EuStackText>(modules, std::move(sink));
        case TextFormat::gdb:
            return std::make_unique<GdbText>(modules, std::move(sink));
        case TextFormat::go:
            return std::make_unique<GoText>(modules, std::move(sink));
        case TextFormat::jstack:
            return std::make_unique<JstackText>(modules, std::move(sink));
        case TextFormat::unknown:
            break;
    }
    return nullptr;
}

}  // namespace rampwatch::stacks
