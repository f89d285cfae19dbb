// SPDX-License-Identifier: MIT
// Any bytes as what a server of metrics answers in JSON, as a selector and as raw samples: no crash, no
// undefined behaviour, bounds that hold, each moment told once at most, and a selector that is read again as
// it was.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include "core/fleet/answer.h"
#include "core/fleet/export_lines.h"
#include "core/fleet/resample.h"
#include "core/fleet/selector.h"

namespace {

using namespace rampwatch;

JsonTokens tokens_of(std::string_view bytes) {
    return JsonTokens([bytes]() mutable {
        const std::string_view part = bytes.substr(0, 13);
        bytes.remove_prefix(part.size());
        return part;
    });
}

bool bounded(const Labels& labels) {
    if (labels.size() > kMostLabels) std::abort();
    for (const Label& label : labels)
        if (label.name.size() > kLongestLabel || label.value.size() > kLongestLabel) std::abort();
    return labels.size() % 2 == 0;
}

void as_answers(std::string_view bytes) {
    fleet::AnswerNotes notes;
    auto tokens = tokens_of(bytes);
    (void)fleet::read_matrix(tokens, notes, {.series = bounded, .at = [](double, double) {}});
    tokens = tokens_of(bytes);
    (void)fleet::read_series(tokens, notes, [](const Labels& labels) { return bounded(labels), true; });
    tokens = tokens_of(bytes);
    const auto same = [](std::span<const double> times, std::span<const double> values) {
        if (times.size() != values.size()) std::abort();
    };
    (void)fleet::read_export(tokens, notes, {.series = bounded, .samples = same});
    tokens = tokens_of(bytes);
    (void)fleet::error_in(tokens);
}

void as_samples(std::string_view bytes) {
    const fleet::Grid grid{.start_ms = 1'000'000, .step_ms = 7'000, .count = 100};
    std::vector<bool> told(grid.count);
    fleet::Resampler samples(grid, [&](double time_s, double) {
        const auto place = place_of(grid, static_cast<std::int64_t>(time_s * 1e3 + 0.5));
        if (!place || told[*place]) std::abort();
        told[*place] = true;
    });
    for (; bytes.size() >= sizeof(std::int64_t); bytes.remove_prefix(sizeof(std::int64_t))) {
        std::int64_t ms = 0;
        std::memcpy(&ms, bytes.data(), sizeof ms);
        const bool stays = bytes[0] % 2 == 0;
        samples.add(stays ? ms : 900'000 + ms % 1'000'000, 1, bytes[1] % 7 == 0);
    }
    samples.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    as_answers(bytes);
    as_samples(bytes);
    if (const auto selector = fleet::parse_selector(bytes)) {
        const auto again = fleet::parse_selector(fleet::selector_text(*selector));
        if (!again || *again != *selector) std::abort();
    }
    return 0;
}
