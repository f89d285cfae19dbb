// SPDX-License-Identifier: MIT
#include "core/base/gzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>

namespace rampwatch {
namespace {

constexpr int kGzipWindow = 15 + 16;                       // the largest window; gzip's header and trailer
constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;  // zlib counts in 32 bits

// Feeds all of `bytes` through `step` (deflate or inflate), up to `most` bytes out. The last status.
template <class Step>
int pump(z_stream& stream, std::string_view bytes, std::string& out, std::size_t most, Step step) {
    std::array<Bytef, 65536> part;
    int status = Z_OK;
    while (status == Z_OK && out.size() <= most) {
        if (stream.avail_in == 0 && !bytes.empty()) {
            const std::size_t size = std::min(bytes.size(), kMostAtOnce);
            stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // only read
            stream.avail_in = static_cast<uInt>(size);
            bytes.remove_prefix(size);
        }
        stream.next_out = part.data();
        stream.avail_out = static_cast<uInt>(part.size());
        status = step(stream, bytes.empty() ? Z_FINISH : Z_NO_FLUSH);
        const std::size_t made = part.size() - stream.avail_out;
        out.append(reinterpret_cast<const char*>(part.data()), made);
        if (status == Z_BUF_ERROR && made > 0) status = Z_OK;  // there was more than fitted into `part`
    }
    return status;
}

}  // namespace

Result<std::string> gzip(std::string_view bytes) {
    z_stream stream{};
    if (::deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return Error{Error::Kind::io, "no memory to compress", {}, {}};
    std::string out;
    const int status =
        pump(stream, bytes, out, SIZE_MAX - 1, [](z_stream& at, int flush) { return ::deflate(&at, flush); });
    ::deflateEnd(&stream);
    if (status != Z_STREAM_END) return Error{Error::Kind::io, "cannot be compressed", {}, {}};
    return out;
}

Result<std::string> gunzip(std::string_view bytes, std::size_t most_bytes) {
    z_stream stream{};
    if (::inflateInit2(&stream, kGzipWindow) != Z_OK)
        return Error{Error::Kind::io, "no memory to decompress", {}, {}};
    std::string out;
    const int status =
        pump(stream, bytes, out, most_bytes, [](z_stream& at, int) { return ::inflate(&at, Z_NO_FLUSH); });
    ::inflateEnd(&stream);
    if (out.size() > most_bytes)
        return Error{Error::Kind::unavailable, fmt::format("more than {} bytes", most_bytes), {}, {}};
    if (status != Z_STREAM_END) return Error{Error::Kind::bad_input, "not gzip data, or cut off", {}, {}};
    return out;
}

}  // namespace rampwatch
