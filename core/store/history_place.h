// SPDX-License-Identifier: MIT
// Where histories lie: one directory, one database a target, beside it a lock that its writer holds.
//
// One file a target, so that thirty watchers share no lock and a damaged file is one target's.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/fd.h"

namespace rampwatch::store {

struct HistoryPlace {
    std::string directory{};
    std::optional<std::uint32_t> group{};  // that may read: 0750, 0640; without it 0700, 0600
};

using Environment = std::function<const char*(const char*)>;

// $STATE_DIRECTORY (its first path), else /var/lib/rampwatch for root, else $XDG_STATE_HOME/rampwatch, else
// $HOME/.local/state/rampwatch. Error not_found where none of them is known.
Result<std::string> default_history_directory(const Environment& get, bool is_root);

// Makes the directory, and those above it, when they are missing; files of others in it are left alone.
Result<void> make_place(const HistoryPlace& place);

// A group's number, by name as /etc/group has it, or by number; the name service is not asked.
Result<std::uint32_t> group_number(const std::string& word);

// Where the database of a target lies: "nginx.db"; what a file name cannot hold is %XX.
std::string history_path(const std::string& directory, std::string_view target);

// Targets that have a history there, by name; a directory that is not there has none. Error: no_permission.
Result<std::vector<std::string>> targets_in(const std::string& directory);

// The target that a person means: the one of this name, else, since people call nginx.service nginx,
// NAME.service. Error not_found names those there are.
Result<std::string> find_target(const std::string& directory, const std::string& name);

// Let go when it is destroyed; the kernel takes it from who dies. It is let go in words, since a child that
// was just forked, and has not become its program yet, holds the descriptor too.
class TargetLock {
  public:
    TargetLock() = default;
    explicit TargetLock(Fd fd) : fd_(std::move(fd)) {}
    TargetLock(TargetLock&&) noexcept = default;
    TargetLock& operator=(TargetLock&&) = delete;
    ~TargetLock();

  private:
    Fd fd_{};
};

// The right to write a target's history. Error timed_out when another process has it.
Result<TargetLock> lock_target(const HistoryPlace& place, std::string_view target);

// Does a living process write it?
bool is_written(const std::string& directory, std::string_view target);

}  // namespace rampwatch::store
