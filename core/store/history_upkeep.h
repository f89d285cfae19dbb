// SPDX-License-Identifier: MIT
// The history's own thread: checkpoints and thinning, which wait for the disk, beside a writer that must not.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/base/error.h"
#include "core/store/history_schema.h"
#include "core/store/history_writer.h"

namespace rampwatch::store {

class HistoryWriter::Upkeep {
  public:
    // `once`: thins in the caller's thread and starts none; for a process that leaves at once.
    Upkeep(std::string path, const Retention& keep, bool once);

    void checkpoint_soon();
    [[nodiscard]] std::optional<Error> error() const;

  private:
    void live(const std::stop_token& stop);
    Result<void> work(Database& database, bool thin, const std::stop_token& stop);

    std::string path_;
    Retention keep_;
    mutable std::mutex mutex_{};
    std::condition_variable_any wake_{};
    bool due_ = false;
    std::optional<Error> error_{};
    std::jthread thread_{};
};

}  // namespace rampwatch::store
