// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace rampwatch::cli {

// Ours alone: "0.1.0".
std::string version_number();

// What `--version` prints: ours, the libraries we were built with, and the helper programs found here. Runs
// each helper once, for at most 2 s.
std::string version_text();

}  // namespace rampwatch::cli
