// SPDX-License-Identifier: MIT
// The calls of async functions and generators that are suspended, as tasks. V8 moves objects, so that none
// has an identity; and what nobody can wake any more counts until the next collection has found it.
#pragma once

#include "core/base/error.h"
#include "core/runtime/runtime.h"
#include "core/v8/constructors.h"
#include "core/v8/functions.h"

namespace rampwatch::v8 {

inline constexpr std::size_t kMostSuspended = 500'000;  // of a reading; further ones are counted as left out

// A chain of functions that await each other is one task, by the outermost one. `objects`, `functions`
// and `constructors` were begun with the target's memory. Errors: no_permission where there is no pagemap;
// gone.
Result<runtime::Remainder> read_tasks(const runtime::Target& target, Functions& functions,
                                      Constructors& constructors, Objects& objects, runtime::Budget& budget,
                                      runtime::Sink& sink);

}  // namespace rampwatch::v8
