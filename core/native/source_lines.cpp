// SPDX-License-Identifier: MIT
// libdw finds a compilation unit by .debug_aranges, which clang and rustc do not write, and a function by a
// walk over the whole unit. Here both are tables, sorted by address, built when first needed.
#include "core/native/source_lines.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>

#include <algorithm>
#include <array>
#include <unordered_map>

namespace rampwatch::native {
namespace {

constexpr std::size_t kMostRanges = 10'000'000;
constexpr int kMostNesting = 64;
constexpr std::size_t kMostInlined = 64;

// Sorted by `high`; ranges may nest (the narrower is meant) but seldom do.
struct RangeOf {
    Dwarf_Addr low = 0;
    Dwarf_Addr high = 0;
    Dwarf_Off die = 0;
};

void add_ranges(Dwarf_Die& die, std::vector<RangeOf>& ranges) {
    Dwarf_Addr base = 0, low = 0, high = 0;
    for (ptrdiff_t at = 0; (at = ::dwarf_ranges(&die, at, &base, &low, &high)) > 0;) {
        if (ranges.size() < kMostRanges && low < high) ranges.push_back({low, high, ::dwarf_dieoffset(&die)});
    }
}

void sort(std::vector<RangeOf>& ranges) {
    std::sort(ranges.begin(), ranges.end(), [](const RangeOf& a, const RangeOf& b) {
        return a.high != b.high ? a.high < b.high : a.low > b.low;
    });
}

const RangeOf* find(const std::vector<RangeOf>& ranges, Dwarf_Addr address) {
    auto found =
        std::upper_bound(ranges.begin(), ranges.end(), address,
                         [](Dwarf_Addr wanted, const RangeOf& range) { return wanted < range.high; });
    return found != ranges.end() && found->low <= address ? &*found : nullptr;
}

bool may_hold_functions(int tag) {
    return tag == DW_TAG_namespace || tag == DW_TAG_module || tag == DW_TAG_structure_type ||
           tag == DW_TAG_class_type || tag == DW_TAG_union_type || tag == DW_TAG_enumeration_type;
}

// The functions below `parent` that have code, through namespaces and types.
void add_functions(Dwarf_Die& parent, std::vector<RangeOf>& functions, int nesting) {
    Dwarf_Die child;
    if (nesting > kMostNesting || ::dwarf_child(&parent, &child) != 0) return;
    do {
        const int tag = ::dwarf_tag(&child);
        if (tag == DW_TAG_subprogram)
            add_ranges(child, functions);
        else if (may_hold_functions(tag))
            add_functions(child, functions, nesting + 1);
    } while (::dwarf_siblingof(&child, &child) == 0);
}

bool may_hold_calls(int tag) {
    return tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine || tag == DW_TAG_try_block ||
           tag == DW_TAG_catch_block || tag == DW_TAG_with_stmt;
}

// The inlined calls that hold `address`, outermost first.
std::vector<Dwarf_Die> inlined_at(Dwarf_Die function, Dwarf_Addr address) {
    std::vector<Dwarf_Die> calls;
    Dwarf_Die parent = function, child;
    for (int nesting = 0; nesting < kMostNesting * 4 && ::dwarf_child(&parent, &child) == 0; ++nesting) {
        bool found = false;
        do {
            if (!may_hold_calls(::dwarf_tag(&child)) || ::dwarf_haspc(&child, address) <= 0) continue;
            found = true;
            break;
        } while (::dwarf_siblingof(&child, &child) == 0);
        if (!found) break;
        if (::dwarf_tag(&child) == DW_TAG_inlined_subroutine && calls.size() < kMostInlined)
            calls.push_back(child);
        parent = child;
    }
    return calls;
}

std::optional<std::string> text(const char* words) {
    return words == nullptr ? std::nullopt : std::optional<std::string>(words);
}

std::optional<std::string> name_of(Dwarf_Die& die) {
    Dwarf_Attribute attribute;
    for (const unsigned name : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name}) {
        if (::dwarf_attr_integrate(&die, name, &attribute) == nullptr) continue;
        if (const char* linkage = ::dwarf_formstring(&attribute)) return linkage;
    }
    return text(::dwarf_diename(&die));
}

std::optional<Dwarf_Word> number_of(Dwarf_Die& die, unsigned name) {
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    if (::dwarf_attr(&die, name, &attribute) == nullptr) return std::nullopt;
    return ::dwarf_formudata(&attribute, &value) == 0 ? std::optional(value) : std::nullopt;
}

// Where the inlined call `die` was made.
void set_call_place(Dwarf_Die& unit, Dwarf_Die& die, SourceCall& caller) {
    Dwarf_Files* files = nullptr;
    std::size_t count = 0;
    const auto file = number_of(die, DW_AT_call_file);
    if (file && ::dwarf_getsrcfiles(&unit, &files, &count) == 0 && *file < count)
        caller.file = text(::dwarf_filesrc(files, *file, nullptr, nullptr));
    if (const auto line = number_of(die, DW_AT_call_line)) caller.line = static_cast<std::int64_t>(*line);
}

void set_place(Dwarf_Die& unit, Dwarf_Addr address, SourceCall& call) {
    Dwarf_Line* line = ::dwarf_getsrc_die(&unit, address);
    if (line == nullptr) return;
    call.file = text(::dwarf_linesrc(line, nullptr, nullptr));
    int number = 0;
    if (::dwarf_lineno(line, &number) == 0 && number > 0) call.line = number;
}

}  // namespace

struct Lines::State {
    Dwarf* dwarf = nullptr;
    Dwarf_Addr bias = 0;
    std::vector<RangeOf> units{};
    std::unordered_map<Dwarf_Off, std::vector<RangeOf>> functions{};  // by the unit's DIE

    void load(Dwfl_Module* module) {
        dwarf = ::dwfl_module_getdwarf(module, &bias);
        if (dwarf == nullptr) return;
        Dwarf_CU* unit = nullptr;
        Dwarf_Die die, split;
        std::uint8_t type = 0;
        while (::dwarf_get_units(dwarf, unit, &unit, nullptr, &type, &die, &split) == 0) {
            if (type != DW_UT_type) add_ranges(die, units);
        }
        sort(units);
    }
};

Lines::Lines(Dwfl_Module* module) : state_(std::make_unique<State>()) { state_->load(module); }
Lines::~Lines() = default;

std::vector<SourceCall> Lines::at(std::uint64_t address) {
    std::vector<SourceCall> calls;
    const Dwarf_Addr wanted = address - state_->bias;
    const RangeOf* range = find(state_->units, wanted);
    Dwarf_Die unit;
    if (range == nullptr || ::dwarf_offdie(state_->dwarf, range->die, &unit) == nullptr) return calls;
    const auto [known, fresh] = state_->functions.try_emplace(range->die);
    if (fresh) {
        add_functions(unit, known->second, 0);
        sort(known->second);
    }
    SourceCall innermost;
    set_place(unit, wanted, innermost);
    calls.push_back(std::move(innermost));
    const RangeOf* function = find(known->second, wanted);
    Dwarf_Die die;
    if (function == nullptr || ::dwarf_offdie(state_->dwarf, function->die, &die) == nullptr) return calls;
    std::vector<Dwarf_Die> inlined = inlined_at(die, wanted);
    for (auto call = inlined.rbegin(); call != inlined.rend(); ++call) {
        calls.back().function = name_of(*call);
        SourceCall caller;
        set_call_place(unit, *call, caller);
        calls.push_back(std::move(caller));
    }
    calls.back().function = name_of(die);
    return calls;
}

}  // namespace rampwatch::native
