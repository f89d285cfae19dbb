// SPDX-License-Identifier: MIT
// A Perl in a process: which module has it, which version it is, where its interpreter keeps what is read,
// and whether our table fits it. By what it exports, which stripped builds do too; nothing is stopped.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/runtime/runtime.h"

namespace rampwatch::perl {

struct Version {
    int revision = 0, version = 0, subversion = 0;  // 5, 36, 0
};
std::string to_text(const Version& version);

// Offsets in bytes, of builds with interpreters as values (-Dusemultiplicity), 64 bits. From intrpvar.h,
// cop.h and hv.h of each version; those of 5.36 were compared with a compiler's.
struct Layout {
    std::uint32_t current_op = 0, stack_info = 0;  // of the interpreter: PL_curcop, PL_curstackinfo
    std::uint32_t info_type = 0;                   // of a PERL_SI
    std::uint32_t context_size = 0, context_sub = 0;
    bool names_in_body = false;  // a hash's name lies in its body, not behind its buckets
};
// Empty for a version that is not in the table.
std::optional<Layout> layout_of(const Version& version);

// Addresses in the target.
struct Interpreter {
    Version version{};
    Layout layout{};
    std::uint64_t place = 0;         // PL_curinterp: where the first interpreter's address lies
    std::uint64_t module_start = 0;  // of the first mapping of its module, and
    std::string module{};            // that module's path
};

// By mappings and what the program exports alone.
bool recognise(const runtime::Target& target);

// Errors: not_found; unavailable (a version, or a build without interpreters as values); bad_input (a check
// that failed, by its name), gone, no_permission.
Result<Interpreter> find(const runtime::Target& target);

}  // namespace rampwatch::perl
