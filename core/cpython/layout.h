// SPDX-License-Identifier: MIT
// Where a CPython keeps what is read of it: offsets in bytes, of 64-bit release builds. Up to 3.12 by table,
// from each version's own headers (Include/, Include/internal/, Objects/genobject.c); 3.13 describes itself
// at the start of _PyRuntime (Include/internal/pycore_runtime.h, _Py_DebugOffsets). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/base/error.h"
#include "core/cpython/lines.h"

namespace rampwatch::cpython {

struct Version {
    int major = 0;
    int minor = 0;
    int micro = -1;  // -1: not known

    friend auto operator<=>(const Version&, const Version&) = default;
};

// Of PY_VERSION_HEX: 0x030b02f0 is 3.11.2.
Version version_of(std::uint32_t hex);

// How a thread's innermost frame is found from its state.
enum class Chain : std::uint8_t {
    objects,  // to 3.10: frames are objects, each called by C code
    frames,   // from 3.11: frames lie in chunks of a stack, or in generators
};

struct Layout {
    Version version{};
    Chain chain = Chain::objects;
    LineTable lines = LineTable::pairs;

    std::uint32_t interpreters = 0;  // in _PyRuntime; 0: 3.6 has none, and the first is searched
    std::uint32_t interpreter_next = 0, interpreter_threads = 0;
    std::uint32_t interpreter_modules = 0;  // sys.modules
    std::uint32_t thread_next = 8, thread_interpreter = 16;
    std::uint32_t thread_ident = 0;   // pthread_t
    std::uint32_t thread_native = 0;  // TID in its namespace; 0: not kept
    std::uint32_t thread_frame = 0;   // the innermost frame, or its C frame

    // The GIL (struct _gil_runtime_state): it lies in _PyRuntime, or from 3.12 on where an interpreter's
    // pointer leads. The one that is not so is 0.
    std::uint32_t gil = 0, interpreter_gil = 0;
    int c_frame = -1;  // in the C frame: the innermost frame; -1: there is no C frame

    std::uint32_t frame_back = 0, frame_code = 0;
    std::uint32_t frame_instruction = 0;  // an address; of objects: an index (i32)
    std::uint32_t frame_owner = 0;        // of frames
    std::uint32_t frame_entry = 0;        // 3.11: a byte, called by C code; 0: said by a frame of the C stack
    std::uint32_t frame_top = 0;          // i32, of frames: values in use; of objects: address or depth
    std::uint32_t frame_values = 0;       // of frames: the first; of objects: the address of the value stack
    bool top_is_depth = true;             // else, of objects, an address
    std::uint32_t instruction_unit = 1;   // bytes of code an index counts

    std::uint32_t code_file = 0, code_name = 0, code_qualname = 0, code_line = 0, code_lines = 0;
    std::uint32_t code_flags = 0;
    std::uint32_t code_bytes = 0;  // from 3.11: the instructions; before: a bytes object

    std::uint32_t text_ascii = 48, text_compact = 72;  // where a string's characters begin

    std::uint32_t generator_frame = 0;     // within a coroutine: from 3.11 its frame, before a pointer to it
    std::uint32_t generator_state = 0;     // i8; 0: asked of the frame, or of `generator_running`
    std::uint32_t generator_running = 0;   // to 3.9: a byte
    std::uint32_t frame_state = 0;         // 3.10: i8, of the frame
    std::uint32_t generator_qualname = 0;  // of the coroutine's own
    std::int8_t created = -2;              // its state before the first step
    std::uint8_t yield_from = 0;           // to 3.10: the opcode that a frame waits at
};

// Empty for a version that is in no table.
std::optional<Layout> layout_by_table(const Version& version);

// Of 3.13: `offsets` are the first bytes of _PyRuntime, 45 numbers of 8 bytes at least. check_failed, by
// name, where they are no offsets of 3.13; unavailable for a free-threaded build, whose objects differ.
Result<Layout> layout_by_itself(std::span<const std::byte> offsets, const Version& version);

inline constexpr std::size_t kDebugOffsets = 45 * 8;

}  // namespace rampwatch::cpython
