// SPDX-License-Identifier: MIT
// A Java program that was compiled ahead of time (GraalVM native-image): it has no HotSpot in it, and
// nothing of it is read but its native stacks.
#pragma once

#include "core/runtime/runtime.h"

namespace rampwatch::hotspot {

// By a section of the executable, which stripping leaves: that of its heap as it begins, .svm_heap
// (com.oracle.objectfile.SectionName). The executable is the first file that is mapped.
bool is_native_image(const runtime::Target& target);

}  // namespace rampwatch::hotspot
