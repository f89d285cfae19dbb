// SPDX-License-Identifier: MIT
// Who holds the classes that fill a Java heap, for core/heap. The blocks that were read are counted once
// more, so that it is known how many objects there are; who holds them is found from the top.
#pragma once

#include <optional>
#include <span>
#include <unordered_map>

#include "core/hotspot/owners.h"
#include "core/runtime/runtime.h"

namespace rampwatch::hotspot {

class JavaHolders : public runtime::Holders {
  public:
    JavaHolders(const Layout& layout, const HeapLayout& heap, HeapBlocks& blocks)
        : blocks_(blocks), owners_(layout, heap, blocks) {}

    bool seek(std::span<const runtime::Sought> sought, runtime::Budget& budget) override;
    void search(const runtime::Block& block, double stands_for) override;
    std::optional<runtime::Held> held_by(runtime::TypeId type, runtime::Budget& budget) override;

  private:
    HeapBlocks& blocks_;
    Owners owners_;
    std::unordered_map<runtime::TypeId, double> counts_{};  // of those that are sought, as estimated
};

}  // namespace rampwatch::hotspot
