// SPDX-License-Identifier: MIT
// Any bytes as an executable with Go's tables: no crash, no read beyond them, and an end within bounds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "core/golang/build_info.h"
#include "core/golang/pclntab.h"
#include "core/probe/elf.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rampwatch::golang;
    using namespace rampwatch::probe;
    const Bytes bytes(std::as_bytes(std::span(data, size)));
    const auto elf = Elf::parse(bytes);
    if (!elf) return 0;
    if (const auto info = read_build_info(*elf)) static_cast<void>(parse_version(info->version));
    const auto table = Pclntab::find(*elf);
    if (!table) return 0;
    std::vector<Pclntab::Call> calls;
    for (std::uint32_t i = 0; i < table->functions() && i < 100; ++i) {
        const auto function = table->function(i);
        if (!function) continue;
        if (function->end <= function->entry) std::abort();
        static_cast<void>(table->frame_size(*function, function->end - 1));
        table->calls(*function, function->entry, bytes, calls);
        static_cast<void>(table->plausible_tree(*function, bytes));
        static_cast<void>(table->function_at(function->entry));
    }
    for (const Pclntab::Call& call : calls) static_cast<void>(printed_name(call.function));
    static_cast<void>(table->named("runtime.allgadd"));
    static_cast<void>(table->wrapper_id());
    return 0;
}
