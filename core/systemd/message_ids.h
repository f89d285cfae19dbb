// SPDX-License-Identifier: MIT
// What `journalctl MESSAGE_ID=...` finds; explained in packaging/systemd/rampwatch.catalog, and a promise.
#pragma once

#include <string_view>

namespace rampwatch::systemd {

inline constexpr std::string_view kGrowingId = "3d5f1c9e7a4b4f0c8e21b6d09c57a311";
inline constexpr std::string_view kLeakId = "9b8e04d2c5f64a7db1730ef26a48c512";
inline constexpr std::string_view kRecoveredId = "c47a9f30518e4d6692dbe1f7083b5d13";
inline constexpr std::string_view kLimitNearId = "e16b72c84df043a5a90c3f8d5e7b2914";
inline constexpr std::string_view kDumpId = "58c0d3f7b92a4e13847fa65e1d0cb915";
inline constexpr std::string_view kEndedBadlyId =
    "a2f4e6918c3d4b7f95e0d17b64c8a316";  // with what was known of it
inline constexpr std::string_view kTroubleId = "07d9b5e3f16c48a2bc745a90e8f2d617";  // of the watcher

}  // namespace rampwatch::systemd
