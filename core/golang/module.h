// SPDX-License-Identifier: MIT
// One Go module (the program, a plugin, a c-shared library) as a process has it mapped: the tables from its
// file, and where in memory its code and data lie (runtime.moduledata, found without a symbol).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/golang/pclntab.h"
#include "core/probe/bytes.h"
#include "core/probe/elf.h"
#include "core/probe/mapped_file.h"
#include "core/probe/maps.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::golang {

// All live addresses.
struct Moduledata {
    std::uint64_t address = 0;
    std::uint64_t text = 0, etext = 0;
    std::uint64_t noptrdata = 0, enoptrdata = 0;
    std::uint64_t data = 0, edata = 0;
    std::uint64_t bss = 0, ebss = 0;
    std::uint64_t noptrbss = 0, enoptrbss = 0;
    std::uint64_t gofunc = 0;
};

class Module {
  public:
    // `file` is what `mapping`, the first one of it, maps. bad_input names the check that failed; not_found:
    // no Go module. A table that no section names is looked for with `search`, and where a section says that
    // Go has linked the file.
    static Result<Module> open(const probe::MemoryReader& memory, const probe::ModuleFile& file,
                               const probe::Mapping& mapping, bool search);

    [[nodiscard]] const probe::Elf& elf() const { return elf_; }
    [[nodiscard]] const Pclntab& table() const { return table_; }
    [[nodiscard]] const Moduledata& live() const { return live_; }
    [[nodiscard]] bool is_wrapper(std::uint8_t id) const { return wrapper_id_ && id == *wrapper_id_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] bool holds(std::uint64_t pc) const { return pc >= live_.text && pc < live_.etext; }

    // `pc` in live addresses; empty outside its text.
    [[nodiscard]] std::optional<Pclntab::Function> function_at(std::uint64_t pc) const;
    [[nodiscard]] std::uint32_t offset(std::uint64_t pc) const {
        return static_cast<std::uint32_t>(pc - live_.text);
    }
    void calls(std::uint64_t pc, std::vector<Pclntab::Call>& into) const;
    [[nodiscard]] std::uint64_t entry(const Pclntab::Function& function) const {
        return live_.text + function.entry;
    }
    // What the file has from a live address on: code and constants. Not for data.
    [[nodiscard]] probe::Bytes constant(std::uint64_t address) const { return elf_.at(address - bias_); }

  private:
    Module(probe::MappedFile file, probe::Elf elf, Pclntab table)
        : file_(std::move(file)), elf_(std::move(elf)), table_(table) {}
    Result<void> find_moduledata(const probe::MemoryReader& memory);
    Result<void> find_gofunc(const std::vector<std::uint64_t>& words);
    [[nodiscard]] bool in_image(std::uint64_t address) const;
    [[nodiscard]] bool believable(const std::vector<std::uint64_t>& words) const;

    probe::MappedFile file_;
    probe::Elf elf_;
    Pclntab table_;
    std::string path_{};
    std::uint64_t bias_ = 0;  // live address less linked address, modulo 2^64
    Moduledata live_{};
    probe::Bytes gofunc_{};
    std::optional<std::uint8_t> wrapper_id_{};
};

}  // namespace rampwatch::golang
