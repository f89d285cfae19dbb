// SPDX-License-Identifier: MIT
#include "core/fleet/answer.h"

#include <cmath>

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::fleet;

namespace {

JsonTokens tokens_of(const std::string& text) {
    return JsonTokens([text, at = std::size_t{0}]() mutable -> std::string_view {
        const std::size_t begin = at;
        at = std::min(text.size(), at + 7);  // in small pieces, as a network has it
        return std::string_view(text).substr(begin, at - begin);
    });
}

struct Got {
    Result<void> done{};
    std::vector<std::string> series{};
    std::vector<std::pair<double, double>> points{};
    AnswerNotes notes{};
};

Got matrix_of(const std::string& text) {
    Got got;
    auto tokens = tokens_of(text);
    got.done =
        read_matrix(tokens, got.notes,
                    {.series =
                         [&](const Labels& labels) {
                             got.series.push_back(labels.empty() ? "" : labels.front().value);
                             return labels.empty() || labels.front().value != "unwanted";
                         },
                     .at = [&](double time_s, double value) { got.points.emplace_back(time_s, value); }});
    return got;
}

}  // namespace

TEST_CASE("a matrix is told series by series, point by point", "[fleet]") {
    const Got got = matrix_of(
        R"({"status":"success","isPartial":true,"data":{"resultType":"matrix","result":[
        {"metric":{"job":"a"},"values":[[1700000000,"1.5"],[1700000060.5,"+Inf"],[1700000120,"NaN"]]},
        {"metric":{"job":"unwanted"},"values":[[1,"2"]]},
        {"metric":{},"histograms":[[1,{"count":"1"}]],"values":[[2,"3e3"]]}]},
        "warnings":["w\u0007","w\u0007"],"infos":[{"x":[1]}]})");
    REQUIRE(got.done);
    CHECK(got.series == std::vector<std::string>{"a", "unwanted", ""});
    REQUIRE(got.points.size() == 4);
    CHECK(got.points[0] == std::pair(1700000000.0, 1.5));
    CHECK(std::isinf(got.points[1].second));
    CHECK(std::isnan(got.points[2].second));
    CHECK(got.points[3] == std::pair(2.0, 3000.0));
    CHECK(got.notes.is_partial);
    CHECK(got.notes.warnings == std::vector<std::string>{"w\\x07"});
}

TEST_CASE("what is no matrix is an error, wherever it ends", "[fleet]") {
    const std::string whole =
        R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[1,"2"]]}]}})";
    REQUIRE(matrix_of(whole).done);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        INFO(length);
        CHECK_FALSE(matrix_of(whole.substr(0, length)).done);
    }
    CHECK(matrix_of(R"({"status":"success","data":{"resultType":"vector","result":[]}})").done.error().what ==
          "its answer is no matrix but a vector");
    CHECK(matrix_of(R"({"status":"error","errorType":"bad_data","error":"no\nway"})").done.error().what ==
          "it answers: no\\x0away");
    CHECK_FALSE(matrix_of("[]").done);
    CHECK_FALSE(matrix_of(R"({"status":"success","data":{"result":[{"values":[[1,"2"]]}]}})").done);
    CHECK_FALSE(matrix_of(R"({"status":"success","data":{"result":[{"metric":{"a":1},"values":[]}]}})").done);
}

TEST_CASE("a list of series may be left early, and long labels are cut and counted", "[fleet]") {
    const std::string text = R"({"status":"success","data":[{"a":")" + std::string(kLongestLabel + 1, 'x') +
                             R"("},{"b":"1"},{"c":"2"}]})";
    AnswerNotes notes;
    std::vector<Labels> all;
    auto tokens = tokens_of(text);
    REQUIRE(read_series(tokens, notes, [&](Labels labels) {
        all.push_back(std::move(labels));
        return all.size() < 2;
    }));
    REQUIRE(all.size() == 2);
    CHECK(all[0][0].value.size() == kLongestLabel);
    CHECK(all[1] == Labels{{"b", "1"}});
    CHECK(notes.cut_labels == 1);
}

TEST_CASE("a server's words are found in its answer", "[fleet]") {
    auto tokens = tokens_of(R"({"status":"error","errorType":"x","error":"too many"})");
    CHECK(error_in(tokens) == "too many");
    auto html = tokens_of("<html>");
    CHECK(error_in(html).empty());
}
