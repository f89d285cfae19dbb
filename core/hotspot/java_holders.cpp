// SPDX-License-Identifier: MIT
#include "core/hotspot/java_holders.h"

#include <utility>

namespace rampwatch::hotspot {
namespace {

class Counting : public runtime::Sink {
  public:
    Counting(std::unordered_map<runtime::TypeId, double>& counts, double stands_for)
        : counts_(counts), stands_for_(stands_for) {}

    void add(const runtime::Task&) override {}
    void add(const runtime::TypeRow& row) override {
        const auto found = counts_.find(row.type);
        if (found != counts_.end()) found->second += stands_for_ * static_cast<double>(row.count);
    }

  private:
    std::unordered_map<runtime::TypeId, double>& counts_;
    double stands_for_;
};

}  // namespace

bool JavaHolders::seek(std::span<const runtime::Sought> sought, runtime::Budget&) {
    counts_.clear();
    for (const runtime::Sought& one : sought) counts_[one.type] = 0;
    return !counts_.empty();
}

void JavaHolders::search(const runtime::Block& block, double stands_for) {
    Counting counting(counts_, stands_for);
    blocks_.read(block, counting);
}

std::optional<runtime::Held> JavaHolders::held_by(runtime::TypeId type, runtime::Budget& budget) {
    const auto count = counts_.find(type);
    if (count == counts_.end()) return std::nullopt;
    auto owner = owners_.of(type, count->second, budget);
    if (!owner) return std::nullopt;
    return runtime::Held{std::move(owner->name), owner->objects, owner->share};
}

}  // namespace rampwatch::hotspot
