// SPDX-License-Identifier: MIT
#include "core/hotspot/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/hotspot/lookup.h"
#include "core/hotspot/words.h"

namespace rampwatch::hotspot {
namespace {

constexpr std::size_t kMostRelease = 64;

// A class that the machine itself knows.
std::string known_class(std::string_view name) {
    return fmt::format("_klasses[static_cast<int>(vmClassID::{}_klass_knum)]", name);
}

Statics statics_of(Lookup& vm, int version) {
    Statics at;
    at.thread_list = vm.address("ThreadsSMRSupport", "_java_thread_list");
    at.code_heaps = vm.address("CodeCache", "_heaps");
    at.call_stub_return = vm.address("StubRoutines", "_call_stub_return_address");
    at.collected_heap = vm.address("Universe", "_collectedHeap");
    at.klass_base = vm.address(
        {{"CompressedKlassPointers", "_base"}, {"CompressedKlassPointers", "_narrow_klass._base"}});
    at.klass_shift = vm.address(
        {{"CompressedKlassPointers", "_shift"}, {"CompressedKlassPointers", "_narrow_klass._shift"}});
    at.oop_base = vm.address({{"CompressedOops", "_base"}, {"CompressedOops", "_narrow_oop._base"}});
    at.oop_shift = vm.address({{"CompressedOops", "_shift"}, {"CompressedOops", "_narrow_oop._shift"}});
    at.object_class = vm.address("vmClasses", known_class("Object"));
    at.string_class = vm.address("vmClasses", known_class("String"));
    at.thread_class = vm.address("vmClasses", known_class("Thread"));
    if (version >= 19) at.holder_class = vm.address("vmClasses", known_class("Thread_FieldHolder"));
    return at;
}

ThreadLayout thread_of(Lookup& vm, const VmTable& table) {
    ThreadLayout thread;
    thread.list_length = vm.offset("ThreadsList", "_length");
    thread.list_threads = vm.offset("ThreadsList", "_threads");
    thread.os_thread = vm.offset({{"JavaThread", "_osthread"}, {"Thread", "_osthread"}});
    thread.os_thread_id = vm.offset("OSThread", "_thread_id");
    thread.stack_base = vm.offset({{"JavaThread", "_stack_base"}, {"Thread", "_stack_base"}});
    thread.state = vm.offset("JavaThread", "_thread_state");
    thread.object = vm.offset("JavaThread", "_threadObj");
    thread.anchor = vm.offset("JavaThread", "_anchor");
    thread.anchor_sp = vm.offset("JavaFrameAnchor", "_last_Java_sp");
    thread.anchor_pc = vm.offset("JavaFrameAnchor", "_last_Java_pc");
    thread.anchor_fp = vm.offset("JavaFrameAnchor", "_last_Java_fp");
    thread.wrapper_anchor = vm.offset("JavaCallWrapper", "_anchor");
    thread.entry_wrapper = table.constant("frame::entry_frame_call_wrapper_offset").value_or(0);
    return thread;
}

CodeLayout code_of(Lookup& vm, bool moved) {
    CodeLayout code;
    code.array_length = vm.offset({{"GrowableArrayBase", "_len"}, {"GenericGrowableArray", "_len"}});
    code.array_data = vm.offset("GrowableArray<int>", "_data");
    code.memory = vm.offset("CodeHeap", "_memory");
    code.segments = vm.offset("CodeHeap", "_segmap");
    code.space_low = vm.offset("VirtualSpace", "_low");
    code.space_high = vm.offset("VirtualSpace", "_high");
    code.segment_shift = vm.offset("CodeHeap", "_log2_segment_size");
    code.block_size = vm.size("HeapBlock");
    code.block_used = vm.offset("HeapBlock::Header", "_used");
    code.blob_size = vm.size("CodeBlob");
    code.nmethod_size = vm.size("nmethod");
    code.name = vm.offset("CodeBlob", "_name");
    code.frame_size = vm.offset("CodeBlob", "_frame_size");
    code.frame_complete = vm.offset("CodeBlob", "_frame_complete_offset");
    code.code_begin = vm.offset("CodeBlob", moved ? "_code_offset" : "_code_begin");
    code.code_end = vm.offset("CodeBlob", moved ? "_data_offset" : "_code_end");
    code.method = vm.offset({{"nmethod", "_method"}, {"CompiledMethod", "_method"}});
    code.compile_id = vm.offset("nmethod", "_compile_id");
    code.orig_pc = vm.offset("nmethod", "_orig_pc_offset");
    code.deopt = moved ? vm.offset("nmethod", "_deopt_handler_offset")
                       : vm.offset("CompiledMethod", "_deopt_handler_begin");
    code.deopt_mh = moved ? vm.offset("nmethod", "_deopt_mh_handler_offset")
                          : vm.offset("CompiledMethod", "_deopt_mh_handler_begin");
    code.scopes_pcs = vm.offset("nmethod", "_scopes_pcs_offset");
    code.pcs_end = vm.offset("nmethod", moved ? "_scopes_data_offset" : "_dependencies_offset");
    code.scopes_data = moved ? code.pcs_end : vm.offset("CompiledMethod", "_scopes_data_begin");
    code.metadata = moved ? vm.offset("CodeBlob", "_mutable_data") : vm.offset("nmethod", "_metadata_offset");
    if (moved) {
        code.immutable_data = vm.offset("nmethod", "_immutable_data");
        code.immutable_size = vm.offset("nmethod", "_immutable_data_size");
        code.relocation_size = vm.offset("CodeBlob", "_relocation_size");
    }
    code.pc_desc_size = vm.size("PcDesc");
    code.pc_offset = vm.offset("PcDesc", "_pc_offset");
    code.scope_offset = vm.offset("PcDesc", "_scope_decode_offset");
    return code;
}

MethodLayout method_of(Lookup& vm, int version) {
    MethodLayout method;
    method.const_method = vm.offset("Method", "_constMethod");
    method.access = vm.offset("Method", "_access_flags");
    method.const_size = vm.size("ConstMethod");
    method.constants = vm.offset("ConstMethod", "_constants");
    method.words = vm.offset("ConstMethod", "_constMethod_size");
    method.flags = vm.offset({{"ConstMethod", "_flags"}, {"ConstMethod", "_flags._flags"}});
    method.code_size = vm.offset("ConstMethod", "_code_size");
    method.name_index = vm.offset("ConstMethod", "_name_index");
    method.pool_size = vm.size("ConstantPool");
    method.pool_holder = vm.offset("ConstantPool", "_pool_holder");
    method.pool_length = vm.offset("ConstantPool", "_length");
    method.source_index = vm.offset("ConstantPool", "_source_file_name_index");
    method.symbol_length = vm.offset("Symbol", "_length");
    method.symbol_body = vm.offset("Symbol", "_body");
    method.klass_name = vm.offset("Klass", "_name");
    method.klass_super = vm.offset("Klass", "_super");
    method.klass_helper = vm.offset("Klass", "_layout_helper");
    method.klass_constants = vm.offset("InstanceKlass", "_constants");
    method.klass_fields = vm.offset({{"InstanceKlass", "_fieldinfo_stream"}, {"InstanceKlass", "_fields"}});
    if (version < 21) method.klass_field_count = vm.offset("InstanceKlass", "_java_fields_count");
    method.klass_child = vm.offset("Klass", "_subklass");
    method.klass_sibling = vm.offset("Klass", "_next_sibling");
    method.reserved = vm.offset("CollectedHeap", "_reserved");
    method.u1_data = vm.offset("Array<u1>", "_data");
    method.u2_data = vm.offset("Array<u2>", "_data");
    method.collections = vm.offset("CollectedHeap", "_total_collections");
    method.collecting =
        vm.offset({{"CollectedHeap", "_is_stw_gc_active"}, {"CollectedHeap", "_is_gc_active"}});
    return method;
}

Error missing(const std::string& what) {
    return {Error::Kind::bad_input, fmt::format("check failed: {}", what), "Java", {}};
}

}  // namespace

Result<Layout> layout_of(const VmTable& table, const probe::MemoryReader& memory) {
    const auto version = table.address("Abstract_VM_Version", "_vm_major_version");
    const auto release = table.address("Abstract_VM_Version", "_s_vm_release");
    if (!version || !release) return missing("Abstract_VM_Version");
    Layout layout;
    layout.version = read_number<std::int32_t>(memory, *version);
    layout.release = probe::read_string(memory, read_number(memory, *release), kMostRelease);
    if (std::find(std::begin(kVersions), std::end(kVersions), layout.version) == std::end(kVersions))
        return Error{Error::Kind::unavailable, fmt::format("Java {} is not read", layout.version), "Java",
                     "HotSpot 17 and 25 are"};
    layout.code_moved = layout.version >= 23;
    Lookup vm(table);
    layout.statics = statics_of(vm, layout.version);
    layout.thread = thread_of(vm, table);
    layout.code = code_of(vm, layout.code_moved);
    layout.method = method_of(vm, layout.version);
    if (!vm.missing().empty()) return missing(vm.missing());
    if (layout.thread.entry_wrapper >= 0 || layout.thread.entry_wrapper < -64)
        return missing("frame::entry_frame_call_wrapper_offset");
    return layout;
}

}  // namespace rampwatch::hotspot
