// SPDX-License-Identifier: MIT
// A chunk of samples as Prometheus keeps them: times as deltas of deltas, values XORed with the one before
// (Gorilla, Pelkonen et al., VLDB 2015; prometheus/tsdb/chunkenc/xor.go).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/error.h"

namespace rampwatch::fleet {

struct Point {
    std::int64_t time_ms = 0;  // since the Unix epoch
    double value = 0;          // NaN where the series ended or the sample says so

    friend bool operator==(const Point&, const Point&) = default;
};

// The bit pattern of the NaN that says "this series ended here"; every other NaN is a value.
inline constexpr std::uint64_t kStaleBits = 0x7ff0000000000002;

class XorChunk {
  public:
    // `bytes` must live as long as this does. At most 65535 samples are in one.
    explicit XorChunk(std::string_view bytes);

    // Empty at the end. A chunk that is cut off is Error::Kind::bad_input, with an empty `where`.
    Result<std::optional<Point>> next();

    [[nodiscard]] std::size_t left() const { return left_; }

  private:
    std::optional<std::uint64_t> bits(unsigned count);  // the first read is the highest
    std::optional<std::uint64_t> unsigned_varint();
    std::optional<std::int64_t> signed_varint();
    bool read_first();
    bool read_time();
    bool read_value();

    std::string_view bytes_;
    std::size_t bit_ = 0;
    std::size_t left_ = 0, read_ = 0;
    bool cut_ = false;
    std::uint64_t time_ = 0, delta_ = 0;  // unsigned: hostile ones wrap, and that is all
    std::uint64_t value_ = 0;
    unsigned leading_ = 0, trailing_ = 0;
    bool has_window_ = false;
};

}  // namespace rampwatch::fleet
