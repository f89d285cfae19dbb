// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace rampwatch {

// A C++ or Rust name as it stands in the source: "_ZN4shop5Queue3popEv" is "shop::Queue::pop()",
// "_RNvNtCs1234_7mycrate3foo3bar" is "mycrate::foo::bar". Rust's hashes are left out. What is no mangled
// name, makes no sense, or is longer than 4 KiB comes back as it was. At most 16 KiB.
std::string demangle(std::string_view name);

}  // namespace rampwatch
