// SPDX-License-Identifier: MIT
// The programs and libraries that are mapped into a target: what is code, what is data of a file, and how an
// address in one is called.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/probe/maps.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::cxx {

// What a file calls an address, as the file has it (mangled), and which addresses that covers; empty `name`:
// nothing.
struct FileSymbol {
    std::string name{};
    probe::Range covers{};
};

class Modules {
  public:
    using OpenModule = std::function<Result<probe::ModuleFile>(const probe::Mapping&)>;

    // `maps` must outlive it.
    Modules(const probe::Maps& maps, OpenModule open);

    [[nodiscard]] bool in_code(std::uint64_t address) const { return in(code_, address); }
    // In a mapping of a file, or in the zeroed data behind one.
    [[nodiscard]] bool in_module(std::uint64_t address) const { return in(all_, address); }
    // In a mapping of a file that cannot be run: where vtables and tables of operations lie.
    [[nodiscard]] bool in_data(std::uint64_t address) const {
        return in_module(address) && !in_code(address);
    }

    // The symbol that covers `address`, as the file has it (mangled); empty where there is none. Reads the
    // file's tables each time, in pieces: 5 ms for half a million symbols; at most kMostLookups are made.
    std::string symbol(std::uint64_t address);

    // The same, and what it covers, where it is mapped.
    FileSymbol variable(std::uint64_t address);

    // "libshop.so+0x7c98": the address as the file was linked; never where it is mapped.
    std::string place(std::uint64_t address);

    static constexpr int kMostLookups = 200;

  private:
    struct File {
        std::optional<probe::ModuleFile> file{};
        std::uint64_t bias = 0;  // where it is mapped, less where it was linked
    };
    static bool in(const std::vector<probe::Range>& ranges, std::uint64_t address);
    File* file_of(std::uint64_t address);

    const probe::Maps& maps_;
    OpenModule open_;
    std::vector<probe::Range> code_{}, all_{};
    std::map<std::string, File> files_{};
    int lookups_ = 0;
};

// Of an ELF file: the address that the first loaded page was linked at, and the symbol that covers an
// address. 64-bit, little endian; all else is empty. Bounded: 4 Mi symbols, names of 4 KiB.
std::optional<std::uint64_t> first_page_of(int fd);
FileSymbol symbol_in(int fd, std::uint64_t linked_address);

}  // namespace rampwatch::cxx
