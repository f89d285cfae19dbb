// SPDX-License-Identifier: MIT
#include "core/base/json_tokens.h"

namespace rampwatch {
namespace {

bool is_blank(int byte) { return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r'; }

bool is_number_part(int byte) {
    return (byte >= '0' && byte <= '9') || byte == '-' || byte == '+' || byte == '.' || byte == 'e' ||
           byte == 'E';
}

}  // namespace

int JsonTokens::peek() {
    while (at_ == chunk_.size()) {
        if (ended_) return -1;
        chunk_ = more_();
        at_ = 0;
        if (chunk_.empty()) ended_ = true;
        if (place_ == 0 && chunk_.starts_with("\xef\xbb\xbf")) at_ = 3;
    }
    return static_cast<unsigned char>(chunk_[at_]);
}

int JsonTokens::peek_past_blanks() {
    while (is_blank(peek())) take();
    return peek();
}

JsonTokens::Token JsonTokens::fail(std::string_view problem) {
    if (!failed_) problem_ = problem;
    failed_ = true;
    return Token::wrong;
}

JsonTokens::Token JsonTokens::next() {
    if (failed_) return Token::wrong;
    const int byte = peek_past_blanks();
    if (byte < 0) {
        return open_.empty() && expect_ == Expect::value ? Token::end
                                                         : fail("ends in the middle of an object or array");
    }
    switch (expect_) {
        case Expect::value:
            return value(byte);
        case Expect::first_or_end:
            if (byte == '}' || byte == ']') return close(static_cast<char>(byte));
            expect_ = open_.back() == '{' ? Expect::name : Expect::value;
            return next();
        case Expect::comma_or_end:
            if (byte == '}' || byte == ']') return close(static_cast<char>(byte));
            if (byte != ',') return fail("a comma or an end is missing");
            take();
            expect_ = open_.back() == '{' ? Expect::name : Expect::value;
            return next();
        case Expect::name:
            if (byte != '"') return fail("the name of a member is missing");
            if (!read_string()) return Token::wrong;
            expect_ = Expect::colon;
            return Token::name;
        case Expect::colon:
            if (byte != ':') return fail("a colon is missing");
            take();
            expect_ = Expect::value;
            return next();
    }
    return fail("no JSON");
}

JsonTokens::Token JsonTokens::value(int first) {
    const Expect after = open_.empty() ? Expect::value : Expect::comma_or_end;
    switch (first) {
        case '{':
        case '[':
            return open(static_cast<char>(first));
        case '"':
            if (!read_string()) return Token::wrong;
            expect_ = after;
            return Token::string;
        case 't':
            return word("true", Token::yes);
        case 'f':
            return word("false", Token::no);
        case 'n':
            return word("null", Token::null);
        case 'N':
            return word("NaN", Token::number);
        case 'I':
            return word("Infinity", Token::number);
        default:
            return number();
    }
}

JsonTokens::Token JsonTokens::word(std::string_view rest, Token token) {
    text_.assign(rest);
    for (const char letter : rest) {
        if (peek() != static_cast<unsigned char>(letter)) return fail("not a JSON word");
        take();
    }
    expect_ = open_.empty() ? Expect::value : Expect::comma_or_end;
    return token;
}

JsonTokens::Token JsonTokens::number() {
    text_.clear();
    while (is_number_part(peek())) {
        if (!append(static_cast<char>(peek()))) return Token::wrong;
        take();
    }
    if (text_ == "-" && peek() == 'I') {
        word("Infinity", Token::number);
        text_ = "-Infinity";
        return failed_ ? Token::wrong : Token::number;
    }
    if (text_.find_first_of("0123456789") == std::string::npos) return fail("a value is missing");
    expect_ = open_.empty() ? Expect::value : Expect::comma_or_end;
    return Token::number;
}

JsonTokens::Token JsonTokens::open(char bracket) {
    if (open_.size() >= kDeepestJson) return fail("nested too deeply");
    open_.push_back(bracket);
    take();
    expect_ = Expect::first_or_end;
    return bracket == '{' ? Token::begin_object : Token::begin_array;
}

JsonTokens::Token JsonTokens::close(char bracket) {
    if (open_.back() != (bracket == '}' ? '{' : '['))
        return fail("a closing bracket without its opening one");
    open_.pop_back();
    take();
    expect_ = open_.empty() ? Expect::value : Expect::comma_or_end;
    return bracket == '}' ? Token::end_object : Token::end_array;
}

bool JsonTokens::skip() {
    const std::size_t outer = open_.size() - 1;
    while (open_.size() > outer) {
        const Token token = next();
        if (token == Token::wrong || token == Token::end) return false;
    }
    return true;
}

bool JsonTokens::append(char byte) {
    if (text_.size() >= kLongestJsonText) return fail("a string that is too long"), false;
    text_ += byte;
    return true;
}

bool JsonTokens::read_string() {
    text_.clear();
    take();
    while (true) {
        const int byte = peek();
        if (byte < 0) return fail("ends in the middle of a string"), false;
        take();
        if (byte == '"') return true;
        if (byte == '\\') {
            if (!read_escape()) return false;
        } else if (byte < 0x20) {
            return fail("a control character in a string"), false;
        } else if (!append(static_cast<char>(byte))) {
            return false;
        }
    }
}

bool JsonTokens::read_escape() {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kBytes = "\"\\/\b\f\n\r\t";
    const int letter = peek();
    if (letter < 0) return fail("ends in the middle of a string"), false;
    take();
    if (const auto found = kLetters.find(static_cast<char>(letter)); found != std::string_view::npos) {
        return append(kBytes[found]);
    }
    std::uint32_t code = 0;
    if (letter != 'u' || !read_hex(code)) return fail("not a JSON escape"), false;
    const bool high = code >= 0xd800 && code < 0xdc00;
    if (high && peek() == '\\') {
        take();
        std::uint32_t low = 0;
        if (peek() != 'u') return fail("half of a surrogate pair"), false;
        take();
        if (!read_hex(low)) return fail("not a JSON escape"), false;
        if (low < 0xdc00 || low > 0xdfff) return fail("half of a surrogate pair"), false;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xd800 && code <= 0xdfff) {
        code = 0xfffd;
    }
    return append_code(code);
}

bool JsonTokens::read_hex(std::uint32_t& code) {
    code = 0;
    for (int i = 0; i < 4; ++i) {
        const int byte = peek();
        const bool digit = byte >= '0' && byte <= '9';
        const int letter = byte | 0x20;
        if (byte < 0 || (!digit && (letter < 'a' || letter > 'f'))) return false;
        code = code * 16 + static_cast<std::uint32_t>(digit ? byte - '0' : letter - 'a' + 10);
        take();
    }
    return true;
}

bool JsonTokens::append_code(std::uint32_t code) {
    const auto tail = [&](unsigned shift) {
        return append(static_cast<char>(0x80 | (code >> shift & 0x3f)));
    };
    if (code < 0x80) return append(static_cast<char>(code));
    if (code < 0x800) return append(static_cast<char>(0xc0 | code >> 6)) && tail(0);
    if (code < 0x10000) return append(static_cast<char>(0xe0 | code >> 12)) && tail(6) && tail(0);
    return append(static_cast<char>(0xf0 | code >> 18)) && tail(12) && tail(6) && tail(0);
}

}  // namespace rampwatch
