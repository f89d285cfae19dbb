// SPDX-License-Identifier: MIT
// Containers that a program's modules and their classes hold by a name: which addresses are theirs, and how a
// person finds them. From sys.modules, in two steps: the attributes of modules, and those of the classes and
// instances among them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/cpython/find.h"
#include "core/probe/memory_reader.h"
#include "core/runtime/runtime.h"

namespace rampwatch::cpython {

class Owners {
  public:
    static constexpr std::size_t kMostModules = 10'000;
    static constexpr std::size_t kMostAttributes = 200'000;          // of all of them
    static constexpr std::size_t kMostTable = std::size_t{1} << 20;  // bytes of a dict whose names are read
    static constexpr std::size_t kMostContainers = 100'000;

    // Finds what there is. Bounded by those and the budget: the rest is left out.
    void read(const probe::MemoryReader& memory, const Interpreter& python, runtime::Budget& budget);

    // A number of the container whose storage holds `address`.
    [[nodiscard]] std::optional<std::uint32_t> find(std::uint64_t address) const;
    // "dict at module attribute shop.cache", "list at class attribute shop.Store.all", "dict in an attribute
    // of shop.app"; empty where a name is none. Hostile.
    [[nodiscard]] std::string name(std::uint32_t number, const probe::MemoryReader& memory,
                                   const Interpreter& python) const;
    [[nodiscard]] std::size_t size() const { return containers_.size(); }

  private:
    enum class Kind : std::uint8_t { none, dict, list, set, type, module, instance };
    // Where a value hangs: addresses of strings, 0 where there is none.
    struct Path {
        std::uint64_t module = 0, attribute = 0;
        std::uint64_t of_class = 0;  // the attribute of a class that `attribute` names
        bool inside = false;         // of an instance that `attribute` names
    };
    struct Value {
        std::uint64_t address = 0;
        Path path{};
    };
    struct Container {
        std::uint64_t end = 0;
        std::uint64_t type = 0;  // of the object
        Path path{};
    };
    struct TypeFacts {
        Kind kind = Kind::none;
        std::uint64_t size = 0;
        std::int64_t dict = 0;  // where its instances keep theirs; 0: elsewhere
    };

    struct Reading;
    std::map<std::uint64_t, std::uint32_t> places_{};  // number by first address of the storage
    std::vector<Container> containers_{};
};

// The entries of a dict's table: key and value.
struct DictEntry {
    std::uint64_t key = 0, value = 0;
};
// `keys`: address of the table. Empty where it is none that fits, or larger than `most` bytes.
std::vector<DictEntry> dict_entries(const probe::MemoryReader& memory, const Layout& layout,
                                    std::uint64_t keys, std::size_t most, runtime::Budget& budget);
// Bytes that the table at `keys` takes; 0: it is none.
std::uint64_t dict_table_bytes(const probe::MemoryReader& memory, const Layout& layout, std::uint64_t keys);

}  // namespace rampwatch::cpython
