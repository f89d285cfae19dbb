// SPDX-License-Identifier: MIT
// How units are named, and which one may have been meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace rampwatch::systemd {

// The full name of a service: "nginx" is "nginx.service". Errors: bad_input (no name, a path, a template
// without an instance, another kind of unit), with an empty `where`.
Result<std::string> service_name(std::string_view word);

// Those of `names` (full ones) that may have been meant by `unit`: nearest by edits first, then those that
// begin with the same letters; at most 3.
std::vector<std::string> nearest_units(std::string_view unit, std::vector<std::string> names);

// That there is no such unit; its hint proposes `near`, as of nearest_units(), or how services are listed.
Error no_such_unit(const std::string& unit, const std::vector<std::string>& near);

}  // namespace rampwatch::systemd
