// SPDX-License-Identifier: MIT
#include "core/probe/arch.h"

#include <elf.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include <fmt/format.h>

#include "core/probe/maps.h"

namespace rampwatch::probe {

Result<Arch> read_arch(pid_t pid) {
    const auto file = open_executable(pid);
    if (!file) return file.error();
    std::array<unsigned char, 20> head{};  // to the end of e_machine
    const ssize_t got = ::pread(file->fd.get(), head.data(), head.size(), 0);
    if (got < static_cast<ssize_t>(head.size()) || std::memcmp(head.data(), ELFMAG, SELFMAG) != 0)
        return Error{Error::Kind::bad_input, "its executable is not an ELF file", fmt::format("PID {}", pid),
                     ""};
    if (head[EI_CLASS] != ELFCLASS64 || head[EI_DATA] != ELFDATA2LSB) return Arch::other;
    const unsigned machine = head[18] | static_cast<unsigned>(head[19]) << 8U;
    if (machine == EM_X86_64) return Arch::x86_64;
    return machine == EM_AARCH64 ? Arch::arm64 : Arch::other;
}

}  // namespace rampwatch::probe
