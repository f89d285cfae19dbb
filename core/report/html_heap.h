// SPDX-License-Identifier: MIT
// What grew by type, or what there is, as part of the page: a bar a type.
#pragma once

#include <string>

#include "core/model/stack.h"

namespace rampwatch::report {

// Of a dump with `heap`, else empty. Whole, escaped.
std::string heap_html(const Dump& dump);

}  // namespace rampwatch::report
