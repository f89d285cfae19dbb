// SPDX-License-Identifier: MIT
// Inlined calls and source lines of one module, from its DWARF.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct Dwfl_Module;  // elfutils'

namespace rampwatch::native {

// One call at an address. Innermost first, the function that was really called last.
struct SourceCall {
    std::optional<std::string> function{};  // mangled where DWARF has that, else its plain name
    std::optional<std::string> file{};
    std::optional<std::int64_t> line{};
};

class Lines {
  public:
    explicit Lines(Dwfl_Module* module);
    ~Lines();

    // `address` in the process. Empty without DWARF for it. The first look into a compilation unit reads its
    // functions and its lines, and they stay.
    std::vector<SourceCall> at(std::uint64_t address);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rampwatch::native
