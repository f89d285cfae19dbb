// SPDX-License-Identifier: MIT
// Any bytes as a symbol's name: no crash, no endless name, and a short form that is short.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/base/demangle.h"
#include "core/base/function_name.h"
#include "core/base/rust_name.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rampwatch;
    const std::string name(reinterpret_cast<const char*>(data), size);
    const std::string whole = demangle(name);
    static_cast<void>(demangle("_R" + name));
    static_cast<void>(demangle("_ZN" + name));
    static_cast<void>(rust_name(name));
    static_cast<void>(is_old_rust_name(name));
    static_cast<void>(old_rust_name(name));
    static_cast<void>(bare_function(whole));
    if (short_function(name, 40).size() > 40) std::abort();
    return 0;
}
