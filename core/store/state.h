// SPDX-License-Identifier: MIT
// What a watch has learned, kept in a file, so that a restarted watcher goes on where it was.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/model/target.h"

namespace rampwatch::store {

struct SavedState {
    std::string boot_id{};
    std::int32_t pid = 0;
    std::uint64_t start_ticks = 0;
    LifeNumber life = 1;
    std::chrono::nanoseconds shift{};  // of the clock of `last_mono` against CLOCK_BOOTTIME of that boot
    std::chrono::nanoseconds last_mono{}, last_wall{};  // of the last look in it
    std::vector<std::byte> learned{};                   // a Session's own words

    friend bool operator==(const SavedState&, const SavedState&) = default;
};

// As the file has them: a line that names version and host order, a checksum. At most a few hundred KiB.
std::vector<std::byte> bytes_of(const SavedState& state);

// Empty when there is no such file. Errors, `where` the path: bad_input (another version, damaged, no state
// at all), no_permission, io. The file is never changed by this.
Result<std::optional<SavedState>> load_state(const std::string& path);

}  // namespace rampwatch::store
