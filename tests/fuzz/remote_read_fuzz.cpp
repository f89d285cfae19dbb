// SPDX-License-Identifier: MIT
// Any bytes as a server's answer to a remote read, as a snappy block and as a chunk: no crash, no undefined
// behaviour, and never more out than was asked for.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/fleet/remote_read.h"
#include "core/fleet/snappy.h"
#include "core/fleet/xor_chunk.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rampwatch;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto out = fleet::unsnap(bytes, 65536);
    if (out && out->size() > 65536) std::abort();
    const auto again = fleet::unsnap(fleet::snap(bytes), size);
    if (!again || *again != bytes) std::abort();

    const auto drain = [](std::string_view chunk) {
        fleet::XorChunk samples(chunk);
        const std::size_t most = samples.left();
        std::size_t count = 0;
        for (auto point = samples.next(); point && point->has_value(); point = samples.next()) ++count;
        if (count > most) std::abort();
    };
    drain(bytes);

    // Checksums that fit would keep everything else from being reached: the message without its frame, too.
    fleet::FrameReader reader;
    reader.push(bytes);
    for (auto frame = reader.next(); frame && frame->has_value(); frame = reader.next()) {
        if (auto series = fleet::series_of(**frame); !series && series.error().what.empty()) std::abort();
    }
    if (const auto series = fleet::series_of(bytes)) {
        for (const fleet::ChunkedSeries& one : *series) {
            if (one.labels.size() > kMostLabels) std::abort();
            for (const std::string_view chunk : one.chunks) drain(chunk);
        }
    }
    return 0;
}
