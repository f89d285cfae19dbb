// SPDX-License-Identifier: MIT
#include "core/probe/smaps.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/fd.h"
#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/probe/errno_error.h"

namespace rampwatch::probe {
namespace {

constexpr std::size_t kLongestLine = 8192;
constexpr std::int64_t kMostKib = std::int64_t{1} << 42;

std::int64_t* field_of(MemoryFigures& figures, std::string_view name) {
    if (name == "Size") return &figures.address_space;
    if (name == "Rss") return &figures.rss;
    if (name == "Anonymous") return &figures.anonymous;
    if (name == "Swap") return &figures.swap;
    if (name == "LazyFree") return &figures.lazy_free;
    if (name == "AnonHugePages") return &figures.huge;
    if (name == "Pss") return &figures.pss;
    if (name == "Private_Hugetlb" || name == "Shared_Hugetlb") return &figures.hugetlb;
    return nullptr;
}

// "Rss:                   4 kB"
void take_field(MemoryFigures& figures, std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return;
    std::int64_t* field = field_of(figures, line.substr(0, colon));
    if (field == nullptr) return;
    line = trim(line.substr(colon + 1));
    const auto kib = parse_count(line.substr(0, line.find(' ')));
    if (kib) *field = std::min(*field + std::min(*kib, kMostKib) * 1024, kMostKib * 1024);
}

bool is_header(std::string_view line) {
    return !line.empty() && ((line[0] >= '0' && line[0] <= '9') || (line[0] >= 'a' && line[0] <= 'f'));
}

// Every piece to `take`, until it says no.
template <class Take>
Result<void> read_pieces(const std::string& path, Take take) {
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return errno_error(errno, path);
    std::array<char, 65536> part;
    while (true) {
        const ssize_t got = ::read(file.get(), part.data(), part.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno_error(errno, path);
        if (got == 0 || !take(std::string_view(part.data(), static_cast<std::size_t>(got)))) return {};
    }
}

}  // namespace

void SmapsParser::line(std::string_view text) {
    if (!is_header(text)) {
        if (!skips_ && !smaps_.mappings.empty()) take_field(smaps_.mappings.back().figures, text);
        return;
    }
    auto mapping = parse_mapping(text);
    smaps_.truncated = smaps_.truncated || smaps_.mappings.size() >= kMostMappings;
    skips_ = !mapping || smaps_.truncated;
    if (!skips_) smaps_.mappings.push_back({std::move(*mapping), {}});
}

void SmapsParser::feed(std::string_view text) {
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) {
            begun_ += text.substr(0, kLongestLine - std::min(kLongestLine, begun_.size()));
            return;
        }
        if (begun_.empty()) {
            line(text.substr(0, end));
        } else {
            begun_ += text.substr(0, end);
            line(std::exchange(begun_, {}));
        }
        text.remove_prefix(end + 1);
    }
}

Smaps SmapsParser::finish() {
    if (!begun_.empty()) line(std::exchange(begun_, {}));
    return std::exchange(smaps_, {});
}

Result<Smaps> read_smaps(pid_t tid, std::chrono::nanoseconds until) {
    SmapsParser parser;
    bool late = false;
    const auto read = read_pieces(fmt::format("/proc/{}/smaps", tid), [&](std::string_view piece) {
        parser.feed(piece);
        late = boot_now() >= until;
        return !late;
    });
    if (!read) return read.error();
    Smaps smaps = parser.finish();
    smaps.truncated = smaps.truncated || late;
    return smaps;
}

Result<MemoryFigures> read_rollup(pid_t tid) {
    SmapsParser parser;
    const auto read = read_pieces(fmt::format("/proc/{}/smaps_rollup", tid), [&](std::string_view piece) {
        parser.feed(piece);
        return true;
    });
    if (!read) return read.error();
    const Smaps smaps = parser.finish();
    if (smaps.mappings.empty())
        return Error{Error::Kind::gone, "it has no memory", fmt::format("PID {}", tid), {}};
    return smaps.mappings.front().figures;
}

}  // namespace rampwatch::probe
