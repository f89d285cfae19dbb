// SPDX-License-Identifier: MIT
// A file kept current in a thread of its own, since an fsync can take seconds: what is not yet written when
// something newer comes is never written.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/base/error.h"

namespace rampwatch {

class LateWriter {
  public:
    // By rename, whole or not at all.
    LateWriter(std::string path, mode_t mode);

    void put(std::string bytes);
    void finish();  // waits until the last is written; no put() after it

    // Of the last write that ended.
    [[nodiscard]] std::optional<Error> trouble() const;

  private:
    void work(const std::stop_token& stop);

    std::string path_;
    mode_t mode_;
    mutable std::mutex mutex_{};
    std::condition_variable_any wake_{};
    std::optional<std::string> bytes_{};
    std::optional<Error> trouble_{};
    std::jthread thread_{};
};

}  // namespace rampwatch
