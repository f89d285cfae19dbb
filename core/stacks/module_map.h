// SPDX-License-Identifier: MIT
// Which file an address of a process belongs to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rampwatch::stacks {

struct Module {
    std::uint64_t start = 0, end = 0;  // of one executable mapping; [start, end)
    std::uint64_t base = 0;            // lowest address at which the file is mapped: offsets count from here
    std::string path{};                // "" is anonymous memory, such as the code that a JIT made
};

class ModuleMap {
  public:
    ModuleMap() = default;
    explicit ModuleMap(std::vector<Module> modules);  // in any order; of overlapping ones the last start wins

    // Nullptr outside of all. O(log n).
    [[nodiscard]] const Module* find(std::uint64_t address) const;
    [[nodiscard]] bool empty() const { return modules_.empty(); }

  private:
    std::vector<Module> modules_{};
};

}  // namespace rampwatch::stacks
