// SPDX-License-Identifier: MIT
// The processes of a service, in an Event of the whole.
#pragma once

#include <string>
#include <vector>

#include "core/model/event.h"

namespace rampwatch::report {

// A line on how many there are, whose evidence it is and which of them grow, then a row for each that is
// told; none for an Event without members, or with a single one. Rows fit 80 columns.
std::vector<std::string> member_lines(const Event& event);

}  // namespace rampwatch::report
