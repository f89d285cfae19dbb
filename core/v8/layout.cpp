// SPDX-License-Identifier: MIT
#include "core/v8/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/v8/symbols.h"

namespace rampwatch::v8 {
namespace {

constexpr std::int32_t kMostOffset = 256, kMostType = 4096;

using Row = SymbolRow<Layout>;

constexpr Row kOffsets[] = {
    {&Layout::map_type, {"class_Map__instance_type__uint16_t"}},
    {&Layout::function_shared, {"class_JSFunction__shared__SharedFunctionInfo"}},
    {&Layout::function_context,
     {"class_JSFunction__context__Context", "class_JSFunction__context__Tagged_Context_"}},
    {&Layout::shared_name,
     {"class_SharedFunctionInfo__name_or_scope_info__Object",
      "class_SharedFunctionInfo__name_or_scope_info__Tagged_Object_",
      "class_SharedFunctionInfo__name_or_scope_info__Tagged_NameOrScopeInfoT_"}},
    {&Layout::shared_script,
     {"class_SharedFunctionInfo__script__Tagged_HeapObject_",
      "class_SharedFunctionInfo__script_or_debug_info__HeapObject"}},
    {&Layout::script_name, {"class_Script__name__Object"}},
    {&Layout::script_source, {"class_Script__source__Object"}},
    {&Layout::script_line_ends, {"class_Script__line_ends__Object"}},
    {&Layout::bytecode_data, {"class_BytecodeArray__data__uintptr_t"}},
    {&Layout::array_length, {"class_FixedArrayBase__length__SMI"}},
    {&Layout::array_data, {"class_FixedArray__data__uintptr_t"}},
    {&Layout::string_length, {"class_String__length__int32_t"}},
    {&Layout::string_characters, {"class_SeqOneByteString__chars__char"}},
    {&Layout::cons_first, {"class_ConsString__first__String"}},
    {&Layout::cons_second, {"class_ConsString__second__String"}},
    {&Layout::thin_actual, {"class_ThinString__actual__String"}},
    {&Layout::sliced_parent, {"class_SlicedString__parent__String"}},
    {&Layout::sliced_offset, {"class_SlicedString__offset__SMI"}},
    {&Layout::scope_locals, {"scopeinfo_idx_ncontextlocals"}},
    {&Layout::scope_first, {"scopeinfo_idx_first_vars"}},
};

constexpr Row kTypes[] = {
    {&Layout::first_no_string, {"FirstNonstringType"}},
    {&Layout::string_shape, {"StringRepresentationMask"}},
    {&Layout::string_one_byte, {"OneByteStringTag"}},
    {&Layout::shape_cons, {"ConsStringTag"}},
    {&Layout::shape_external, {"ExternalStringTag"}},
    {&Layout::shape_sliced, {"SlicedStringTag"}},
    {&Layout::shape_thin, {"ThinStringTag"}},
    {&Layout::async_function, {"type_JSAsyncFunctionObject__JS_ASYNC_FUNCTION_OBJECT_TYPE"}},
    {&Layout::first_function, {"FirstJSFunctionType", "type_JSFunction__JS_FUNCTION_TYPE"}},
    {&Layout::shared_function, {"type_SharedFunctionInfo__SHARED_FUNCTION_INFO_TYPE"}},
    {&Layout::bytecode_array, {"type_BytecodeArray__BYTECODE_ARRAY_TYPE"}},
    {&Layout::code, {"type_Code__CODE_TYPE", "type_CodeDataContainer__CODE_DATA_CONTAINER_TYPE"}},
    {&Layout::interpreter_data, {"type_InterpreterData__INTERPRETER_DATA_TYPE"}},
    {&Layout::script, {"type_Script__SCRIPT_TYPE"}},
    {&Layout::scope_info, {"type_ScopeInfo__SCOPE_INFO_TYPE"}},
    {&Layout::fixed_array, {"type_FixedArray__FIXED_ARRAY_TYPE"}},
    {&Layout::byte_array, {"type_ByteArray__BYTE_ARRAY_TYPE"}},
    {&Layout::promise, {"type_JSPromise__JS_PROMISE_TYPE"}},
    {&Layout::reaction, {"type_PromiseReaction__PROMISE_REACTION_TYPE"}},
    {&Layout::generator_request, {"type_AsyncGeneratorRequest__ASYNC_GENERATOR_REQUEST_TYPE"}},
};

Error refused(Error::Kind kind, std::string what) { return {kind, std::move(what), "Node.js", {}}; }

// What follows from the version, or from what another word is.
void add_rules(Layout& layout, const Symbols& symbols) {
    const Version& version = layout.version;
    layout.last_function = symbols.said("LastJSFunctionType").value_or(layout.first_function + 15);
    layout.lazy_start = symbols.said("class_UncompiledData__start_position__int32_t").value_or(0);
    layout.lazy_name = symbols.said("class_UncompiledData__inferred_name__String").value_or(0);
    if (const auto lazy =
            symbols.said("type_UncompiledDataWithPreparseData__UNCOMPILED_DATA_WITH_PREPARSE_DATA_TYPE");
        lazy && layout.lazy_start > 0 && layout.lazy_name > 0) {
        layout.first_lazy = *lazy;
        layout.last_lazy = *lazy + 3;
    }
    layout.trusted_byte_array = symbols.said("type_TrustedByteArray__TRUSTED_BYTE_ARRAY_TYPE").value_or(0);
    const bool wrapped = symbols.said("class_BytecodeArray__wrapper__Tagged_BytecodeWrapper_").has_value();
    layout.bytecode_positions = layout.array_length + (wrapped ? 16 : 24);
    // Of a Code of Sparkplug's, "deoptimization data" is the bytecode: right before its table of positions,
    // which lies 24 bytes before the address of its instructions since there is a wrapper.
    const auto start = symbols.said("class_Code__instruction_start__Address");
    const auto table = symbols.said("class_Code__source_position_table__ByteArray");
    if (start && symbols.said("type_CodeWrapper__CODE_WRAPPER_TYPE")) layout.code_holder = *start - 32;
    if (table) layout.code_holder = *table - 8;
    // Up to V8 11.0 code lies in the object itself, and these follow its map.
    constexpr std::int32_t kHolderOfOld = 16;
    if (symbols.said("class_Code__instruction_start__uintptr_t")) layout.code_holder = kHolderOfOld;
    layout.reaction_next = version.major < 12 ? 8 : 16;
    layout.scope_has_positions = version >= Version{12, 8, 44};
    layout.unsigned_offsets = version.major >= 14;
    // FreeSpace stands two behind FeedbackVector where it is not exported any more, and counts in words.
    if (const auto type = symbols.said("type_FreeSpace__FREE_SPACE_TYPE")) {
        layout.free_space = *type;
    } else if (const auto before = symbols.said("type_FeedbackVector__FEEDBACK_VECTOR_TYPE")) {
        layout.free_space = *before + 2;
        layout.free_space_in_words = true;
    }
}

}  // namespace

bool is_tested(const Version& version) {
    static constexpr std::pair<int, int> kTested[] = {{11, 3}, {12, 4}, {13, 6}, {14, 6}};
    return std::find(std::begin(kTested), std::end(kTested), std::pair(version.major, version.minor)) !=
           std::end(kTested);
}

std::string to_text(const Version& version) { return fmt::format("{}.{}", version.major, version.minor); }

std::optional<Version> read_version(const FindSymbol& find, const probe::MemoryReader& memory) {
    const Symbols symbols(find, memory);
    const auto major = symbols.number("_ZN2v88internal7Version6major_E");
    const auto minor = symbols.number("_ZN2v88internal7Version6minor_E");
    const auto build = symbols.number("_ZN2v88internal7Version6build_E");
    if (!major || !minor || !build) return std::nullopt;
    return Version{*major, *minor, *build};
}

Result<Layout> layout_of(const Version& version, const FindSymbol& find, const probe::MemoryReader& memory) {
    if (version < kOldest || version > kNewest)
        return refused(Error::Kind::unavailable, fmt::format("V8 {} is not read", to_text(version)));
    const Symbols symbols(find, memory);
    const auto tagged = symbols.said("TaggedSize");
    if (tagged && *tagged != 8)
        return refused(Error::Kind::unavailable, "a V8 with compressed pointers is not read");
    Layout layout;
    layout.version = version;
    std::string missing = symbols.take(std::span<const Row>(kOffsets), 0, kMostOffset, layout);
    if (missing.empty()) missing = symbols.take(std::span<const Row>(kTypes), 0, kMostType, layout);
    if (!missing.empty()) return refused(Error::Kind::bad_input, "check failed: " + missing);
    if (symbols.said("SmiShiftSize").value_or(31) != 31)
        return refused(Error::Kind::bad_input, "check failed: v8dbg_SmiShiftSize");
    add_rules(layout, symbols);
    return layout;
}

}  // namespace rampwatch::v8
