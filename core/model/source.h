// SPDX-License-Identifier: MIT
// The seam to the past: recorded samples, pulled one by one.
#pragma once

#include <optional>
#include <utility>
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

    // The same into a Record that is used again and again, since copies cost more than what is in them; false
    // at the end. What `record` held is forgotten.
    virtual Result<bool> next_into(Record& record) {
        auto read = next();
        if (!read) return read.error();
        if (!read->has_value()) return false;
        record = std::move(**read);
        return true;
    }
};

}  // namespace rampwatch
