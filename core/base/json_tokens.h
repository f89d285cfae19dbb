// SPDX-License-Identifier: MIT
// JSON as it streams in: one token after another, nothing kept but the token in hand (RFC 8259). For answers
// that are too large to be held as a tree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rampwatch {

inline constexpr std::size_t kDeepestJson = 64;         // objects and arrays in one another
inline constexpr std::size_t kLongestJsonText = 65536;  // bytes of a string or a number, unescaped

// Pulls bytes when it needs them. Several documents may follow one another, with or without line feeds
// between them. A byte order mark is passed over. NaN, Infinity and their negatives are taken as numbers,
// since several servers write them. After `wrong` no further call makes sense.
class JsonTokens {
  public:
    enum class Token : std::uint8_t {
        begin_object,
        end_object,
        begin_array,
        end_array,
        name,    // of a member; text() has it
        string,  // text() has it, in UTF-8 as it came: escapes are resolved
        number,  // text() has its digits
        yes,
        no,
        null,
        end,    // the input ended between two documents
        wrong,  // problem() says what, place() where
    };

    // `more`: the next bytes, valid until it is asked again; empty at the end.
    explicit JsonTokens(std::function<std::string_view()> more) : more_(std::move(more)) {}

    Token next();

    [[nodiscard]] std::string_view text() const { return text_; }
    [[nodiscard]] std::string_view problem() const { return problem_; }
    [[nodiscard]] std::int64_t place() const { return place_; }  // bytes read so far
    [[nodiscard]] std::int64_t line() const { return line_; }    // from 1
    [[nodiscard]] std::size_t depth() const { return open_.size(); }

    // After begin_object or begin_array: passes over all of it. False where it went wrong.
    bool skip();

  private:
    int peek();  // the next byte; -1 at the end
    void take() {
        if (chunk_[at_] == '\n') ++line_;
        ++at_;
        ++place_;
    }
    int peek_past_blanks();
    Token fail(std::string_view problem);
    Token value(int first);
    Token word(std::string_view rest, Token token);
    Token number();
    Token open(char bracket);
    Token close(char bracket);
    bool read_string();
    bool read_escape();
    bool read_hex(std::uint32_t& code);
    bool append(char byte);
    bool append_code(std::uint32_t code);

    enum class Expect : std::uint8_t { value, name, colon, comma_or_end, first_or_end };

    std::function<std::string_view()> more_;
    std::string_view chunk_{};
    std::size_t at_ = 0;
    bool ended_ = false;
    std::int64_t place_ = 0;
    std::int64_t line_ = 1;
    std::string text_{};
    std::string_view problem_{};
    std::vector<char> open_{};  // '{' or '[', outermost first
    Expect expect_ = Expect::value;
    bool failed_ = false;
};

}  // namespace rampwatch
