// SPDX-License-Identifier: MIT
// Any bytes as what the kernel says in /proc, and as what a worker of ours says that was taken over: no
// crash, and figures that can be added up.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/probe/smaps.h"
#include "core/probe/thread_files.h"
#include "core/worker/wire.h"

namespace {

using namespace rampwatch;

void thread_files(std::string_view text) {
    const auto entry = probe::parse_kernel_entry(text);
    static_cast<void>(probe::parse_run_count(text));
    static_cast<void>(probe::parse_switches(text));
    static_cast<void>(probe::parse_thread_stat(text));
    if (!entry) return;
    static_cast<void>(probe::wants_wchan(*entry, 'S'));
    static_cast<void>(probe::wait_word(*entry, 'S', text));
}

void smaps(std::string_view text) {
    probe::SmapsParser whole, pieces;
    whole.feed(text);
    for (std::size_t at = 0; at < text.size(); at += 3) pieces.feed(text.substr(at, 3));
    const probe::Smaps read = whole.finish();
    if (read.mappings != pieces.finish().mappings && text.size() < 4096) std::abort();
    static_cast<void>(probe::allocators_in(read.mappings));
    for (const MemoryPart& part : probe::divide(read.mappings, {0x7ffd00001000})) {
        if (part.figures.rss < 0 || part.mappings < 0) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    thread_files(text);
    smaps(text);
    static_cast<void>(probe::parse_maps(text));
    if (const auto answer = worker::decode_answer(text)) {
        if (worker::encode(*answer) != text) std::abort();
    }
    return 0;
}
