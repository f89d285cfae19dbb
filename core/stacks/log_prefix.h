// SPDX-License-Identifier: MIT
// What a log, a mail or a terminal puts before each line of a text: "Mar 03 04:11:09 node7 payd[2211]: ",
// "2026-03-03T04:11:09.118273645Z stderr F ", "payd-1  | ", "> ", four blanks. No list of loggers: a prefix
// is learned where the first line of a stack stands behind something, and the line after it has something of
// the same form; times, dates and numbers may differ, words and punctuation may not.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rampwatch::stacks {

class LogPrefix {
  public:
    // The form of `prefix`, which is all that stands before a stack's first line.
    explicit LogPrefix(std::string_view prefix);

    struct Match {
        std::size_t size = 0;     // bytes of the prefix
        std::string source{};     // whose line it is: the words, without times and numbers
        bool is_partial = false;  // of the container runtime: the line goes on in the next one of its
    };
    // What of `line` has this form, at its beginning. An empty message may lack the prefix's last blanks.
    [[nodiscard]] std::optional<Match> match(std::string_view line) const;

    // Whether `line` begins in the same way, with other words: another process' line in the same log. Only
    // forms with a time or other marks of a log can tell.
    [[nodiscard]] bool is_foreign(std::string_view line) const;

  private:
    enum class Kind : std::uint8_t { space, tail, time, number, name, word, part, mark };
    struct Token {
        Kind kind = Kind::mark;
        std::string text{};
    };
    static Token token_at(std::string_view text, std::size_t at);
    [[nodiscard]] std::optional<Match> walk(std::string_view line, bool any_word) const;

    std::vector<Token> tokens_{};
    bool is_log_ = false;
};

}  // namespace rampwatch::stacks
