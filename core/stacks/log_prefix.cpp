// SPDX-License-Identifier: MIT
#include "core/stacks/log_prefix.h"

#include <algorithm>
#include <array>

namespace rampwatch::stacks {
namespace {

constexpr std::size_t kMostTokens = 64;

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }
bool is_letter(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           static_cast<unsigned char>(byte) >= 0x80;
}
bool is_blank(char byte) { return byte == ' ' || byte == '\t'; }
bool is_word(char byte) {
    return is_letter(byte) || is_digit(byte) ||
           std::string_view("_.-/@$~+%").find(byte) != std::string_view::npos;
}

// A pattern of digits ("9"), one or two of them ("8"), a letter ("a") and itself, at `at`: its end, else 0.
std::size_t shape_end(std::string_view text, std::size_t at, std::string_view pattern) {
    for (const char want : pattern) {
        if (at >= text.size()) return 0;
        if (want == '8') {
            if (!is_digit(text[at])) return 0;
            if (at + 1 < text.size() && is_digit(text[at + 1])) ++at;
        } else if (want == '9'   ? !is_digit(text[at])
                   : want == 'a' ? !is_letter(text[at])
                                 : text[at] != want) {
            return 0;
        }
        ++at;
    }
    return at;
}

// Fraction and zone behind a time of day: ".118273645Z", ",118 +0100" without the blank.
std::size_t behind_zone(std::string_view text, std::size_t at) {
    if (at + 1 < text.size() && (text[at] == '.' || text[at] == ',') && is_digit(text[at + 1])) {
        ++at;
        while (at < text.size() && is_digit(text[at])) ++at;
    }
    if (at < text.size() && text[at] == 'Z') return at + 1;
    for (const std::string_view zone : {"+99:99", "-99:99", "+9999", "-9999"}) {
        if (const auto end = shape_end(text, at, zone)) return end;
    }
    return at;
}

// A date, a time of day, or both; its end, else 0.
std::size_t time_end(std::string_view text, std::size_t at) {
    if (!is_digit(text[at])) return 0;
    for (const std::string_view both :
         {"9999-99-99T99:99:99", "9999-99-99 99:99:99", "9999/99/99 99:99:99"}) {
        if (const auto end = shape_end(text, at, both)) return behind_zone(text, end);
    }
    if (const auto end = shape_end(text, at, "8:99:99")) return behind_zone(text, end);
    for (const std::string_view date :
         {"9999-99-99", "9999/99/99", "99-aaa-9999", "99/aaa/9999", "99.99.9999"}) {
        if (const auto end = shape_end(text, at, date)) return end;
    }
    return 0;
}

// Of a month or a day of the week.
bool is_calendar(std::string_view word) {
    constexpr std::array<std::string_view, 19> kNames = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
                                                         "Aug", "Sep", "Oct", "Nov", "Dec", "Mon", "Tue",
                                                         "Wed", "Thu", "Fri", "Sat", "Sun"};
    return std::find(kNames.begin(), kNames.end(), word) != kNames.end();
}

}  // namespace

LogPrefix::Token LogPrefix::token_at(std::string_view text, std::size_t at) {
    std::size_t end = at;
    if (is_blank(text[at])) {
        while (end < text.size() && is_blank(text[end])) ++end;
        return {Kind::space, std::string(text.substr(at, end - at))};
    }
    if ((end = time_end(text, at)) != 0) return {Kind::time, std::string(text.substr(at, end - at))};
    end = at;
    bool has_letter = false;
    while (end < text.size() && is_word(text[end])) has_letter = is_letter(text[end++]) || has_letter;
    if (end == at) return {Kind::mark, std::string(1, text[at])};
    const std::string_view run = text.substr(at, end - at);
    if (!has_letter) {
        if (!is_digit(text[at])) return {Kind::mark, std::string(1, text[at])};
        end = at;
        while (end < text.size() && (is_digit(text[end]) || text[end] == '.')) ++end;
        return {Kind::number, std::string(text.substr(at, end - at))};
    }
    if (is_calendar(run)) return {Kind::name, std::string(run)};
    if (run == "F" || run == "P") return {Kind::part, std::string(run)};
    return {Kind::word, std::string(run)};
}

LogPrefix::LogPrefix(std::string_view prefix) {
    for (std::size_t at = 0; at < prefix.size() && tokens_.size() < kMostTokens;) {
        tokens_.push_back(token_at(prefix, at));
        at += tokens_.back().text.size();
    }
    if (!tokens_.empty() && tokens_.back().kind == Kind::space) tokens_.back().kind = Kind::tail;
    is_log_ = prefix.find('|') != std::string_view::npos || prefix.find("]: ") != std::string_view::npos ||
              std::any_of(tokens_.begin(), tokens_.end(),
                          [](const Token& token) { return token.kind == Kind::time; });
}

std::optional<LogPrefix::Match> LogPrefix::walk(std::string_view line, bool any_word) const {
    Match match;
    std::size_t at = 0;
    bool in_word_bracket = false;
    const Token* before = nullptr;
    for (const Token& token : tokens_) {
        if (token.kind == Kind::tail) {
            const bool is_there = line.substr(at).starts_with(token.text);
            if (!is_there && line.find_first_not_of(" \t", at) != std::string_view::npos) return std::nullopt;
            at = is_there ? at + token.text.size() : line.size();
            break;
        }
        if (at >= line.size()) return std::nullopt;
        const Token found = token_at(line, at);
        if (found.kind != token.kind) return std::nullopt;
        const bool is_literal = token.kind == Kind::mark || (token.kind == Kind::word && !any_word);
        if (is_literal && found.text != token.text) return std::nullopt;
        in_word_bracket = token.kind == Kind::number && in_word_bracket;
        if (token.kind == Kind::word || in_word_bracket) match.source += found.text + ' ';
        if (token.kind == Kind::part) match.is_partial = found.text == "P";
        in_word_bracket = token.text == "[" && before != nullptr && before->kind == Kind::word;
        before = &token;
        at += found.text.size();
    }
    match.size = at;
    return match;
}

std::optional<LogPrefix::Match> LogPrefix::match(std::string_view line) const { return walk(line, false); }

bool LogPrefix::is_foreign(std::string_view line) const { return is_log_ && walk(line, true).has_value(); }

}  // namespace rampwatch::stacks
