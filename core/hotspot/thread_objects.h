// SPDX-License-Identifier: MIT
// What a thread's java.lang.Thread says of it: its name, and what it waits for. Objects move when a
// collector runs: what is told was read while none did, from objects of the right classes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/hotspot/layout.h"
#include "core/hotspot/methods.h"
#include "core/probe/memory_reader.h"

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
    explicit ThreadObjects(const Layout& layout) : layout_(layout) {}

    // Looks up once where the fields are, by the classes' own tables.
    void begin(const probe::MemoryReader& memory, const Methods& methods);

    // `handle`: where the address of the java.lang.Thread lies. Nothing where objects have no compressed
    // class, or are coloured (ZGC of JDK 21 on).
    [[nodiscard]] ToldOfThread read(std::uint64_t handle) const;

  private:
    struct Collections {
        std::uint32_t count = 0;
        bool running = true;
        friend bool operator==(const Collections&, const Collections&) = default;
    };
    [[nodiscard]] Collections collections() const;
    [[nodiscard]] std::uint64_t class_of(std::uint64_t object) const;
    [[nodiscard]] bool is_a(std::uint64_t object, std::uint64_t klass) const;
    template <class Check>
    [[nodiscard]] std::uint64_t follow(std::uint64_t field, const Check& check) const;
    [[nodiscard]] std::string text(std::uint64_t string) const;
    [[nodiscard]] std::uint64_t field_of(const Methods& methods, std::uint64_t klass,
                                         std::string_view name) const;

    const Layout& layout_;
    const probe::MemoryReader* memory_ = nullptr;
    std::uint64_t heap_ = 0, klass_base_ = 0, oop_base_ = 0;
    std::uint32_t klass_shift_ = 0, oop_shift_ = 0;
    std::uint64_t string_ = 0, thread_ = 0, holder_ = 0;                           // classes
    std::uint64_t name_ = 0, status_ = 0, in_thread_ = 0, value_ = 0, coder_ = 0;  // offsets; 0: not found
};

}  // namespace rampwatch::hotspot
