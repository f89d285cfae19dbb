// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace rampwatch::cli {

// How sudo finds this program: by its bare name in a directory of the system, else by its path.
std::string program_name();

}  // namespace rampwatch::cli
