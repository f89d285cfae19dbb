// SPDX-License-Identifier: MIT
// Which ELF files a process has mapped, and the bytes of one of them: from the file when it is the one that
// is mapped (its build id is compared with the target's memory), else out of the target's memory. So deleted
// and replaced binaries, other mount namespaces and the vdso have their symbols.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/fd.h"
#include "core/probe/maps.h"

namespace rampwatch::native {

// The mappings of one file that lie side by side, at least one of them executable.
struct ModuleRange {
    std::string path{};  // as the target has it; "[vdso]"
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::vector<probe::Mapping> mappings{};

    friend bool operator==(const ModuleRange&, const ModuleRange&) = default;
};

// Ascending by start.
std::vector<ModuleRange> module_ranges(const probe::Maps& maps);

// Facts of an ELF header and its notes.
struct ElfFacts {
    bool is_64bit = false;
    std::uint16_t machine = 0;  // EM_*
    std::string build_id{};     // in hex; empty when there is none
    std::vector<std::byte> program_headers{};
};

// Reads `into.size()` bytes at an offset of the file; false when they are not there.
using ReadFile = std::function<bool(std::uint64_t offset, std::span<std::byte> into)>;

// Bounded; empty when this is no ELF file.
std::optional<ElfFacts> elf_facts(const ReadFile& read);

// In words why the threads of such a program are not read here; empty for one of x86-64.
std::string why_not_read(const ElfFacts& facts);

struct ModuleImage {
    Fd fd{};                          // the file, or none:
    std::vector<std::byte> memory{};  // the image out of the target's memory, laid out as the file
    std::string build_id{};           // of what is mapped; empty when it has none
    std::string problem{};            // "the file was replaced", in words; empty when all is well
};

// Errors: not_found when neither file nor memory would do.
Result<ModuleImage> open_image(pid_t live_tid, const ModuleRange& range);

}  // namespace rampwatch::native
