// SPDX-License-Identifier: MIT
// Samples recorded as CSV, so that a file read back by csv.h gives exactly what was written.
#pragma once

#include <string>

#include "core/base/error.h"
#include "core/base/fd.h"
#include "core/model/sample.h"
#include "core/model/target.h"
#include "core/store/csv_text.h"

namespace rampwatch::store {

// Every line is one write(2) at the file's end, so that a reader at any moment sees whole lines. Numbers are
// exact: times to the nanosecond.
class CsvWriter {
  public:
    // Creates `path` (0644 less the umask), still empty: the header goes with the first sample, so that a
    // watch that never began leaves nothing that a second try would be refused for. Refuses whatever is not a
    // regular file, a file that is not empty, and one that another writer holds.
    static Result<CsvWriter> create(const std::string& path);

    // A line that does not fit the disk is taken back whole and reported, and a later one may succeed.
    Result<void> append(const Sample& sample, LifeNumber life);

  private:
    CsvWriter(Fd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}
    Result<void> write_line();  // `line_`

    Fd fd_;
    std::string name_;  // escaped
    CsvText text_{};
    bool header_written_ = false;
    std::string line_{};  // kept for its memory
};

}  // namespace rampwatch::store
