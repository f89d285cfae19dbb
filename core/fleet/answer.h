// SPDX-License-Identifier: MIT
// What a server of metrics answers in JSON, read as it streams in
// (prometheus.io/docs/prometheus/latest/querying/api): a list of series, a matrix, an error.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/json_tokens.h"
#include "core/model/labels.h"

namespace rampwatch::fleet {

// What an answer says beside its series.
struct AnswerNotes {
    std::vector<std::string> warnings{};  // of the server: escaped, the first few, once each
    bool is_partial = false;              // VictoriaMetrics: a part of its storage did not answer
    std::int64_t cut_labels = 0;          // series that had more or longer labels than are kept
};

// Labels beyond kMostLabels are left out, values and names cut at kLongestLabel: `cut_labels` counts such
// series. An answer whose "status" is not "success", and what is not JSON or not such an answer, is
// bad_input with an empty `where`; what was taken until then stays taken. A text of more than
// kLongestJsonText bytes anywhere in it ends it.

// /api/v1/series. `take` is false to end early.
Result<void> read_series(JsonTokens& tokens, AnswerNotes& notes, const std::function<bool(Labels)>& take);

struct MatrixTaker {
    std::function<bool(const Labels&)> series{};            // false: its values are passed over
    std::function<void(double time_s, double value)> at{};  // NaN where the value is none
};

// /api/v1/query_range. Histograms are passed over.
Result<void> read_matrix(JsonTokens& tokens, AnswerNotes& notes, const MatrixTaker& taker);

// The labels of a series, behind their first brace.
Result<Labels> read_labels(JsonTokens& tokens, AnswerNotes& notes);

// What an answer of another status than 200 says, for people; empty where it is no JSON of such a server.
std::string error_in(JsonTokens& tokens);

}  // namespace rampwatch::fleet
