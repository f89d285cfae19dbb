// SPDX-License-Identifier: MIT
#include "core/stacks/go_head.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"

namespace rampwatch::stacks {
namespace {

// Where the string in quotes at `at` ends, behind its quote; text.size() where it does not.
std::size_t string_end(std::string_view text, std::size_t at) {
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            return at + 1;
        }
    }
    return text.size();
}

// The `close` that is in no string, from `at` on; npos where there is none.
std::size_t find_outside(std::string_view text, std::string_view close, std::size_t at) {
    while (at < text.size()) {
        if (text[at] == '"') {
            at = string_end(text, at);
        } else if (close.find(text[at]) != std::string_view::npos) {
            return at;
        } else {
            ++at;
        }
    }
    return std::string_view::npos;
}

// "chan send, 5 minutes, locked to thread" is "chan send"; "select, leaked" stays.
std::string_view bare_state(std::string_view state) {
    constexpr std::array<std::string_view, 4> kVaries = {" minutes", "locked to thread", "synctest bubble",
                                                         "synctest group"};
    for (auto comma = state.find(", "); comma != std::string_view::npos;
         comma = state.find(", ", comma + 2)) {
        const std::string_view behind = state.substr(comma + 2);
        const std::string_view part = behind.substr(0, behind.find(", "));
        const bool varies = std::any_of(kVaries.begin(), kVaries.end(), [&](std::string_view word) {
            return part.find(word) != std::string_view::npos;
        });
        if (varies) return state.substr(0, comma);
    }
    return state;
}

std::string_view unquoted(std::string_view text) {
    text = trim(text);
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
    return text;
}

GoHead leak_head(std::string_view text) {
    constexpr std::string_view kState = " in state ", kWith = ", with ", kEnd = " on top of the stack:";
    GoHead head;
    const auto state = text.find(kState), with = text.rfind(kWith);
    if (state == std::string_view::npos) return {};
    const auto number = parse_count(text.substr(0, state));
    if (!number) return {};
    head.id = *number;
    if (!text.ends_with(kEnd) || with == std::string_view::npos || with < state) {
        head.kind = Head::part;
        return head;
    }
    head.kind = Head::whole;
    head.state = bare_state(text.substr(state + kState.size(), with - state - kState.size()));
    return head;
}

}  // namespace

std::vector<std::string> go_labels(std::string_view text) {
    constexpr std::size_t kMostLabels = 32;
    std::vector<std::string> labels;
    text = trim(text);
    if (text.starts_with('{')) text.remove_prefix(1);
    if (text.ends_with('}')) text.remove_suffix(1);
    while (!text.empty() && labels.size() < kMostLabels) {
        const auto colon = find_outside(text, ":", 0);
        if (colon == std::string_view::npos) break;
        const auto comma = std::min(find_outside(text, ",", colon), text.size());
        labels.push_back(std::string(unquoted(text.substr(0, colon))) + "=" +
                         std::string(unquoted(text.substr(colon + 1, comma - colon - 1))));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return labels;
}

GoHead go_head(std::string_view text) {
    constexpr std::string_view kWord = "goroutine ", kLeak = "Goroutine ";
    if (text.starts_with('[')) text.remove_prefix(1);
    if (text.starts_with(kLeak)) return leak_head(text.substr(kLeak.size()));
    if (!text.starts_with(kWord)) return {};
    text.remove_prefix(kWord.size());
    GoHead head;
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = parse_count(text.substr(0, digits));
    const auto open = text.find('[');
    if (!number || open == std::string_view::npos || digits == text.size() || text[digits] != ' ') return {};
    const std::string_view between = trim(text.substr(digits, open - digits));
    if (!between.empty() && between.find('=') == std::string_view::npos) return {};
    head.id = *number;
    head.kind = Head::part;
    const auto close = find_outside(text, "]", open + 1);
    if (close == std::string_view::npos) return head;
    std::string_view state = text.substr(open + 1, close - open - 1);
    std::string_view labels = trim(text.substr(close + 1));
    if (const auto mark = state.find("labels:{"); mark != std::string_view::npos) {
        head.labels = go_labels(state.substr(mark + 7));
        state = trim(state.substr(0, mark));
        if (state.ends_with(',')) state.remove_suffix(1);
    }
    head.state = bare_state(state);
    if (labels == ":") {
        head.kind = Head::whole;
        return head;
    }
    if (!labels.empty() && !labels.starts_with('{')) return {};
    if (!labels.ends_with("}:") || find_outside(labels, "}", 1) == std::string_view::npos) return head;
    labels.remove_suffix(1);
    head.labels = go_labels(labels);
    head.kind = Head::whole;
    return head;
}

}  // namespace rampwatch::stacks
