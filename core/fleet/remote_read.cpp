// SPDX-License-Identifier: MIT
#include "core/fleet/remote_read.h"

#include <fmt/format.h>

#include <array>
#include <exception>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "core/fleet/snappy.h"

namespace rampwatch::fleet {
namespace {

constexpr std::size_t kMostSeries = 100'000;  // of one frame
constexpr std::size_t kMostChunks = 100'000;
constexpr std::uint32_t kXor = 1;
constexpr std::int32_t kStreamedChunks = 1;

Error damaged(std::string what) { return {Error::Kind::bad_input, std::move(what), {}, {}}; }

constexpr std::array<std::uint32_t, 256> kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t sum = i;
        for (int bit = 0; bit < 8; ++bit) sum = sum >> 1 ^ ((sum & 1) != 0 ? 0x82f63b78U : 0U);
        table[i] = sum;
    }
    return table;
}();

std::string text_of(protozero::data_view view) {
    return {view.data(), std::min<std::size_t>(view.size(), kLongestLabel)};
}

// A field of that number that has bytes or a message in it: another kind under it is none of ours.
bool has_bytes(const protozero::pbf_reader& message, std::uint32_t tag) {
    return message.tag() == tag && message.has_wire_type(protozero::pbf_wire_type::length_delimited);
}

Label label_of(protozero::pbf_reader message) {
    Label label;
    while (message.next()) {
        if (has_bytes(message, 1)) {
            label.name = text_of(message.get_view());
        } else if (has_bytes(message, 2)) {
            label.value = text_of(message.get_view());
        } else {
            message.skip();
        }
    }
    return label;
}

void take_chunk(protozero::pbf_reader message, ChunkedSeries& series) {
    std::uint32_t encoding = 0;
    std::string_view data;
    while (message.next()) {
        if (message.tag() == 3 && message.has_wire_type(protozero::pbf_wire_type::varint)) {
            encoding = static_cast<std::uint32_t>(message.get_enum());
        } else if (has_bytes(message, 4)) {
            const auto view = message.get_view();
            data = {view.data(), view.size()};
        } else {
            message.skip();
        }
    }
    if (encoding != kXor) {
        ++series.other_chunks;
    } else if (series.chunks.size() < kMostChunks) {
        series.chunks.push_back(data);
    }
}

ChunkedSeries one_series(protozero::pbf_reader message) {
    ChunkedSeries series;
    while (message.next()) {
        if (has_bytes(message, 1) && series.labels.size() < kMostLabels) {
            series.labels.push_back(label_of(message.get_message()));
        } else if (has_bytes(message, 2)) {
            take_chunk(message.get_message(), series);
        } else {
            message.skip();
        }
    }
    return series;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
    std::uint32_t sum = 0xffffffffU;
    for (const char byte : bytes) sum = sum >> 8 ^ kTable[(sum ^ static_cast<unsigned char>(byte)) & 0xff];
    return ~sum;
}

std::string read_request(const std::vector<Matcher>& matchers, std::int64_t start_ms, std::int64_t end_ms) {
    std::string message;
    protozero::pbf_writer request(message);
    {
        protozero::pbf_writer query(request, 1);
        query.add_int64(1, start_ms);
        query.add_int64(2, end_ms);
        for (const Matcher& matcher : matchers) {
            protozero::pbf_writer one(query, 3);
            one.add_enum(1, static_cast<std::int32_t>(matcher.kind));
            one.add_string(2, matcher.name);
            one.add_string(3, matcher.value);
        }
    }
    request.add_enum(2, kStreamedChunks);
    return snap(message);
}

void FrameReader::push(std::string_view bytes) {
    buffer_.erase(0, begin_);
    begin_ = 0;
    buffer_ += bytes;
}

Result<std::optional<std::string_view>> FrameReader::next() {
    const std::string_view rest = std::string_view(buffer_).substr(begin_);
    std::uint64_t length = 0;
    std::size_t at = 0;
    for (unsigned shift = 0;; shift += 7) {
        if (at == rest.size()) return std::optional<std::string_view>();
        if (shift > 28) return damaged("the length of a frame is none");
        const auto byte = static_cast<unsigned char>(rest[at++]);
        length |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) break;
    }
    if (length > kLongestFrame)
        return damaged(fmt::format("a frame of {} bytes, more than {}", length, kLongestFrame));
    if (rest.size() < at + 4 + length) return std::optional<std::string_view>();
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < 4; ++i) sum = sum << 8 | static_cast<unsigned char>(rest[at + i]);
    const std::string_view frame = rest.substr(at + 4, length);
    if (crc32c(frame) != sum) return damaged("a frame whose checksum is wrong");
    begin_ += at + 4 + length;
    return std::optional(frame);
}

Result<std::vector<ChunkedSeries>> series_of(std::string_view frame) {
    std::vector<ChunkedSeries> all;
    try {
        protozero::pbf_reader message(frame.data(), frame.size());
        while (message.next()) {
            if (!has_bytes(message, 1)) {
                message.skip();
                continue;
            }
            if (all.size() >= kMostSeries) return damaged("a frame of too many series");
            all.push_back(one_series(message.get_message()));
        }
    } catch (const std::exception&) {
        return damaged("a frame that is not a ChunkedReadResponse");
    }
    return all;
}

}  // namespace rampwatch::fleet
