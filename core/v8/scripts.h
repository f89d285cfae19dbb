// SPDX-License-Identifier: MIT
// Files of a JavaScript program, and the lines that positions in them are on. V8 counts lines when somebody
// asks for one; where it has not, they are counted here from the source that it keeps.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/v8/objects.h"
#include "core/v8/positions.h"

namespace rampwatch::v8 {

class Scripts {
  public:
    explicit Scripts(Objects& objects) : objects_(objects) {}

    // Script objects may have moved since.
    void begin() { scripts_.clear(); }

    struct Place {
        std::string file{};  // "/srv/shop/quote.js", "node:internal/timers"; hostile; empty: not known
        std::optional<std::int64_t> line{};
    };
    // `offset` in characters.
    Place place(std::uint64_t script, std::uint32_t offset);

    static constexpr std::size_t kMostScripts = 20'000;                // of a reading
    static constexpr std::size_t kMostSource = std::size_t{32} << 20;  // characters

  private:
    struct Script {
        std::string file{};
        std::optional<LineEnds> lines{};
        bool counted = false;  // or it was tried in vain
        std::uint64_t source = 0;
    };
    void count_lines(Script& script);

    Objects& objects_;
    std::unordered_map<std::uint64_t, Script> scripts_{};
};

}  // namespace rampwatch::v8
