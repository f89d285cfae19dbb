// SPDX-License-Identifier: MIT
// Buckets made of buckets, and taken apart.
#pragma once

#include "core/model/sample.h"

namespace rampwatch {

// The last values of a bucket as one look; memory as anonymous memory, since its parts are not kept.
Sample last_of(const Bucket& bucket);

// The same with min <= mean, last <= max, whatever a file said.
Stat in_order(Stat stat);

// Both as one; `earlier` ends no later than `later` begins. A series that only one of them has is that one's.
Bucket joined(const Bucket& earlier, const Bucket& later);

}  // namespace rampwatch
