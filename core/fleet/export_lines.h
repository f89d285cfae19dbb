// SPDX-License-Identifier: MIT
// What VictoriaMetrics's /api/v1/export answers: a line of JSON a series, with all its raw samples
// (docs.victoriametrics.com, "How to export data in JSON line format").
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "core/base/error.h"
#include "core/base/json_tokens.h"
#include "core/fleet/answer.h"
#include "core/model/labels.h"

namespace rampwatch::fleet {

inline constexpr std::size_t kMostInLine = std::size_t{1} << 20;  // samples: 16 MiB of them are held at once

struct ExportTaker {
    std::function<bool(const Labels&)> series{};  // false: its samples are passed over
    // All of its samples; NaN where a value is none: as many of both.
    std::function<void(std::span<const double> times_ms, std::span<const double> values)> samples{};
};

// Errors as of read_matrix(); a line with more than kMostInLine samples is one.
Result<void> read_export(JsonTokens& tokens, AnswerNotes& notes, const ExportTaker& taker);

}  // namespace rampwatch::fleet
