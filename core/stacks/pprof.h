// SPDX-License-Identifier: MIT
// Reads a goroutine profile as Go's runtime/pprof writes it (profile.proto, gzipped): how many stand at which
// stack. It has no ids, no creators and no wait reasons; what a goroutine waits for is told from the
// runtime's own functions at the top of its stack, which are in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/model/stack.h"

namespace rampwatch::stacks {

struct Profile {
    std::string executable{};   // path, as the program itself knows it; empty when not told
    std::string sample_type{};  // of its first value: "goroutine"
    std::int64_t total = 0;
    std::int64_t ungrouped = 0;   // of `total`: beyond what is kept
    std::vector<Group> groups{};  // biggest first; own frames marked; labels where all of a group have them
};

// Bounded in all it keeps, whatever the profile says. bad_input: no profile, damaged, or larger than
// `most_bytes` when unpacked.
Result<Profile> read_profile(std::string_view bytes, std::size_t most_bytes = std::size_t{64} << 20);

// Writes into each group of `profile` how many with its stack are among `leaked`, the runtime's own profile
// of goroutines that can never go on.
void mark_leaked(std::vector<Group>& groups, const Profile& leaked);

}  // namespace rampwatch::stacks
