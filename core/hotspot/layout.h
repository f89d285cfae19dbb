// SPDX-License-Identifier: MIT
// Where a HotSpot keeps what is read of it, by its own tables; named after its own fields.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/error.h"
#include "core/hotspot/vm_table.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::hotspot {

// Addresses in the target of static fields.
struct Statics {
    std::uint64_t thread_list = 0, code_heaps = 0, call_stub_return = 0, collected_heap = 0;
    std::uint64_t klass_base = 0, klass_shift = 0, oop_base = 0, oop_shift = 0;
    std::uint64_t object_class = 0, string_class = 0, thread_class = 0;
    std::uint64_t holder_class = 0;  // 0 before 19
};

// Offsets in objects, and sizes of these, in bytes.
struct ThreadLayout {
    std::uint64_t list_length = 0, list_threads = 0;
    std::uint64_t os_thread = 0, os_thread_id = 0, stack_base = 0, state = 0, object = 0, anchor = 0;
    std::uint64_t anchor_sp = 0, anchor_pc = 0, anchor_fp = 0, wrapper_anchor = 0;
    std::int64_t entry_wrapper = 0;  // words from an entry frame's frame pointer
};

struct CodeLayout {
    std::uint64_t array_length = 0, array_data = 0;
    std::uint64_t memory = 0, segments = 0, space_low = 0, space_high = 0, segment_shift = 0;
    std::uint64_t block_size = 0, block_used = 0;
    std::uint64_t blob_size = 0, nmethod_size = 0, name = 0, frame_size = 0, frame_complete = 0;
    std::uint64_t code_begin = 0, code_end = 0;  // addresses to 22, from 23 on offsets from the blob
    std::uint64_t method = 0, compile_id = 0, orig_pc = 0, deopt = 0, deopt_mh = 0;
    std::uint64_t scopes_pcs = 0, pcs_end = 0, scopes_data = 0, metadata = 0;
    std::uint64_t immutable_data = 0, immutable_size = 0, relocation_size = 0;  // from 23 on
    std::uint64_t pc_desc_size = 0, pc_offset = 0, scope_offset = 0;
};

struct MethodLayout {
    std::uint64_t const_method = 0, access = 0;
    std::uint64_t const_size = 0;  // of a ConstMethod's fixed part; bytecodes follow
    std::uint64_t constants = 0, words = 0, flags = 0, code_size = 0, name_index = 0;
    std::uint64_t pool_size = 0, pool_holder = 0, pool_length = 0, source_index = 0;
    std::uint64_t symbol_length = 0, symbol_body = 0;
    std::uint64_t klass_name = 0, klass_super = 0, klass_helper = 0, klass_constants = 0, klass_fields = 0;
    std::uint64_t klass_field_count = 0;  // to 20
    std::uint64_t u1_data = 0, u2_data = 0;
    std::uint64_t klass_child = 0, klass_sibling = 0;
    std::uint64_t collections = 0, collecting = 0, reserved = 0;  // of the collected heap
};

struct Layout {
    int version = 0;          // 17
    std::string release{};    // "17.0.15+6-Debian-1deb12u1"; hostile
    bool code_moved = false;  // from 23 on the tables of compiled code lie outside the code cache
    Statics statics{};
    ThreadLayout thread{};
    CodeLayout code{};
    MethodLayout method{};
};

// Versions that were run and compared with jstack; all others are refused.
inline constexpr int kVersions[] = {17, 25};

// Errors: unavailable (a version that is not known, with its number); bad_input (the field that is missing).
Result<Layout> layout_of(const VmTable& table, const probe::MemoryReader& memory);

}  // namespace rampwatch::hotspot
