// SPDX-License-Identifier: MIT
// Prometheus's remote read: what is asked, and the answer as it streams in: frames of series with chunks of
// samples (prometheus/prompb/remote.proto; prometheus/storage/remote/chunked.go).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/fleet/selector.h"
#include "core/model/labels.h"

namespace rampwatch::fleet {

// The body of a POST to /api/v1/read that wants streamed chunks: a snappy block. Times in ms since the Unix
// epoch.
std::string read_request(const std::vector<Matcher>& matchers, std::int64_t start_ms, std::int64_t end_ms);

inline constexpr std::size_t kLongestFrame = std::size_t{16}
                                             << 20;  // a server's own limit is 1 MiB by default

// The answer's body cut into frames; each is a length, a checksum (CRC-32C) and a message.
class FrameReader {
  public:
    void push(std::string_view bytes);

    // The next whole frame, valid until the next call of either; empty where more bytes are needed. A frame
    // that is too long or damaged is Error::Kind::bad_input, with an empty `where`, for good.
    Result<std::optional<std::string_view>> next();

    [[nodiscard]] bool is_between() const { return begin_ == buffer_.size(); }  // the body may end here

  private:
    std::string buffer_{};
    std::size_t begin_ = 0;
};

// A part of one series; the chunks are views into the frame, in the order of their times.
struct ChunkedSeries {
    Labels labels{};
    std::vector<std::string_view> chunks{};  // of XOR encoding: xor_chunk.h
    std::int64_t other_chunks = 0;           // of histograms: no numbers
};

Result<std::vector<ChunkedSeries>> series_of(std::string_view frame);

// Of CRC-32C (Castagnoli; RFC 3720, B.4).
std::uint32_t crc32c(std::string_view bytes);

}  // namespace rampwatch::fleet
