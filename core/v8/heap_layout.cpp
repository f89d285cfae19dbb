// SPDX-License-Identifier: MIT
#include "core/v8/heap_layout.h"

#include "core/v8/symbols.h"

namespace rampwatch::v8 {
namespace {

using Row = SymbolRow<HeapLayout>;

constexpr std::int32_t kMostOffset = 256, kMostType = 4096;
constexpr std::int32_t kSlots = 16;  // where slot 0 of a context lies

constexpr Row kNeeded[] = {
    {&HeapLayout::map_size, {"class_Map__instance_size_in_words__char"}},
    {&HeapLayout::map_constructor,
     {"class_Map__constructor_or_back_pointer__Object",
      "class_Map__constructor_or_back_pointer__Tagged_Object_"}},
    {&HeapLayout::buffer_bytes, {"class_JSArrayBuffer__byte_length__size_t"}},
    {&HeapLayout::buffer_store, {"class_JSArrayBuffer__backing_store__uintptr_t"}},
    {&HeapLayout::first_receiver, {"type_JSProxy__JS_PROXY_TYPE"}},
    {&HeapLayout::first_context, {"FirstContextType"}},
    {&HeapLayout::last_context, {"LastContextType"}},
    {&HeapLayout::array_buffer, {"type_JSArrayBuffer__JS_ARRAY_BUFFER_TYPE"}},
    {&HeapLayout::fixed_double_array, {"type_FixedDoubleArray__FIXED_DOUBLE_ARRAY_TYPE"}},
    {&HeapLayout::property_array, {"type_PropertyArray__PROPERTY_ARRAY_TYPE"}},
    {&HeapLayout::heap_number, {"type_HeapNumber__HEAP_NUMBER_TYPE"}},
    {&HeapLayout::map, {"type_Map__MAP_TYPE"}},
};

constexpr Row kWanted[] = {
    {&HeapLayout::js_array, {"type_JSArray__JS_ARRAY_TYPE"}},
    {&HeapLayout::js_map, {"type_JSMap__JS_MAP_TYPE"}},
    {&HeapLayout::js_set, {"type_JSSet__JS_SET_TYPE"}},
    {&HeapLayout::bound_function, {"type_JSBoundFunction__JS_BOUND_FUNCTION_TYPE"}},
    {&HeapLayout::descriptor_array, {"type_DescriptorArray__DESCRIPTOR_ARRAY_TYPE"}},
    {&HeapLayout::strong_descriptor_array, {"type_StrongDescriptorArray__STRONG_DESCRIPTOR_ARRAY_TYPE"}},
    {&HeapLayout::weak_fixed_array, {"type_WeakFixedArray__WEAK_FIXED_ARRAY_TYPE"}},
    {&HeapLayout::weak_array_list, {"type_WeakArrayList__WEAK_ARRAY_LIST_TYPE"}},
    {&HeapLayout::array_list, {"type_ArrayList__ARRAY_LIST_TYPE"}},
    {&HeapLayout::boilerplate, {"type_ObjectBoilerplateDescription__OBJECT_BOILERPLATE_DESCRIPTION_TYPE"}},
    {&HeapLayout::trusted_fixed_array, {"type_TrustedFixedArray__TRUSTED_FIXED_ARRAY_TYPE"}},
    {&HeapLayout::protected_fixed_array, {"type_ProtectedFixedArray__PROTECTED_FIXED_ARRAY_TYPE"}},
    {&HeapLayout::prototype_info, {"type_PrototypeInfo__PROTOTYPE_INFO_TYPE"}},
    {&HeapLayout::property_cell, {"type_PropertyCell__PROPERTY_CELL_TYPE"}},
    {&HeapLayout::feedback_cell, {"type_FeedbackCell__FEEDBACK_CELL_TYPE"}},
    {&HeapLayout::bytecode_wrapper, {"type_BytecodeWrapper__BYTECODE_WRAPPER_TYPE"}},
    {&HeapLayout::code_wrapper, {"type_CodeWrapper__CODE_WRAPPER_TYPE"}},
};

}  // namespace

HeapLayout heap_layout_of(const Layout& layout, const FindSymbol& find, const probe::MemoryReader& memory) {
    const Symbols symbols(find, memory);
    HeapLayout heap;
    heap.missing = symbols.take(std::span<const Row>(kNeeded), 0, kMostType, heap);
    for (const std::int32_t offset :
         {heap.map_size, heap.map_constructor, heap.buffer_bytes, heap.buffer_store}) {
        if (offset > kMostOffset && heap.missing.empty()) heap.missing = "offsets of a heap";
    }
    for (const Row& row : kWanted) heap.*row.into = symbols.said(row).value_or(kNoSuchType);
    heap.descriptors = symbols.said("class_DescriptorArray__header_size__uintptr_t").value_or(0);
    heap.context_scope = kSlots + 8 * symbols.said("context_idx_scope_info").value_or(0);
    heap.context_outer = kSlots + 8 * symbols.said("context_idx_prev").value_or(1);
    heap.filler = layout.free_space == 0 ? kNoSuchType : layout.free_space - 1;
    return heap;
}

}  // namespace rampwatch::v8
