// SPDX-License-Identifier: MIT
#include "core/native/merged_frames.h"

#include <algorithm>
#include <cstddef>

#include "core/stacks/own_frame.h"

namespace rampwatch::native {

std::vector<Frame> merge_frames(const std::vector<Frame>& native,
                                const std::vector<runtime::PlacedFrame>& language,
                                runtime::Runtime& runtime) {
    using Role = runtime::Threads::Role;
    std::vector<Frame> merged;
    std::size_t next = 0;  // of the language's
    const auto take = [&] {
        while (next < language.size()) {
            merged.push_back(runtime.name_of(language[next].frame));
            if (language[next++].entered) break;
        }
    };
    for (const Frame& frame : native) {
        const Role role = runtime.threads()->role(frame);
        if (role == Role::code) break;
        if (role == Role::loop) take();
        if (role == Role::other) merged.push_back(frame);
    }
    std::size_t outermost = merged.size();
    while (outermost > 0 && !merged[outermost - 1].language) --outermost;
    // What starts every thread tells nothing; an embedder's own code does.
    std::size_t end = merged.size();
    while (end > outermost && (stacks::is_library(merged[end - 1]) || !merged[end - 1].function)) --end;
    merged.resize(end);
    if (next == language.size()) return merged;
    std::vector<Frame> rest;
    for (; next < language.size(); ++next) rest.push_back(runtime.name_of(language[next].frame));
    // Without any turn of the loop all of the native frames are what the language called.
    const std::size_t at = outermost == 0 ? merged.size() : outermost;
    merged.insert(merged.begin() + static_cast<std::ptrdiff_t>(at), rest.begin(), rest.end());
    return merged;
}

}  // namespace rampwatch::native
