// SPDX-License-Identifier: MIT
// All coroutines and async generators that are parked in a Python program, whatever library runs them
// (asyncio, trio, curio, none): they are the same objects, found by their type on the heap.
#pragma once

#include "core/cpython/codes.h"
#include "core/cpython/find.h"
#include "core/runtime/runtime.h"

namespace rampwatch::cpython {

inline constexpr std::size_t kMostCoroutines = 500'000;  // objects that are read; 64 bytes each

// Each chain of awaits is one Task, its frames leaf first; what runs just now is on a thread's stack and left
// out. `budget` is the search's; what that finds is then read to its end, at some 3 us for each of at most
// kMostCoroutines. Of a partial search the chains are never more than there are: an awaited one that was not
// found is read where its waiter points, and one whose waiter was not found stands for both. Errors: as
// look_at_heap().
Result<runtime::Remainder> read_tasks(const runtime::Target& target, const Interpreter& python, Codes& codes,
                                      runtime::Budget& budget, runtime::Sink& sink);

}  // namespace rampwatch::cpython
