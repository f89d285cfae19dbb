// SPDX-License-Identifier: MIT
#include "core/v8/stack_layout.h"

#include <array>

#include "core/v8/symbols.h"

namespace rampwatch::v8 {
namespace {

using Row = SymbolRow<StackLayout>;

constexpr std::int32_t kMost = 4096;

constexpr Row kNeeded[] = {
    {&StackLayout::context, {"off_fp_context"}},
    {&StackLayout::function, {"off_fp_function"}},
    {&StackLayout::bytecode, {"off_fp_bytecode_array"}},
    {&StackLayout::offset, {"off_fp_bytecode_offset"}},
    {&StackLayout::kind_mask, {"CodeKindFieldMask"}},
    {&StackLayout::kind_shift, {"CodeKindFieldShift"}},
    {&StackLayout::kind_baseline, {"CodeKindBaseline"}},
    {&StackLayout::literals, {"DeoptimizationDataLiteralArrayIndex"}},
    {&StackLayout::inlined, {"DeoptimizationDataInliningPositionsIndex"}},
};

constexpr std::array<std::string_view, 2> kEntries = {"frametype_EntryFrame",
                                                      "frametype_ConstructEntryFrame"};
constexpr std::array<std::string_view, 7> kExits = {
    "frametype_ExitFrame",
    "frametype_BuiltinExitFrame",
    "frametype_ApiCallbackExitFrame",
    "frametype_ApiAccessorExitFrame",
    "frametype_ApiConstructExitFrame",
    "frametype_ApiNamedAccessorExitFrame",
    "frametype_ApiIndexedAccessorExitFrame",
};

template <class Names>
std::vector<std::int32_t> all_said(const Symbols& symbols, const Names& names) {
    std::vector<std::int32_t> values;
    for (const std::string_view name : names) {
        if (const auto value = symbols.said(name)) values.push_back(*value);
    }
    return values;
}

// A table of positions lies 24 bytes before the address of the instructions since there is a CodeWrapper;
// before V8 12 it says itself where it is, and that address follows 16 bytes behind.
bool find_code(const Symbols& symbols, StackLayout& stack) {
    const auto start = symbols.said("class_Code__instruction_start__Address");
    const auto table = symbols.said("class_Code__source_position_table__ByteArray");
    if (start && symbols.said("type_CodeWrapper__CODE_WRAPPER_TYPE")) {
        stack.code_start = *start;
        stack.code_positions = *start - 24;
    } else if (table) {
        stack.code_start = *table + 16;
        stack.code_positions = *table;
    } else {
        return false;
    }
    stack.code_deopt = stack.code_positions - 8;
    stack.code_flags = symbols.said("class_Code__flags__uint32_t").value_or(stack.code_start + 8);
    stack.code_size = symbols.said("class_Code__instruction_size__int").value_or(0);
    const bool sound = stack.code_deopt > 0 && stack.code_start < kMost && stack.code_flags > 0 &&
                       stack.code_flags < kMost && stack.code_size >= 0 && stack.code_size < kMost;
    return sound;
}

}  // namespace

StackLayout stack_layout_of(const Layout& layout, const FindSymbol& find, const probe::MemoryReader& memory) {
    const Symbols symbols(find, memory);
    StackLayout stack;
    stack.missing = symbols.take(std::span<const Row>(kNeeded), -kMost, kMost, stack);
    stack.entries = all_said(symbols, kEntries);
    stack.exits = all_said(symbols, kExits);
    stack.shared_wrapper =
        symbols.said("type_SharedFunctionInfoWrapper__SHARED_FUNCTION_INFO_WRAPPER_TYPE").value_or(-1);
    if (stack.missing.empty() && (stack.entries.empty() || stack.exits.empty()))
        stack.missing = "v8dbg_frametype_ExitFrame";
    if (!find_code(symbols, stack) && stack.missing.empty())
        stack.missing = "v8dbg_class_Code__instruction_start__Address";
    if (layout.version.major < 11 && stack.missing.empty()) stack.missing = "stacks of V8 10";
    return stack;
}

}  // namespace rampwatch::v8
