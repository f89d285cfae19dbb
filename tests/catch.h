// SPDX-License-Identifier: MIT
// Catch2 v2 (Debian 12) and v3 put their headers and Approx in different places.
#pragma once

#if RAMPWATCH_CATCH_MAJOR >= 3
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
