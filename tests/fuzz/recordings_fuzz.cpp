// SPDX-License-Identifier: MIT
// Any bytes through the reader that their content asks for: no crash, no undefined behaviour, looks in order
// with numbers that processes can have, one end a series, and words for what is refused.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>

#include "core/base/lines.h"
#include "core/readers/recognise.h"
#include "core/readers/series_book.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rampwatch;
    static const int memory = ::memfd_create("fuzz", MFD_CLOEXEC);
    if (::ftruncate(memory, 0) != 0 || ::pwrite(memory, data, size, 0) != static_cast<ssize_t>(size))
        std::abort();
    ::lseek(memory, 0, SEEK_SET);
    LineReader lines(Fd(::dup(memory)));
    const readers::Kind kind = readers::recognise(lines.ahead(kMostAhead));
    if (kind == readers::Kind::own_csv) return 0;  // csv_fuzz has it
    auto recording = readers::open_recording(std::move(lines), kind, "fuzz");
    if (!recording) return 0;
    std::map<std::uint32_t, std::chrono::nanoseconds> open;
    readers::Look look;
    while (true) {
        const auto read = (*recording)->next_into(look);
        if (!read && read.error().where.empty()) std::abort();
        if (!read || !*read) break;
        if (look.last) {
            if (open.erase(look.series) != 1) std::abort();
            readers::title(look.info);
            continue;
        }
        if (open.size() > readers::kMostOpen + 1) std::abort();
        const auto mono = std::visit([](const auto& one) { return one.mono; }, look.record.look);
        const auto* sample = std::get_if<Sample>(&look.record.look);
        if (mono.count() < 0 || (sample != nullptr && sample->rss_bytes <= 0)) std::abort();
        const auto [at, fresh] = open.try_emplace(look.series, mono);
        if (!fresh && mono <= at->second) std::abort();
        at->second = mono;
    }
    return 0;
}
