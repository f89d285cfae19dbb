// SPDX-License-Identifier: MIT
// Writes what is judged, sample by sample, so that `analyze` can judge it again.
#pragma once

#include <cstdint>
#include <utility>

#include "core/base/say.h"
#include "core/store/csv_writer.h"
#include "core/watch/loop.h"

namespace rampwatch::listen {

class CsvRecorder final : public watch::Listener {
  public:
    // Says when a line could not be written, once; the watch goes on. `target`: the one that is recorded.
    CsvRecorder(store::CsvWriter writer, Say say, TargetId target = kMainTarget)
        : writer_(std::move(writer)), say_(std::move(say)), target_(target) {}

    void on_event(const Event& event, const watch::Session& session) override;

    [[nodiscard]] std::int64_t missing() const { return missing_; }  // samples that are not in the file

  private:
    store::CsvWriter writer_;
    Say say_;
    TargetId target_;
    std::int64_t missing_ = 0;
};

}  // namespace rampwatch::listen
