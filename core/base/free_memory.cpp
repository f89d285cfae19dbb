// SPDX-License-Identifier: MIT
#include "core/base/free_memory.h"

#include <malloc.h>

namespace rampwatch {

void keep_little_free_memory() {
#ifdef __GLIBC__
    constexpr int kBig = 128 * 1024;  // glibc's own value, before it has learned another
    ::mallopt(M_MMAP_THRESHOLD, kBig);
    ::mallopt(M_TRIM_THRESHOLD, kBig);
#endif
}

}  // namespace rampwatch
