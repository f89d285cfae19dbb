// SPDX-License-Identifier: MIT
// The ways to get values out of a server, behind one seam: whichever is taken, the same values come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "core/fleet/answer.h"
#include "core/fleet/columns.h"
#include "core/fleet/grid.h"
#include "core/fleet/selector.h"
#include "core/harvest/server.h"

namespace rampwatch::harvest {

enum class Protocol : std::uint8_t {
    range,        // query_range: every server of the kind
    remote_read,  // streamed chunks: Prometheus itself
    lines,        // /api/v1/export: VictoriaMetrics
};

// As --source and messages have it.
std::string_view word(Protocol protocol);
std::optional<Protocol> protocol_named(std::string_view word);

// The cheapest that this server has: VictoriaMetrics's export, Prometheus's remote read, else query_range.
// Two small questions.
Protocol find_protocol(const Server& server, AskNotes& notes);

struct FetchNotes {
    AskNotes asked{};
    fleet::AnswerNotes answers{};
    std::int64_t partial = 0;  // answers that were
    fleet::ValueNotes values{};
};
void add(FetchNotes& to, const FetchNotes& more);

struct Taker {
    std::function<void()> anew{};                 // what was told is void: it is told from the beginning
    std::function<bool(const Labels&)> series{};  // false: its values are passed over
    std::function<void(double time_s, double value)> at{};  // at moments of the grid, unless the server errs
};

// All series of the selector at the moments of the grid. `most_bytes` of an answer.
std::optional<Trouble> fetch_values(const Server& server, Protocol protocol, const fleet::Selector& selector,
                                    const fleet::Grid& grid, std::size_t most_bytes, FetchNotes& notes,
                                    const Taker& taker);

}  // namespace rampwatch::harvest
