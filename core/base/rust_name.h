// SPDX-License-Identifier: MIT
// Names of functions as rustc mangles them: the v0 scheme (Rust RFC 2603), and the older one, which looks
// like C++ with a hash at the end.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rampwatch {

// "_RNvNtCs1234_7mycrate3foo3bar": "mycrate::foo::bar". Empty when it makes no sense. Lifetimes and the
// values of constants that are no numbers are left out ("_"). Bounded in depth and length.
std::optional<std::string> rust_name(std::string_view mangled);

// A name that the C++ demangler made of an older Rust one:
// "alloc::vec::Vec$LT$T$GT$::push::h0123456789abcdef".
bool is_old_rust_name(std::string_view demangled);

// "alloc::vec::Vec<T>::push": without the hash, and with what $..$ and .. stand for.
std::string old_rust_name(std::string_view demangled);

}  // namespace rampwatch
