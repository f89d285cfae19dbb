// SPDX-License-Identifier: MIT
#include "core/base/free_memory.h"

#include <malloc.h>

namespace rampwatch {

void give_back_free_memory() {
#ifdef __GLIBC__
    ::malloc_trim(0);
#endif
}

}  // namespace rampwatch
