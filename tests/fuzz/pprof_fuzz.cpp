// SPDX-License-Identifier: MIT
// Any bytes as a goroutine profile: no crash, and no more kept than was there.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/stacks/pprof.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rampwatch;
    auto profile = stacks::read_profile(std::string_view(reinterpret_cast<const char*>(data), size), 1 << 20);
    if (!profile) return 0;
    std::int64_t count = profile->ungrouped;
    for (const Group& group : profile->groups) {
        count += group.count;
        if (group.count <= 0) std::abort();
        if (group.own_frame >= group.frames.size() && group.own_frame != 0) std::abort();
    }
    if (count != profile->total) std::abort();
    const stacks::Profile copy = *profile;
    stacks::mark_leaked(profile->groups, copy);
    return 0;
}
