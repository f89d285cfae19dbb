// SPDX-License-Identifier: MIT
// The directory of --dump-dir: the newest dumps of a watch, for whoever comes in the morning.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/model/stack.h"

namespace rampwatch::store {

class DumpDir {
  public:
    static constexpr std::size_t kMostFiles = 10;

    // The directory is made (0700) when its parent is there. Error io when it cannot be written to.
    static Result<DumpDir> open(const std::string& path);

    // Writes `text` to a file of mode 0600, named by the dump's time, PID and reason:
    // "rampwatch-20261124T031005-4711-growing.json". Then the oldest of such files go, until at most
    // kMostFiles are left; the newest baseline stays, since later dumps are compared with it. Other files are
    // never touched. The path written.
    Result<std::string> save(const Dump& dump, std::string_view text, std::string_view ending = "json") const;

  private:
    explicit DumpDir(std::string path) : path_(std::move(path)) {}

    std::string path_;
};

}  // namespace rampwatch::store
