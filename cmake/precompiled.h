// SPDX-License-Identifier: MIT
// The standard and fmt headers that nearly every file reads, parsed once: half of a build's time.
// Each file still includes what it uses.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>
