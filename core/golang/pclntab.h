// SPDX-License-Identifier: MIT
// Go's own table of functions, lines, inlining and frame sizes, which the runtime needs and no strip removes
// (runtime/symtab.go of Go 1.18 and later: magics 0xfffffff0 and 0xfffffff1; of 1.16 and 1.17, magic
// 0xfffffffa, the functions and their lines, not what was inlined). Read from the file; an answer is empty
// where the table does not have it or lies. Cost of a look-up: O(log functions + size of one function).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/probe/bytes.h"
#include "core/probe/elf.h"

namespace rampwatch::golang {

class Pclntab {
  public:
    // Offsets are from the start of Go's text.
    struct Function {
        std::uint32_t entry = 0;
        std::uint32_t end = 0;
        std::uint32_t name = 0;
        std::uint32_t pcsp = 0, pcfile = 0, pcln = 0;  // into the pc-value tables, 0: none
        std::uint32_t unit = 0;                        // compilation unit, into the file table
        std::uint8_t id = 0;
        std::uint32_t inline_values = 0;             // the pc-value table of the inline tree, 0: none
        std::optional<std::uint32_t> inline_tree{};  // from moduledata's gofunc
    };
    struct Call {  // of a function into the place before it
        std::string_view function{};
        std::string_view file{};
        std::int32_t line = 0;  // 0: not known
        bool inlined = false;
        std::uint8_t id = 0;

        friend bool operator==(const Call&, const Call&) = default;
    };

    // By its section, else by its magic in the segments. not_found: no Go program, or packed; bad_input with
    // the check that failed: too old, or damaged.
    // Without `search` only the sections are looked at.
    static Result<Pclntab> find(const probe::Elf& elf, bool search = true);

    [[nodiscard]] std::uint64_t address() const { return address_; }  // as linked
    [[nodiscard]] std::uint32_t functions() const { return functions_; }
    // Of Go 1.16 or 1.17, and then the address, as linked, that its offsets are from.
    [[nodiscard]] std::optional<std::uint64_t> old_text() const { return old_text_; }

    [[nodiscard]] std::optional<Function> function_at(std::uint32_t text_offset) const;
    [[nodiscard]] std::optional<Function> function(std::uint32_t index) const;  // 0 to functions() - 1
    [[nodiscard]] std::optional<Function> named(std::string_view name) const;   // O(functions)
    [[nodiscard]] std::string_view name(std::uint32_t name_offset) const;       // "" when it is none
    [[nodiscard]] bool starts_name(std::uint32_t name_offset) const;  // a non-empty name begins just there

    // Bytes between the stack pointer at `text_offset` and the word above the return address's end, less that
    // word: where the caller's return address lies on x86-64.
    [[nodiscard]] std::optional<std::int32_t> frame_size(const Function& function,
                                                         std::uint32_t text_offset) const;

    // The calls at `text_offset`, innermost first: inlined ones, then the function itself. `gofunc`: the
    // inline trees' bytes, as moduledata.gofunc points to them.
    void calls(const Function& function, std::uint32_t text_offset, probe::Bytes gofunc,
               std::vector<Call>& into) const;

    // The funcID of wrappers, which differs by version: what the compiler's own functions have, where it is
    // not 0. Empty when there is none.
    [[nodiscard]] std::optional<std::uint8_t> wrapper_id() const;

    // True when the first entries of its inline tree make sense at this gofunc: a check for `gofunc` itself.
    [[nodiscard]] bool plausible_tree(const Function& function, probe::Bytes gofunc) const;

  private:
    [[nodiscard]] std::optional<std::int32_t> value(std::uint32_t table, const Function& function,
                                                    std::uint32_t text_offset) const;
    [[nodiscard]] std::string_view file(const Function& function, std::uint32_t text_offset) const;
    static Result<Pclntab> parse(probe::Bytes bytes, std::uint64_t address);
    [[nodiscard]] std::uint32_t entry_of(std::uint32_t index) const;  // 0 to functions()
    [[nodiscard]] std::uint64_t record_of(std::uint32_t index) const;
    [[nodiscard]] std::optional<Function> old_function(std::uint32_t index) const;

    std::uint64_t address_ = 0;
    std::uint32_t functions_ = 0;
    std::uint32_t quantum_ = 1;
    bool since_1_20_ = false;
    std::optional<std::uint64_t> old_text_{};
    probe::Bytes names_{}, units_{}, files_{}, values_{}, table_{};
};

// As the runtime prints it: what stands between the first '[' and the last ']' becomes "...".
std::string printed_name(std::string_view name);

}  // namespace rampwatch::golang
