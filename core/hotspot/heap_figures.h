// SPDX-License-Identifier: MIT
// What a Java machine says of its own heap: figures by its counters, and which of them tell at a tick what a
// collection of the old generation left.
#pragma once

#include <vector>

#include "core/hotspot/flags.h"
#include "core/hotspot/heap_layout.h"
#include "core/hotspot/layout.h"
#include "core/hotspot/perf_counters.h"
#include "core/runtime/runtime.h"

namespace rampwatch::hotspot {

// Of ZGC and Shenandoah none: what they count as old is what is in use, dead or not.
std::vector<runtime::CollectedWord> collected_words(Collector collector, const PerfCounters& counters);

// Of these counters; what is not among them stays empty.
RuntimeHeap figures_of(const Flags& flags, const PerfCounters& counters);

// All that is known; never fails, but says what is missing and why.
RuntimeHeap heap_figures(const runtime::Target& target, const Layout& layout, const HeapLayout& heap);
std::vector<runtime::CollectedWord> heap_words(const runtime::Target& target, const HeapLayout& heap);

}  // namespace rampwatch::hotspot
