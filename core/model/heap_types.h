// SPDX-License-Identifier: MIT
// What the memory of a process is made of, by the types of a language, and what grew since a baseline.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/model/frame.h"

namespace rampwatch {

// An estimate; the truth lies within `half` of it in 95 of 100 readings. 0 where everything was read.
struct HeapFigure {
    double value = 0;
    double half = 0;

    friend bool operator==(const HeapFigure&, const HeapFigure&) = default;
};

// The words of the JSON.
enum class HeapKind : std::uint8_t {
    type,    // a class or type of the language
    array,   // of one, or of plain values
    text,    // strings, whatever they say
    chunk,   // of which only the size is known
    buffer,  // too large for a size to say anything
    site,    // allocated by one stack of calls, whatever it is
    free,    // held by the allocator, and used by nobody
};

// Memory that hangs on a type: what its objects point to, or what points to each of them.
struct HeapOwned {
    HeapKind kind = HeapKind::chunk;
    std::string name{};
    std::optional<std::int64_t> offset{};  // of the pointer in the object; empty: of a node that leads to it
    double bytes_each = 0;                 // for each object of the owner, on average

    friend bool operator==(const HeapOwned&, const HeapOwned&) = default;
};

// What keeps objects of a type, told only where it is sure.
struct HeapHolder {
    std::string name{};         // "static variable shop::sessions"; hostile, escape before printing
    std::int64_t pointers = 0;  // of it to different objects of the type that were met in what was read
    double share = 0;           // of all pointers to them that were met, 0 to 1

    friend bool operator==(const HeapHolder&, const HeapHolder&) = default;
};

struct HeapType {
    HeapKind kind = HeapKind::type;
    std::string name{};  // as the target has it: hostile, escape before printing
    HeapFigure count{};
    HeapFigure bytes{};       // with what it owns
    double own_bytes = 0;     // the same without
    bool maybe_dead = false;  // some may be freed, or garbage that was not collected yet
    std::vector<HeapOwned> owned{};
    std::string hint{};  // what most of them point to, by symbol: "tls_ops at +8"; hostile; empty: nothing
    std::vector<Frame> stack{};           // of a site: who allocated, at most kMostSiteFrames
    std::optional<HeapHolder> held_by{};  // empty: not known, or not sure

    friend bool operator==(const HeapType&, const HeapType&) = default;
};
inline constexpr std::size_t kMostHeapTypes = 64;
inline constexpr std::size_t kMostSiteFrames = 32;

struct HeapTypes {
    std::string reader{};  // "C and C++ (glibc)"
    std::chrono::nanoseconds wall{};
    std::chrono::nanoseconds took{};
    std::chrono::nanoseconds cpu{};   // of ours
    std::int64_t resident_bytes = 0;  // of the heap, in RAM
    std::int64_t swapped_bytes = 0;   // beside those: not looked at
    std::int64_t sampled_bytes = 0;   // that were read

    // Against a baseline of the same life: then `types` are what grew, else what there is.
    std::optional<std::chrono::nanoseconds> since{};      // its wall time
    std::optional<std::int64_t> before_resident_bytes{};  // the heap's then
    // What the growing types grew by in sum: more than RSS where free memory is reused.
    std::optional<double> new_bytes{};

    // Biggest first, at most kMostHeapTypes; what is free is not among them.
    std::vector<HeapType> types{};
    HeapFigure free_bytes{};  // held by the allocator and used by nobody: now, or by what that changed
    std::vector<std::string> notes{};  // whole sentences: what is left out, and why
    // A language of which this says nothing, since its own heap lies beside: "Java"; empty: none.
    std::string unread{};
    std::string next{};     // the command that says more than this does; empty: none is known
    std::string missing{};  // why nothing is known, as a sentence; then the rest is empty

    friend bool operator==(const HeapTypes&, const HeapTypes&) = default;
};

}  // namespace rampwatch
