// SPDX-License-Identifier: MIT
#include "core/harvest/protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "core/base/text.h"
#include "core/fleet/export_lines.h"
#include "core/fleet/remote_read.h"
#include "core/fleet/resample.h"
#include "core/fleet/xor_chunk.h"

namespace rampwatch::harvest {
namespace {

constexpr std::array<std::string_view, 3> kWords = {"range", "remote-read", "export"};
constexpr std::chrono::seconds kProbePatience{10};
constexpr std::size_t kMostProbeBytes = std::size_t{1} << 20;

std::string seconds_text(std::int64_t ms) { return fmt::format("{}.{:03}", ms / 1000, ms % 1000); }

std::int64_t end_of(const fleet::Grid& grid) { return time_ms(grid, grid.count - 1); }

JsonTokens tokens_of(HttpStream& stream) {
    return JsonTokens([&stream] { return stream.more(); });
}

std::optional<Trouble> fetch_range(const Server& server, const fleet::Selector& selector,
                                   const fleet::Grid& grid, std::size_t most_bytes, FetchNotes& notes,
                                   const Taker& taker) {
    const Form form = {{"query", fleet::selector_text(selector)},
                       {"start", seconds_text(grid.start_ms)},
                       {"end", seconds_text(end_of(grid))},
                       {"step", seconds_text(grid.step_ms)}};
    const auto question = form_question("/api/v1/query_range", form, most_bytes);
    return ask(server, question, notes.asked, [&](HttpStream& stream) {
        taker.anew();
        notes.answers.is_partial = false;
        JsonTokens tokens = tokens_of(stream);
        const auto done = fleet::read_matrix(tokens, notes.answers, {.series = taker.series, .at = taker.at});
        if (done && notes.answers.is_partial) ++notes.partial;
        return done;
    });
}

std::optional<Trouble> fetch_lines(const Server& server, const fleet::Selector& selector,
                                   const fleet::Grid& grid, std::size_t most_bytes, FetchNotes& notes,
                                   const Taker& taker) {
    const Form form = {{"match[]", fleet::selector_text(selector)},
                       {"start", seconds_text(grid.start_ms - fleet::kLookback_ms)},
                       {"end", seconds_text(end_of(grid))}};
    const auto question = form_question("/api/v1/export", form, most_bytes);
    return ask(server, question, notes.asked, [&](HttpStream& stream) {
        taker.anew();
        fleet::Resampler samples(grid, taker.at);
        JsonTokens tokens = tokens_of(stream);
        const auto done = fleet::read_export(
            tokens, notes.answers,
            {.series = taker.series,
             .samples = [&](std::span<const double> times_ms, std::span<const double> values) {
                 for (std::size_t i = 0; i < values.size(); ++i) {
                     const double ms = times_ms[i];
                     const bool is_time = ms >= 0 && ms < 9e15;
                     // Its marks of staleness are NaN like others: null.
                     samples.add(is_time ? static_cast<std::int64_t>(ms) : -1, values[i],
                                 values[i] != values[i]);
                 }
                 samples.finish();
             }});
        notes.values.unordered += samples.out_of_order();
        return done;
    });
}

// Series out of frames; one may go on in the next frame.
class ChunkTaker {
  public:
    ChunkTaker(const fleet::Grid& grid, const Taker& taker) : taker_(taker), samples_(grid, taker.at) {}

    Result<void> frame(std::string_view bytes) {
        const auto all = fleet::series_of(bytes);
        if (!all) return all.error();
        for (const fleet::ChunkedSeries& series : *all) {
            if (!is_begun_ || series.labels != labels_) begin(series.labels);
            if (!is_wanted_) continue;
            for (const std::string_view bytes_of_chunk : series.chunks)
                if (const auto done = chunk(bytes_of_chunk); !done) return done;
        }
        return {};
    }
    void finish() { samples_.finish(); }
    [[nodiscard]] std::int64_t out_of_order() const { return samples_.out_of_order(); }

  private:
    void begin(const Labels& labels) {
        samples_.finish();
        labels_ = labels;
        is_begun_ = true;
        is_wanted_ = taker_.series(labels);
    }
    Result<void> chunk(std::string_view bytes) {
        fleet::XorChunk chunk(bytes);
        while (true) {
            const auto point = chunk.next();
            if (!point) return point.error();
            if (!point->has_value()) return {};
            const auto& [ms, value] = **point;
            samples_.add(ms, value, std::bit_cast<std::uint64_t>(value) == fleet::kStaleBits);
        }
    }

    const Taker& taker_;
    fleet::Resampler samples_;
    Labels labels_{};
    bool is_begun_ = false, is_wanted_ = false;
};

Result<void> read_frames(HttpStream& stream, ChunkTaker& chunks) {
    if (stream.content_type().find("ChunkedReadResponse") == std::string::npos)
        return Error{Error::Kind::bad_input, "its remote read does not stream chunks", {}, "--source range"};
    fleet::FrameReader frames;
    while (true) {
        const std::string_view bytes = stream.more();
        if (bytes.empty()) break;
        frames.push(bytes);
        while (true) {
            const auto frame = frames.next();
            if (!frame) return frame.error();
            if (!frame->has_value()) break;
            if (const auto done = chunks.frame(**frame); !done) return done;
        }
    }
    if (!frames.is_between()) return Error{Error::Kind::bad_input, "ends in the middle of a frame", {}, {}};
    chunks.finish();
    return {};
}

std::optional<Trouble> fetch_chunks(const Server& server, const fleet::Selector& selector,
                                    const fleet::Grid& grid, std::size_t most_bytes, FetchNotes& notes,
                                    const Taker& taker) {
    const HttpQuestion question{
        .url = "/api/v1/read",
        .body = fleet::read_request(selector, grid.start_ms - fleet::kLookback_ms, end_of(grid)),
        .content_type = "application/x-protobuf",
        .headers = {"Content-Encoding: snappy", "X-Prometheus-Remote-Read-Version: 0.1.0"},
        .most_bytes = most_bytes};
    return ask(server, question, notes.asked, [&](HttpStream& stream) {
        taker.anew();
        ChunkTaker chunks(grid, taker);
        const auto done = read_frames(stream, chunks);
        notes.values.unordered += chunks.out_of_order();
        return done;
    });
}

// The whole of a small answer of status 200.
std::optional<std::string> small_answer(const Server& server, const HttpQuestion& question, AskNotes& notes) {
    std::string body;
    const auto trouble = ask(server, question, notes, [&](HttpStream& stream) -> Result<void> {
        body.clear();
        while (true) {
            const std::string_view more = stream.more();
            if (more.empty()) return {};
            body += more;
        }
    });
    return trouble ? std::nullopt : std::optional(body);
}

}  // namespace

std::string_view word(Protocol protocol) { return kWords[static_cast<std::size_t>(protocol)]; }

std::optional<Protocol> protocol_named(std::string_view word) {
    const auto found = std::find(kWords.begin(), kWords.end(), word);
    if (found == kWords.end()) return std::nullopt;
    return static_cast<Protocol>(found - kWords.begin());
}

// Nothing at all is what the one exports of no series; the other names its flags.
Protocol find_protocol(const Server& asked, AskNotes& notes) {
    Server server = asked;
    server.tries = 1;
    server.access.patience = std::min<std::chrono::nanoseconds>(asked.access.patience, kProbePatience);
    const HttpQuestion lines = form_question(
        "/api/v1/export", {{"match[]", "{__name__=\"rampwatch_looks_who_is_there\"}"}}, kMostProbeBytes);
    if (small_answer(server, lines, notes) == "") return Protocol::lines;
    const HttpQuestion flags{.url = "/api/v1/status/flags", .most_bytes = kMostProbeBytes};
    const auto named = small_answer(server, flags, notes);
    if (named && named->find("storage.remote.read-max-bytes-in-frame") != std::string::npos)
        return Protocol::remote_read;
    return Protocol::range;
}

void add(FetchNotes& to, const FetchNotes& more) {
    to.asked.questions += more.asked.questions;
    to.asked.again += more.asked.again;
    to.asked.smaller += more.asked.smaller;
    to.asked.bytes += more.asked.bytes;
    to.partial += more.partial;
    to.answers.cut_labels += more.answers.cut_labels;
    for (const std::string& text : more.answers.warnings) {
        auto& all = to.answers.warnings;
        if (all.size() < 8 && std::find(all.begin(), all.end(), text) == all.end()) all.push_back(text);
    }
    fleet::add(to.values, more.values);
}

std::optional<Trouble> fetch_values(const Server& server, Protocol protocol, const fleet::Selector& selector,
                                    const fleet::Grid& grid, std::size_t most_bytes, FetchNotes& notes,
                                    const Taker& taker) {
    switch (protocol) {
        case Protocol::remote_read:
            return fetch_chunks(server, selector, grid, most_bytes, notes, taker);
        case Protocol::lines:
            return fetch_lines(server, selector, grid, most_bytes, notes, taker);
        case Protocol::range:
            break;
    }
    return fetch_range(server, selector, grid, most_bytes, notes, taker);
}

}  // namespace rampwatch::harvest
