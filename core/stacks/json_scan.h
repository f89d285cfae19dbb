// SPDX-License-Identifier: MIT
// JSON token by token, for lines of logs and dumps of hundreds of megabytes: nothing is built, what is cut
// off or broken ends the scan.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rampwatch::stacks {

// `code` in UTF-8 behind `out`.
void append_utf8(std::string& out, std::uint32_t code);

class JsonScan {
  public:
    // `text` must outlive it.
    explicit JsonScan(std::string_view text) : text_(text) {}

    enum class Token : std::uint8_t { object, array, end, key, string, other, done, broken };

    // The next one; `end` is of the innermost object or array, `other` a number, true, false or null. Nesting
    // beyond 64 is broken. After done (the whole value was read) and broken there is nothing more.
    Token next();

    [[nodiscard]] const std::string& text() const {
        return value_;
    }                                                     // of a key, a string, other: unescaped, UTF-8
    [[nodiscard]] std::size_t at() const { return at_; }  // bytes read
    [[nodiscard]] std::size_t depth() const { return open_.size(); }  // objects and arrays open now

  private:
    void skip_blanks();
    bool read_string();
    bool read_escape();
    Token read_value();
    Token close();

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<char> open_{};
    std::string value_{};
    bool is_key_ = false;  // what comes next in an object
    bool is_over_ = false;
};

}  // namespace rampwatch::stacks
