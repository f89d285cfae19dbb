// SPDX-License-Identifier: MIT
// Lines of a log whose messages are written as strings of JSON: docker's, a structured logger's,
// journalctl -o json; an array of such, a member a line, as clouds' command lines print it; "key=value"
// pairs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace rampwatch::stacks {

class JsonLog {
  public:
    // Whether a line of text begins a stack.
    using IsHead = std::function<bool(std::string_view)>;
    explicit JsonLog(IsHead is_head) : is_head_(std::move(is_head)) {}

    // What the line says, which may be many lines: the string that has a stack's beginning in it, and from
    // then on the one with the same name, which says whose it is as well. Empty where `line` has no object
    // from some place on to its end, no member and no pair, or none of the names.
    std::optional<std::string> message(std::string_view line);
    // Whether `line`, which is no message, is what stands between those of an array.
    [[nodiscard]] bool is_between(std::string_view line) const;

  private:
    std::optional<std::string> of_object(std::string_view line);
    std::optional<std::string> of_member(std::string_view line);
    std::optional<std::string> of_pairs(std::string_view line);
    [[nodiscard]] bool has_head(std::string_view text) const;
    [[nodiscard]] std::optional<std::string> member(std::string_view object);

    IsHead is_head_;
    std::string name_{};     // of the member that had a stack in it
    bool is_array_ = false;  // which stood on a line of its own
};

}  // namespace rampwatch::stacks
