// SPDX-License-Identifier: MIT
#include "core/stacks/json_scan.h"

#include <algorithm>
#include <charconv>

namespace rampwatch::stacks {
namespace {

constexpr std::size_t kMostDepth = 64;

bool read_hex(std::string_view text, std::size_t at, std::uint32_t& code) {
    if (at + 4 > text.size()) return false;
    const char* begin = text.data() + at;
    const auto [stop, error] = std::from_chars(begin, begin + 4, code, 16);
    return error == std::errc{} && stop == begin + 4;
}

}  // namespace

void append_utf8(std::string& out, std::uint32_t code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xc0 | (code >> 6));
        out += static_cast<char>(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        out += static_cast<char>(0xe0 | (code >> 12));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
        out += static_cast<char>(0x80 | (code & 0x3f));
    } else {
        out += static_cast<char>(0xf0 | (code >> 18));
        out += static_cast<char>(0x80 | ((code >> 12) & 0x3f));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
        out += static_cast<char>(0x80 | (code & 0x3f));
    }
}

void JsonScan::skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

// `at_` is behind the backslash.
bool JsonScan::read_escape() {
    constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
    if (at_ >= text_.size()) return false;
    const char byte = text_[at_++];
    if (const auto known = kFrom.find(byte); known != std::string_view::npos) {
        value_ += kTo[known];
        return true;
    }
    std::uint32_t code = 0, low = 0;
    if (byte != 'u' || !read_hex(text_, at_, code)) return false;
    at_ += 4;
    const bool is_high = code >= 0xd800 && code < 0xdc00;
    if (is_high && text_.substr(at_, 2) == "\\u" && read_hex(text_, at_ + 2, low) && low >= 0xdc00 &&
        low < 0xe000) {
        at_ += 6;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    append_utf8(value_, code);
    return true;
}

// `at_` is at the opening quote.
bool JsonScan::read_string() {
    value_.clear();
    ++at_;
    while (at_ < text_.size()) {
        const auto stop = std::min(text_.find_first_of("\"\\", at_), text_.size());
        value_ += text_.substr(at_, stop - at_);
        at_ = stop;
        if (at_ >= text_.size()) return false;
        const bool is_end = text_[at_++] == '"';
        if (is_end) return true;
        if (!read_escape()) return false;
    }
    return false;
}

JsonScan::Token JsonScan::close() {
    open_.pop_back();
    ++at_;
    if (open_.empty()) is_over_ = true;
    is_key_ = !open_.empty() && open_.back() == '{';
    return Token::end;
}

JsonScan::Token JsonScan::read_value() {
    const char byte = text_[at_];
    if (byte == '{' || byte == '[') {
        if (open_.size() >= kMostDepth) return Token::broken;
        open_.push_back(byte);
        ++at_;
        is_key_ = byte == '{';
        return byte == '{' ? Token::object : Token::array;
    }
    is_key_ = !open_.empty() && open_.back() == '{';
    if (byte == '"') return read_string() ? Token::string : Token::broken;
    const auto end = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
    value_ = text_.substr(at_, end - at_);
    at_ = end;
    return value_.empty() || value_.size() > 64 ? Token::broken : Token::other;
}

JsonScan::Token JsonScan::next() {
    if (is_over_) return open_.empty() ? Token::done : Token::broken;
    const auto broken = [&] {
        is_over_ = true;
        open_.push_back('!');
        return Token::broken;
    };
    skip_blanks();
    if (at_ < text_.size() && text_[at_] == ',' && !open_.empty()) {
        ++at_;
        skip_blanks();
    }
    if (at_ >= text_.size()) return broken();
    if (!open_.empty() && (text_[at_] == '}' || text_[at_] == ']'))
        return (text_[at_] == '}') == (open_.back() == '{') ? close() : broken();
    if (is_key_) {
        if (text_[at_] != '"' || !read_string()) return broken();
        skip_blanks();
        if (at_ >= text_.size() || text_[at_] != ':') return broken();
        ++at_;
        is_key_ = false;
        return Token::key;
    }
    const Token token = read_value();
    if (token == Token::broken) return broken();
    if (open_.empty()) is_over_ = true;
    return token;
}

}  // namespace rampwatch::stacks
