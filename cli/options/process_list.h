// SPDX-License-Identifier: MIT
// The processes of this host by name.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rampwatch::cli {

struct Candidate {
    std::int32_t pid = 0;
    std::string user{};
    std::chrono::nanoseconds age{};
    std::string executable{};  // as the kernel gave it
    bool exact = false;        // else only the comm agrees, as far as the kernel keeps it

    friend bool operator==(const Candidate&, const Candidate&) = default;
};

// Does a process with this executable (path, or the comm where that is hidden) and comm go by `name`? A comm
// is cut at 15 bytes by the kernel, and so is `name` when it is compared with one.
enum class NameMatch : std::uint8_t { none, cut, exact };
NameMatch match_name(std::string_view name, std::string_view executable, std::string_view comm);

// Running processes that go by `name`, by PID, without ourselves, zombies and kernel threads; only the exact
// ones where there are such.
std::vector<Candidate> processes_named(std::string_view name);

// For a message, in one line, at most 12 of them: "4711 of shop (up 2.5 h: /usr/bin/shop), ...".
std::string candidate_words(const std::vector<Candidate>& candidates);

}  // namespace rampwatch::cli
