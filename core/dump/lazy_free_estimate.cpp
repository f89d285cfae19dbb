// SPDX-License-Identifier: MIT
#include "core/dump/lazy_free_estimate.h"

#include <algorithm>

namespace rampwatch::dump {

void LazyFreeEstimate::set(std::int64_t anonymous, std::int64_t lazy_free) {
    const Reading before = last_.value_or(Reading{});
    const auto rise = static_cast<double>(anonymous - before.anonymous);
    if (rise > 0) share_ = std::clamp(static_cast<double>(lazy_free - before.lazy_free) / rise, 0.0, 1.0);
    if (lazy_free <= 0) share_ = 0;
    last_ = Reading{anonymous, lazy_free};
}

std::optional<std::int64_t> LazyFreeEstimate::at(std::int64_t anonymous) const {
    if (!last_) return std::nullopt;
    const std::int64_t since = std::max<std::int64_t>(0, anonymous - last_->anonymous);
    const auto more = static_cast<std::int64_t>(share_ * static_cast<double>(since));
    return std::clamp<std::int64_t>(last_->lazy_free + more, 0, std::max<std::int64_t>(0, anonymous));
}

}  // namespace rampwatch::dump
