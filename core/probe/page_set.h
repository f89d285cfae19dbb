// SPDX-License-Identifier: MIT
// Pages by their number (address / page size), as run lengths: 8 bytes a run, so that the pages of a heap of
// many gigabytes are kept in little.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rampwatch::probe {

struct PageRun {
    std::uint64_t first = 0;
    std::uint64_t count = 0;

    friend bool operator==(const PageRun&, const PageRun&) = default;
};

class PageSet {
  public:
    // Behind all that are in it already, else nothing is added: false. False too beyond kMostRuns.
    bool add(PageRun run);

    [[nodiscard]] bool contains(std::uint64_t page) const;
    [[nodiscard]] std::uint64_t pages() const { return pages_; }
    [[nodiscard]] bool empty() const { return runs_.empty(); }
    [[nodiscard]] std::size_t runs() const { return runs_.size(); }  // a long one may be several
    [[nodiscard]] PageRun run(std::size_t index) const { return unpacked(runs_[index]); }

    // Index of the first run that ends behind `page`; runs() when none does.
    [[nodiscard]] std::size_t run_at(std::uint64_t page) const;

    friend bool operator==(const PageSet&, const PageSet&) = default;

    static constexpr std::size_t kMostRuns = std::size_t{1} << 20;
    static constexpr std::uint64_t kMostPage = std::uint64_t{1} << 48;

  private:
    static constexpr unsigned kCountBits = 16;  // of the count less one
    static PageRun unpacked(std::uint64_t packed) {
        return {packed >> kCountBits, (packed & ((1U << kCountBits) - 1)) + 1};
    }
    bool append(PageRun run);

    std::vector<std::uint64_t> runs_{};
    std::uint64_t pages_ = 0;
};

}  // namespace rampwatch::probe
