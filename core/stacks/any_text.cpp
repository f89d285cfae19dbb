// SPDX-License-Identifier: MIT
#include "core/stacks/any_text.h"

#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "core/stacks/coredump_text.h"
#include "core/stacks/eu_stack_text.h"
#include "core/stacks/gdb_text.h"
#include "core/stacks/go_profile_text.h"
#include "core/stacks/go_text.h"
#include "core/stacks/java_text.h"
#include "core/stacks/python_text.h"

namespace rampwatch::stacks {

std::string word(TextFormat format) {
    switch (format) {
        case TextFormat::eu_stack:
            return "eu-stack";
        case TextFormat::gdb:
            return "gdb";
        case TextFormat::go:
            return "go";
        case TextFormat::go_profile:
            return "pprof";
        case TextFormat::jstack:
            return "jstack";
        case TextFormat::java_file:
            return "Thread.dump_to_file";
        case TextFormat::python:
            return "python";
        case TextFormat::coredump:
            return "coredumpctl";
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
        case TextFormat::go_profile:
            return std::make_unique<GoProfileText>(modules, std::move(sink));
        case TextFormat::jstack:
            return std::make_unique<JavaText>(JavaText::Form::print, modules, std::move(sink));
        case TextFormat::java_file:
            return std::make_unique<JavaText>(JavaText::Form::file, modules, std::move(sink));
        case TextFormat::python:
            return std::make_unique<PythonText>(modules, std::move(sink));
        case TextFormat::coredump:
            return std::make_unique<CoredumpText>(modules, std::move(sink));
    }
    return nullptr;
}

AnyText::AnyText(Sink sink) : sink_(std::move(sink)) {
    for (std::size_t i = 0; i < kTextFormats; ++i) {
        const auto format = static_cast<TextFormat>(i);
        parsers_[i] = parser_of(format, modules_, [this, format, i](Stack&& stack) {
            sink_(format, *parsers_[i], std::move(stack));
        });
    }
}

Head AnyText::head(std::string_view text) const {
    Head best = Head::none;
    for (const auto& parser : parsers_) best = std::max(best, parser->head(text));
    return best;
}

bool AnyText::confirms(std::string_view head, std::string_view next) const {
    return std::any_of(parsers_.begin(), parsers_.end(), [&](const auto& parser) {
        return parser->head(head) != Head::none && parser->confirms(next);
    });
}

void AnyText::use(std::size_t parser) {
    if (active_ == parsers_[parser].get()) return;
    if (active_ != nullptr) active_->finish();
    active_ = parsers_[parser].get();
}

void AnyText::route(std::string_view text, bool full) {
    bool may_be = false;
    for (std::size_t i = 0; i < kTextFormats; ++i) {
        const Head head = parsers_[i]->head(text);
        may_be = may_be || head != Head::none;
        if (head != Head::whole) continue;
        use(i);
        return active_->take_line(text, full);
    }
    if (may_be) {
        waiting_.assign(1, std::string(text));
        joined_ = text;
        waiting_full_ = full;
        return;
    }
    const bool is_free = active_ == nullptr || !active_->in_stack();
    if (is_free && GdbText::is_first_frame(text)) use(static_cast<std::size_t>(TextFormat::gdb));
    if (active_ != nullptr) active_->take_line(text, full);
}

// With the line behind what waits. True where both have found their place.
bool AnyText::settle(std::string_view text, bool full) {
    constexpr std::size_t kMostPieces = 8;
    for (std::size_t i = 0; i < kTextFormats; ++i) {
        if (parsers_[i]->head(joined_) == Head::none || !parsers_[i]->confirms(text)) continue;
        use(i);
        active_->take_line(joined_, false);
        waiting_.clear();
        route(text, full);
        return true;
    }
    if (waiting_.size() >= kMostPieces || joined_.size() + text.size() >= kMostLine) return false;
    const std::string both = joined_ + (waiting_full_ ? "" : " ") + std::string(text);
    bool is_part = false;
    for (std::size_t i = 0; i < kTextFormats; ++i) {
        if (parsers_[i]->head(joined_) != Head::part) continue;
        const Head head = parsers_[i]->head(both);
        if (head == Head::whole) {
            use(i);
            active_->take_line(both, full);
            waiting_.clear();
            return true;
        }
        is_part = is_part || head == Head::part;
    }
    if (!is_part) return false;
    waiting_.emplace_back(text);
    joined_ = both;
    waiting_full_ = full;
    return true;
}

// It was no stack's first line, or one whose rest is lost: one that is so by its words alone begins a damaged
// stack; one that only may be is a line of a log.
void AnyText::give_up() {
    const std::vector<std::string> lines = std::exchange(waiting_, {});
    bool is_first = true;
    for (const std::string& line : lines) {
        const Head kind = is_first ? head(line) : Head::none;
        is_first = false;
        if (kind == Head::maybe) continue;
        for (std::size_t i = 0; kind == Head::part && i < kTextFormats; ++i) {
            if (parsers_[i]->head(line) == Head::part) use(i);
        }
        if (active_ != nullptr) active_->take_line(line, false);
    }
}

void AnyText::take_line(std::string_view text, bool full) {
    if (!waiting_.empty()) {
        if (trim(text).empty()) return;
        if (settle(text, full)) return;
        give_up();
    }
    route(text, full);
}

void AnyText::finish() {
    if (!waiting_.empty()) give_up();
    if (active_ != nullptr) active_->finish();
    active_ = nullptr;
}

Skipped AnyText::skipped() const {
    Skipped sum;
    for (const auto& parser : parsers_) {
        sum.lines += parser->skipped().lines;
        sum.cut += parser->skipped().cut;
    }
    return sum;
}

}  // namespace rampwatch::stacks
