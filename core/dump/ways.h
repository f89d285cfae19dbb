// SPDX-License-Identifier: MIT
// Which ways of reading threads there are for a process, gentlest first.
#pragma once

#include <memory>

#include "core/dump/backend.h"
#include "core/dump/threads_step.h"

namespace rampwatch::dump {

// An empty list when nothing reads without a stop and none is allowed.
ThreadReaders ways_of(const Life& life, const Settings& settings,
                      const std::shared_ptr<worker::Worker>& worker);

}  // namespace rampwatch::dump
