// SPDX-License-Identifier: MIT
// The seam to the past: recorded samples, pulled one by one.
#pragma once

#include <optional>
#include <variant>

#include "core/base/error.h"
#include "core/model/sample.h"
#include "core/model/target.h"

namespace rampwatch {

struct Record {
    LifeNumber life = 1;  // never goes back
    std::variant<Sample, Bucket> look{};
};

class Source {
  public:
    virtual ~Source() = default;

    // The next record in time order; empty at the end; an Error ends the source for good.
    virtual Result<std::optional<Record>> next() = 0;
};

}  // namespace rampwatch
