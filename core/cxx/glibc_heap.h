// SPDX-License-Identifier: MIT
// The heap of a C or C++ program on glibc's malloc, as a runtime.
#pragma once

#include <memory>
#include <string>

#include "core/runtime/runtime.h"

namespace rampwatch::cxx {

// A name of the allocator in use that is not glibc's and cannot be read yet: "jemalloc", "tcmalloc",
// "mimalloc", "musl"; empty where there is none. By the files that are mapped.
std::string other_allocator(const probe::Maps& maps);

// recognise: libc is mapped, or there is a [heap]; attach fails with unavailable for another allocator.
runtime::Entry glibc_entry();

}  // namespace rampwatch::cxx
