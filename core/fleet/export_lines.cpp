// SPDX-License-Identifier: MIT
#include "core/fleet/export_lines.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <string>

namespace rampwatch::fleet {
namespace {

using Token = JsonTokens::Token;

class LineReader {
  public:
    LineReader(JsonTokens& tokens, AnswerNotes& notes, const ExportTaker& taker)
        : tokens_(tokens), notes_(notes), taker_(taker) {}

    Result<void> line();  // behind its first brace

  private:
    Result<void> member(const std::string& name);
    Result<void> numbers(std::vector<double>& into);
    [[nodiscard]] Error wrong(std::string_view what) const {
        return {Error::Kind::bad_input,
                fmt::format("not what an export has, at byte {}: {}", tokens_.place(),
                            tokens_.problem().empty() ? what : tokens_.problem()),
                {},
                {}};
    }

    JsonTokens& tokens_;
    AnswerNotes& notes_;
    const ExportTaker& taker_;
    std::vector<double> values_{}, times_{};
    bool is_named_ = false, is_wanted_ = false;
};

// null is NaN there.
Result<void> LineReader::numbers(std::vector<double>& into) {
    into.clear();
    while (true) {
        const Token token = tokens_.next();
        if (token == Token::end_array) return {};
        if (token != Token::number && token != Token::string && token != Token::null)
            return wrong("no number");
        if (into.size() == kMostInLine) return wrong("more samples in one series than are held at once");
        double value = std::numeric_limits<double>::quiet_NaN();
        const std::string_view text = tokens_.text();
        if (token != Token::null) std::from_chars(text.data(), text.data() + text.size(), value);
        into.push_back(value);
    }
}

Result<void> LineReader::member(const std::string& name) {
    const Token token = tokens_.next();
    if (name == "metric" && token == Token::begin_object) {
        const auto labels = read_labels(tokens_, notes_);
        if (!labels) return labels.error();
        is_named_ = true;
        is_wanted_ = taker_.series(*labels);
        return {};
    }
    const bool is_array = token == Token::begin_array;
    if (is_array && is_wanted_ && name == "values") return numbers(values_);
    if (is_array && is_wanted_ && name == "timestamps") return numbers(times_);
    const bool opens = is_array || token == Token::begin_object;
    if (token == Token::wrong || token == Token::end || (opens && !tokens_.skip())) return wrong("cut off");
    return {};
}

Result<void> LineReader::line() {
    is_named_ = is_wanted_ = false;
    values_.clear();
    times_.clear();
    while (true) {
        const Token token = tokens_.next();
        if (token == Token::end_object) break;
        if (token != Token::name) return wrong("no member");
        const std::string name(tokens_.text().substr(0, 32));
        if (const auto done = member(name); !done) return done;
    }
    if (!is_named_) return wrong("a line without its labels");
    if (values_.size() != times_.size()) return wrong("not as many times as values");
    if (is_wanted_ && !values_.empty()) taker_.samples(times_, values_);
    return {};
}

}  // namespace

Result<void> read_export(JsonTokens& tokens, AnswerNotes& notes, const ExportTaker& taker) {
    LineReader reader(tokens, notes, taker);
    while (true) {
        const Token token = tokens.next();
        if (token == Token::end) return {};
        if (token != Token::begin_object)
            return Error{Error::Kind::bad_input, "not what an export has: no line of JSON", {}, {}};
        if (const auto done = reader.line(); !done) return done;
    }
}

}  // namespace rampwatch::fleet
