// SPDX-License-Identifier: MIT
#include "core/fleet/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/base/text.h"

namespace rampwatch::fleet {
namespace {

using Token = JsonTokens::Token;

constexpr std::size_t kMostWarnings = 8;

Error bad(std::string what) { return {Error::Kind::bad_input, std::move(what), {}, {}}; }

// Unlike parse_number(): "+Inf" and NaN are numbers to a server, and too many are asked for to be slow.
double number_of(std::string_view text) {
    double value = std::numeric_limits<double>::quiet_NaN();
    if (text.starts_with('+')) text.remove_prefix(1);
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

class Reader {
  public:
    Reader(JsonTokens& tokens, AnswerNotes& notes) : tokens_(tokens), notes_(notes) {}

    // The outer object; `data` reads the value of "data" from its first token on.
    Result<void> document(const std::function<Result<bool>(Token)>& data);
    std::string error_text() const { return error_; }

    Result<Labels> labels();  // behind a begin_object
    Result<void> passed_over(Token token);
    [[nodiscard]] Error wrong(std::string_view what) const {
        return bad(fmt::format("not what such a server answers, at byte {}: {}", tokens_.place(),
                               tokens_.problem().empty() ? what : tokens_.problem()));
    }

  private:
    Result<void> warnings(Token token);
    Result<void> scalar(const std::string& name, Token token);
    JsonTokens& tokens_;
    AnswerNotes& notes_;
    std::string status_{}, error_{};
};

Result<void> Reader::passed_over(Token token) {
    const bool opens = token == Token::begin_object || token == Token::begin_array;
    if (token == Token::wrong || token == Token::end || (opens && !tokens_.skip())) return wrong("cut off");
    return {};
}

Result<Labels> Reader::labels() {
    Labels labels;
    bool cut = false;
    while (true) {
        Token token = tokens_.next();
        if (token == Token::end_object) break;
        if (token != Token::name) return wrong("no label");
        Label label{.name = std::string(tokens_.text().substr(0, kLongestLabel))};
        cut |= tokens_.text().size() > kLongestLabel;
        token = tokens_.next();
        if (token != Token::string) return wrong("no value of a label");
        cut |= tokens_.text().size() > kLongestLabel || labels.size() >= kMostLabels;
        label.value = tokens_.text().substr(0, kLongestLabel);
        if (labels.size() < kMostLabels) labels.push_back(std::move(label));
    }
    if (cut) ++notes_.cut_labels;
    return labels;
}

Result<void> Reader::warnings(Token token) {
    if (token != Token::begin_array) return passed_over(token);
    while (true) {
        token = tokens_.next();
        if (token == Token::end_array) return {};
        if (token == Token::string) {
            std::string text = escape(tokens_.text(), 200);
            auto& all = notes_.warnings;
            if (all.size() < kMostWarnings && std::find(all.begin(), all.end(), text) == all.end())
                all.push_back(std::move(text));
            continue;
        }
        if (const auto done = passed_over(token); !done) return done;
    }
}

Result<void> Reader::scalar(const std::string& name, Token token) {
    if (name == "status" && token == Token::string) status_ = escape(tokens_.text(), 64);
    if (name == "error" && token == Token::string) error_ = escape(tokens_.text(), 300);
    if (name == "isPartial" && token == Token::yes) notes_.is_partial = true;
    return passed_over(token);
}

Result<void> Reader::document(const std::function<Result<bool>(Token)>& data) {
    if (tokens_.next() != Token::begin_object) return wrong("no object");
    while (true) {
        Token token = tokens_.next();
        if (token == Token::end_object) break;
        if (token != Token::name) return wrong("no member");
        const std::string name(tokens_.text().substr(0, 64));
        token = tokens_.next();
        if (name == "data") {
            const auto goes_on = data(token);
            if (!goes_on) return goes_on.error();
            if (!*goes_on) return {};
        } else if (name == "warnings") {
            if (const auto done = warnings(token); !done) return done;
        } else if (const auto done = scalar(name, token); !done) {
            return done;
        }
    }
    if (status_ != "success")
        return bad(error_.empty() ? "its answer is no success and no error" : "it answers: " + error_);
    return {};
}

// One [time, "value"], from its first bracket on.
Result<void> read_pair(JsonTokens& tokens, const Reader& reader, const MatrixTaker& taker) {
    if (tokens.next() != Token::number) return reader.wrong("no time of a value");
    const double time_s = number_of(tokens.text());
    const Token token = tokens.next();
    if (token != Token::string && token != Token::number) return reader.wrong("no value");
    const double value = number_of(tokens.text());
    if (tokens.next() != Token::end_array) return reader.wrong("no pair of a time and a value");
    taker.at(time_s, value);
    return {};
}

Result<void> read_values(JsonTokens& tokens, const Reader& reader, const MatrixTaker& taker) {
    while (true) {
        const Token token = tokens.next();
        if (token == Token::end_array) return {};
        if (token != Token::begin_array) return reader.wrong("no pair of a time and a value");
        if (const auto done = read_pair(tokens, reader, taker); !done) return done;
    }
}

// One series of a matrix, from its first brace on.
Result<void> read_one(JsonTokens& tokens, Reader& reader, const MatrixTaker& taker) {
    bool is_named = false, is_wanted = false;
    while (true) {
        Token token = tokens.next();
        if (token == Token::end_object) return {};
        if (token != Token::name) return reader.wrong("no member of a series");
        const bool is_metric = tokens.text() == "metric", is_values = tokens.text() == "values";
        token = tokens.next();
        if (is_metric && token == Token::begin_object) {
            const auto labels = reader.labels();
            if (!labels) return labels.error();
            is_named = true;
            is_wanted = taker.series(*labels);
        } else if (is_values && token == Token::begin_array && is_wanted) {
            if (const auto done = read_values(tokens, reader, taker); !done) return done;
        } else {
            if (is_values && !is_named) return reader.wrong("values before their labels");
            if (const auto done = reader.passed_over(token); !done) return done;
        }
    }
}

Result<void> read_all(JsonTokens& tokens, Reader& reader, const MatrixTaker& taker) {
    while (true) {
        const Token token = tokens.next();
        if (token == Token::end_array) return {};
        if (token != Token::begin_object) return reader.wrong("no series");
        if (const auto done = read_one(tokens, reader, taker); !done) return done;
    }
}

}  // namespace

Result<void> read_series(JsonTokens& tokens, AnswerNotes& notes, const std::function<bool(Labels)>& take) {
    Reader reader(tokens, notes);
    return reader.document([&](Token token) -> Result<bool> {
        if (token != Token::begin_array) {
            if (const auto done = reader.passed_over(token); !done) return done.error();
            return true;
        }
        while (true) {
            token = tokens.next();
            if (token == Token::end_array) return true;
            if (token != Token::begin_object) return reader.wrong("no series");
            auto labels = reader.labels();
            if (!labels) return labels.error();
            if (!take(std::move(*labels))) return false;
        }
    });
}

Result<void> read_matrix(JsonTokens& tokens, AnswerNotes& notes, const MatrixTaker& taker) {
    Reader reader(tokens, notes);
    return reader.document([&](Token token) -> Result<bool> {
        if (token != Token::begin_object) {
            if (const auto done = reader.passed_over(token); !done) return done.error();
            return true;
        }
        while (true) {
            token = tokens.next();
            if (token == Token::end_object) return true;
            if (token != Token::name) return reader.wrong("no member of the data");
            const bool is_type = tokens.text() == "resultType", is_result = tokens.text() == "result";
            token = tokens.next();
            if (is_type && token == Token::string && tokens.text() != "matrix")
                return bad("its answer is no matrix but a " + escape(tokens.text(), 32));
            const auto done = is_result && token == Token::begin_array ? read_all(tokens, reader, taker)
                                                                       : reader.passed_over(token);
            if (!done) return done.error();
        }
    });
}

Result<Labels> read_labels(JsonTokens& tokens, AnswerNotes& notes) { return Reader(tokens, notes).labels(); }

std::string error_in(JsonTokens& tokens) {
    AnswerNotes notes;
    Reader reader(tokens, notes);
    const auto read = reader.document([&](Token token) -> Result<bool> {
        if (const auto done = reader.passed_over(token); !done) return done.error();
        return true;
    });
    return read ? std::string() : reader.error_text();
}

}  // namespace rampwatch::fleet
