// SPDX-License-Identifier: MIT
// Names of functions as compilers write them, cut down to what a person calls them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rampwatch {

// "void std::cv::wait<shop::Queue<int>::pop()::{lambda()#1}>(std::unique_lock<std::mutex>&) [clone .cold]" is
// "std::cv::wait": no return type, no parameters, no template arguments, no suffix of the compiler. Go's
// "main.(*Server).collect" and Rust's paths stay. Linear; names that make no sense come back as they were.
std::string bare_function(std::string_view name);

// The same with "<..>" where template arguments were, in at most `width` characters (at least 8): where it is
// longer, the outer scopes go first ("..Queue<..>::pop"), since the last words tell most. Not escaped.
std::string short_function(std::string_view name, std::size_t width);

}  // namespace rampwatch
