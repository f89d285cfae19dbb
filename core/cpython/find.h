// SPDX-License-Identifier: MIT
// A CPython in a process: which module has it, which version it is, where it keeps what is read, and whether
// our table fits it. By what it exports, which stripped builds do too; nothing is stopped.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/cpython/layout.h"
#include "core/probe/maps.h"
#include "core/runtime/runtime.h"

namespace rampwatch::cpython {

// Addresses in the target.
struct Interpreter {
    Layout layout{};
    std::uint64_t first = 0;        // where the address of the first interpreter lies; 3.6: that address
    bool first_is_address = false;  // 3.6
    std::uint64_t code_type = 0, coroutine_type = 0, generator_type = 0, async_generator_type = 0;
    std::uint64_t type_type = 0;
    std::uint64_t module_start = 0;  // of the first mapping of its module, and
    std::string module{};            // that module's path
};

// "python3.11", "libpython3.9.so.1.0", "_socket.cpython-39-x86_64-linux-gnu.so": the version that a path
// tells; empty when it tells none.
std::optional<Version> version_in_path(std::string_view path);

// "3.11.2", "3.9".
std::string to_text(const Version& version);

// A module that may be, or hold, a Python of any kind.
bool recognise(const runtime::Target& target);

// Where it keeps its version (Py_Version, from 3.11); empty when it does not.
std::optional<std::uint64_t> version_place(const runtime::Target& target);

// Errors: not_found; unavailable (PyPy, GraalPy, a free-threaded build, a version that is not known, with
// its number); bad_input names the check that failed; gone, no_permission.
Result<Interpreter> find(const runtime::Target& target);

}  // namespace rampwatch::cpython
