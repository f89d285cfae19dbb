// SPDX-License-Identifier: MIT
#include "core/base/entries.h"

#include <dirent.h>
#include <unistd.h>

#include <array>
#include <cstddef>

namespace rampwatch {

bool each_entry(int directory, const std::function<bool(const char* name)>& each) {
    alignas(dirent64) std::array<char, 2048> part;
    if (::lseek(directory, 0, SEEK_SET) < 0) return false;
    while (true) {
        const ssize_t got = ::getdents64(directory, part.data(), part.size());
        if (got <= 0) return got == 0;
        for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
            const auto* entry = reinterpret_cast<const dirent64*>(part.data() + at);
            if (entry->d_name[0] != '.' && !each(entry->d_name)) return true;
            at += entry->d_reclen;
        }
    }
}

}  // namespace rampwatch
