// SPDX-License-Identifier: MIT
// A look as JSON: "rampwatch.look/1", see rampwatch-formats(5).
#pragma once

#include <string>

#include "core/model/look.h"

namespace rampwatch::report {

// One object on one line, without its end; what is unknown is null.
std::string json_look(const Look& look);

}  // namespace rampwatch::report
