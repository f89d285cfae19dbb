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
    std::int64_t rss_bytes = 0;

    friend bool operator==(const Candidate&, const Candidate&) = default;
};

// Does a process with this executable (path, or the comm where that is hidden) and comm go by `name`? A comm
// is cut at 15 bytes by the kernel, and so is `name` when it is compared with one.
enum class NameMatch : std::uint8_t { none, cut, exact };
NameMatch match_name(std::string_view name, std::string_view executable, std::string_view comm);

// Running processes that go by `name`, by PID, without ourselves, zombies and kernel threads; only the exact
// ones where there are such.
std::vector<Candidate> processes_named(std::string_view name);

// The one whose children, and theirs, all the others are; null where none is.
const Candidate* parent_of_all(const std::vector<Candidate>& candidates);

// For a person to choose from, a line each, at most 12 of them, and the command that takes them all where
// `parent` is one: "    4711  shop      6.10 MiB  up 2.5 h  /usr/bin/shop".
std::string candidate_table(const std::vector<Candidate>& candidates, const Candidate* parent);

}  // namespace rampwatch::cli
