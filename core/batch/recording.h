// SPDX-License-Identifier: MIT
// Whatever recording a file holds, told by its content.
#pragma once

#include <memory>
#include <string>

#include "core/base/error.h"
#include "core/readers/recording.h"

namespace rampwatch::batch {

// "-" is standard input. One of rampwatch's own is one series without a label.
Result<std::unique_ptr<readers::Recording>> open_recording(const std::string& path);

}  // namespace rampwatch::batch
