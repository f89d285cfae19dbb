// SPDX-License-Identifier: MIT
// What a thread's java.lang.Thread says of it: its name, and what it waits for. Objects move when a
// collector runs: what is told was read while none did, from objects of the right classes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/hotspot/layout.h"
#include "core/hotspot/methods.h"
#include "core/hotspot/objects.h"

namespace rampwatch::hotspot {

struct ToldOfThread {
    std::string name{};  // UTF-8, at most kMostName characters; empty: not known; hostile
    std::string_view
        waits_for{};  // "monitor", "wait", "park", "sleep"; empty: for none of them, or not known
};

inline constexpr std::uint32_t kMostName = 256;

// The word for a java.lang.Thread's threadStatus (bits of JVMTI's thread states).
std::string_view wait_of(std::uint32_t status);

class ThreadObjects {
  public:
    // `objects` outlives it, and begins before it does.
    ThreadObjects(const Layout& layout, const Objects& objects) : layout_(layout), objects_(objects) {}

    // Looks up once where the fields are, by the classes' own tables.
    void begin(const Methods& methods);

    // `handle`: where the address of the java.lang.Thread lies. Nothing where objects have no compressed
    // class, or are coloured (ZGC of JDK 21 on).
    [[nodiscard]] ToldOfThread read(std::uint64_t handle) const;

  private:
    [[nodiscard]] std::string text(std::uint64_t string) const;

    const Layout& layout_;
    const Objects& objects_;
    std::uint64_t string_ = 0, thread_ = 0, holder_ = 0;                           // classes
    std::uint64_t name_ = 0, status_ = 0, in_thread_ = 0, value_ = 0, coder_ = 0;  // offsets; 0: not found
};

}  // namespace rampwatch::hotspot
