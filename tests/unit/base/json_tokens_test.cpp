// SPDX-License-Identifier: MIT
#include "core/base/json_tokens.h"

#include "tests/catch.h"

namespace rampwatch {
namespace {

using Token = JsonTokens::Token;

// The tokens as letters, with their texts; `step` bytes come at a time.
std::string tokens_of(std::string_view text, std::size_t step = 1) {
    std::string seen;
    std::size_t at = 0;
    JsonTokens tokens([&] {
        const std::string_view some = text.substr(at, step);
        at += some.size();
        return some;
    });
    for (int i = 0; i < 1000; ++i) {
        switch (tokens.next()) {
            case Token::begin_object:
                seen += '{';
                break;
            case Token::end_object:
                seen += '}';
                break;
            case Token::begin_array:
                seen += '[';
                break;
            case Token::end_array:
                seen += ']';
                break;
            case Token::name:
                seen += 'n' + std::string(tokens.text()) + ':';
                break;
            case Token::string:
                seen += 's' + std::string(tokens.text()) + ';';
                break;
            case Token::number:
                seen += 'd' + std::string(tokens.text()) + ';';
                break;
            case Token::yes:
                seen += 'T';
                break;
            case Token::no:
                seen += 'F';
                break;
            case Token::null:
                seen += '0';
                break;
            case Token::end:
                return seen;
            case Token::wrong:
                return "wrong: " + std::string(tokens.problem());
        }
    }
    return "endless";
}

TEST_CASE("JSON comes as tokens, however its bytes come", "[base]") {
    const std::string text = R"( {"a":[1,-2.5e3,"x\n\u00e9",true,false,null,{}],"b":[]} )";
    const std::string tokens = "{na:[d1;d-2.5e3;sx\n\xc3\xa9;TF0{}]nb:[]}";
    for (const std::size_t step : {1UL, 2UL, 7UL, 1000UL}) CHECK(tokens_of(text, step) == tokens);
}

TEST_CASE("several documents may follow one another", "[base]") {
    CHECK(tokens_of("{}\n[1]\n2") == "{}[d1;]d2;");
    CHECK(tokens_of("") == "");
    CHECK(tokens_of("\xef\xbb\xbf[]", 10) == "[]");
}

TEST_CASE("numbers that JSON does not have are taken as servers write them", "[base]") {
    CHECK(tokens_of("[NaN,Infinity,-Infinity]") == "[dNaN;dInfinity;d-Infinity;]");
}

TEST_CASE("what is no JSON is refused in words", "[base]") {
    for (const char* text : {"{",         "[",   "{\"a\"", "{\"a\":",   "{\"a\":1,",
                             "[1,",       "{]",  "[}",     "{\"a\" 1}", "[1 2]",
                             "{1:2}",     "tru", "\"a",    "\"\\x\"",   "\"\\ud800\\u0041\"",
                             "\"\\u12\"", "[,]", "-",      "}",         "\"\n\""}) {
        CAPTURE(text);
        CHECK(tokens_of(text).find("wrong: ") == 0);
    }
    CHECK(tokens_of(std::string(kDeepestJson + 1, '[')) == "wrong: nested too deeply");
    CHECK(tokens_of("\"" + std::string(kLongestJsonText + 1, 'x') + "\"", 4096) ==
          "wrong: a string that is too long");
}

TEST_CASE("surrogates become one code point, a lone one the replacement character", "[base]") {
    CHECK(tokens_of(R"("\ud83d\ude00\ud83d")") == "s\xf0\x9f\x98\x80\xef\xbf\xbd;");
}

TEST_CASE("an object that is not wanted is passed over", "[base]") {
    std::string_view text = R"({"a":{"b":[1,{"c":2}]},"d":3})";
    JsonTokens tokens([&] { return std::exchange(text, {}); });
    REQUIRE(tokens.next() == Token::begin_object);
    REQUIRE(tokens.next() == Token::name);
    REQUIRE(tokens.next() == Token::begin_object);
    CHECK(tokens.skip());
    REQUIRE(tokens.next() == Token::name);
    CHECK(tokens.text() == "d");
}

}  // namespace
}  // namespace rampwatch
