// SPDX-License-Identifier: MIT
// Keeps the newest dumps of a watch as files.
#pragma once

#include <cstddef>
#include <string>

#include "core/base/error.h"
#include "core/base/say.h"
#include "core/watch/loop.h"

namespace rampwatch::listen {

inline constexpr std::size_t kMostKeptDumps = 10;

// "rampwatch-PID-20261124T031005Z-leak.json" for a dump of that moment and reason.
std::string dump_file_name(const Dump& dump);

// Each dump becomes a file (0600, JSON as `dump --format json` has it) in a directory; of the files named as
// above the oldest beyond kMostKeptDumps go. Nothing else in there is touched.
class DumpKeeper final : public watch::Listener {
  public:
    // Makes the directory (0700) when it is missing, and checks that files can be made in it.
    static Result<DumpKeeper> open(const std::string& directory, Say say);

    void on_event(const Event& event, const watch::Session& session) override;

  private:
    DumpKeeper(std::string directory, Say say) : directory_(std::move(directory)), say_(std::move(say)) {}
    void remove_oldest() const;

    std::string directory_;
    Say say_;
};

}  // namespace rampwatch::listen
