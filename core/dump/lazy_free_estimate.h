// SPDX-License-Identifier: MIT
// What a process has given back by MADV_FREE, between one reading of it and the next.
#pragma once

#include <cstdint>
#include <optional>

namespace rampwatch::dump {

class LazyFreeEstimate {
  public:
    // A reading, both in bytes and of the same moment.
    void set(std::int64_t anonymous, std::int64_t lazy_free);

    // At a moment when so much is anonymous; 0..anonymous, empty before the first reading. What came since
    // the last reading is taken to be lazy in the share that what came before it was: a rise that is made of
    // what was given back is then level also where a reading is long in coming, and a leak beside it is seen
    // whole.
    [[nodiscard]] std::optional<std::int64_t> at(std::int64_t anonymous) const;

  private:
    struct Reading {
        std::int64_t anonymous = 0, lazy_free = 0;
    };
    std::optional<Reading> last_{};
    double share_ = 0;  // of a rise, 0..1
};

}  // namespace rampwatch::dump
