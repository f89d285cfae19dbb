// SPDX-License-Identifier: MIT
// Looks as lines of CSV, so that csv.h reads back exactly what was written.
#pragma once

#include <string>

#include "core/model/source.h"

namespace rampwatch::store {

class CsvText {
  public:
    // The columns of stretches follow those of samples where there may be such.
    explicit CsvText(bool with_stretches = false) : with_stretches_(with_stretches) {}

    [[nodiscard]] std::string header() const;

    // Numbers are exact: times to the nanosecond. Valid until the next call.
    const std::string& line(const Sample& sample, LifeNumber life);
    const std::string& line(const Record& record);

  private:
    void append(const Sample& sample, LifeNumber life);
    void append(const Bucket& bucket);

    bool with_stretches_;
    std::string line_{};  // kept for its memory
};

}  // namespace rampwatch::store
