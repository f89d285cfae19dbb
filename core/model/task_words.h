// SPDX-License-Identifier: MIT
// Words that whoever reads a language's tasks writes into a group, and a report decides by: JSON's `task` and
// `state`. A state that is none of these names what is awaited.
#pragma once

#include <string_view>

namespace rampwatch::task_word {

// Group::task
inline constexpr std::string_view coroutine = "coroutine";
inline constexpr std::string_view async_generator = "async generator";
inline constexpr std::string_view generator = "generator";
inline constexpr std::string_view virtual_thread = "virtual thread";
inline constexpr std::string_view async_function = "async function";

// Group::state
inline constexpr std::string_view not_started = "not started";
inline constexpr std::string_view at_yield = "yield";

}  // namespace rampwatch::task_word
