// SPDX-License-Identifier: MIT
// What machine a target's program is for.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "core/base/error.h"

namespace rampwatch::probe {

enum class Arch : std::uint8_t {
    x86_64,
    arm64,
    other,  // 32-bit, big endian, or a machine that nothing here decodes
};

// By the header of its executable. Errors: gone, no_permission, io; bad_input where it is no ELF file.
Result<Arch> read_arch(pid_t pid);

}  // namespace rampwatch::probe
