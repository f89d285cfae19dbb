// SPDX-License-Identifier: MIT
// How a part of the program that knows no terminal says something to the person who runs it.
#pragma once

#include <functional>
#include <string>

namespace rampwatch {

// Says one line on stderr without being held up by it, in the midst of other output.
using Say = std::function<void(const std::string& line)>;

}  // namespace rampwatch
