// SPDX-License-Identifier: MIT
#include "core/fleet/selector.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "core/base/text.h"

namespace rampwatch::fleet {
namespace {

constexpr std::size_t kMostMatchers = 64;
constexpr std::string_view kName = "__name__";

bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':'; }
bool is_name_part(char c) { return begins_name(c) || (c >= '0' && c <= '9'); }

// Takes pieces off the front of a text; what is not there is empty, and nothing is taken.
class Cursor {
  public:
    explicit Cursor(std::string_view text) : text_(text) {}

    void blanks() {
        while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\t' || text_[0] == '\n'))
            text_.remove_prefix(1);
    }
    bool take(std::string_view word) {
        blanks();
        if (!text_.starts_with(word)) return false;
        text_.remove_prefix(word.size());
        return true;
    }
    std::string name() {
        blanks();
        if (text_.empty() || !begins_name(text_[0])) return {};
        std::size_t length = 1;
        while (length < text_.size() && is_name_part(text_[length])) ++length;
        std::string name(text_.substr(0, length));
        text_.remove_prefix(length);
        return name;
    }
    [[nodiscard]] bool at_quote() {
        blanks();
        return !text_.empty() && (text_[0] == '"' || text_[0] == '\'' || text_[0] == '`');
    }
    std::optional<std::string> quoted();
    [[nodiscard]] std::string_view rest() const { return text_; }

  private:
    std::string_view text_;
};

std::optional<std::string> Cursor::quoted() {
    if (!at_quote()) return std::nullopt;
    constexpr std::string_view kLetters = "\\\"'ntr";
    constexpr std::string_view kBytes = "\\\"'\n\t\r";
    const char quote = text_[0];
    std::string value;
    for (std::size_t at = 1; at < text_.size(); ++at) {
        if (text_[at] == quote) {
            text_.remove_prefix(at + 1);
            return value;
        }
        if (text_[at] != '\\' || quote == '`') {
            value += text_[at];
            continue;
        }
        const auto letter = ++at < text_.size() ? kLetters.find(text_[at]) : std::string_view::npos;
        if (letter == std::string_view::npos) return std::nullopt;
        value += kBytes[letter];
    }
    return std::nullopt;
}

std::optional<Matcher::Kind> operator_at(Cursor& cursor) {
    if (cursor.take("=~")) return Matcher::Kind::matches;
    if (cursor.take("!~")) return Matcher::Kind::matches_not;
    if (cursor.take("!=")) return Matcher::Kind::not_equal;
    if (cursor.take("=")) return Matcher::Kind::equal;
    return std::nullopt;
}

std::optional<Matcher> matcher_at(Cursor& cursor) {
    if (cursor.at_quote()) {  // a name of any letters, of a label or of the metric
        auto name = cursor.quoted();
        if (!name) return std::nullopt;
        const auto kind = operator_at(cursor);
        if (!kind) return Matcher{Matcher::Kind::equal, std::string(kName), std::move(*name)};
        auto value = cursor.quoted();
        if (!value) return std::nullopt;
        return Matcher{*kind, std::move(*name), std::move(*value)};
    }
    std::string name = cursor.name();
    const auto kind = operator_at(cursor);
    if (name.empty() || !kind) return std::nullopt;
    auto value = cursor.quoted();
    if (!value) return std::nullopt;
    return Matcher{*kind, std::move(name), std::move(*value)};
}

Error refused(std::string_view rest) {
    return {Error::Kind::bad_input,
            rest.empty()
                ? "not the name of a metric with labels: it ends too early"
                : fmt::format("not the name of a metric with labels, from here on: {}", escape(rest, 60)),
            {},
            "such as process_resident_memory_bytes{job=\"api\"}; expressions are not taken"};
}

std::string quoted_text(std::string_view value) {
    std::string text = "\"";
    for (const char c : value) {
        if (c == '\n') {
            text += "\\n";
            continue;
        }
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    return text + "\"";
}

bool is_plain_name(std::string_view name) {
    if (name.empty() || !begins_name(name[0])) return false;
    for (const char c : name)
        if (!is_name_part(c)) return false;
    return true;
}

}  // namespace

Result<Selector> parse_selector(std::string_view text) {
    Cursor cursor(text);
    Selector selector;
    if (std::string name = cursor.name(); !name.empty())
        selector.push_back({Matcher::Kind::equal, std::string(kName), std::move(name)});
    if (cursor.take("{")) {
        while (!cursor.take("}")) {
            auto matcher = matcher_at(cursor);
            if (!matcher || selector.size() == kMostMatchers) return refused(cursor.rest());
            selector.push_back(std::move(*matcher));
            if (cursor.take(",")) continue;
            if (!cursor.take("}")) return refused(cursor.rest());
            break;
        }
    }
    cursor.blanks();
    if (selector.empty() || !cursor.rest().empty()) return refused(cursor.rest());
    return selector;
}

std::string selector_text(const Selector& selector) {
    constexpr std::array<std::string_view, 4> kOperators = {"=", "!=", "=~", "!~"};
    std::string text = "{";
    for (const Matcher& matcher : selector) {
        if (text.size() > 1) text += ',';
        text += is_plain_name(matcher.name) ? matcher.name : quoted_text(matcher.name);
        text += kOperators[static_cast<std::size_t>(matcher.kind)];
        text += quoted_text(matcher.value);
    }
    return text + "}";
}

std::string name_in(const Selector& selector) {
    for (const Matcher& matcher : selector)
        if (matcher.name == kName && matcher.kind == Matcher::Kind::equal) return matcher.value;
    return {};
}

std::string one_of(const std::vector<std::string>& values) {
    constexpr std::string_view kSpecial = "\\.+*?()|[]{}^$";
    std::string text;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0) text += '|';
        for (const char c : values[i]) {
            if (kSpecial.find(c) != std::string_view::npos) text += '\\';
            text += c;
        }
    }
    return text;
}

}  // namespace rampwatch::fleet
