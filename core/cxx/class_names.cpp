// SPDX-License-Identifier: MIT
#include "core/cxx/class_names.h"

#include <cxxabi.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

namespace rampwatch::cxx {

namespace {

constexpr std::size_t kMostName = 2048;

// The arguments of a template's name: "a<b<c>, d>::e" has "b<c>" and "d".
std::vector<std::string> arguments(std::string_view name) {
    std::vector<std::string> found;
    const auto open = name.find('<');
    if (open == std::string_view::npos) return found;
    int depth = 0;
    std::size_t from = open + 1;
    for (std::size_t i = from; i < name.size() && depth >= 0; ++i) {
        if (name[i] == '<' || name[i] == '(') ++depth;
        if (name[i] == '>' || name[i] == ')') --depth;
        if (depth > 0 || (depth == 0 && name[i] != ',')) continue;
        found.emplace_back(name.substr(from, i - from));
        from = std::min(i + 2, name.size());
    }
    return found;
}

std::string demangled(const std::string& name) {
    if (name.empty() || name.size() > kMostName) return name;
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> plain(
        abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), std::free);
    return status == 0 && plain ? std::string(plain.get()) : name;
}

}  // namespace

std::string demangled_type(const std::string& name) {
    std::string text = demangled(name);
    if (text.starts_with("std::_Sp_counted_ptr_inplace<")) {
        if (const auto shared = arguments(text); !shared.empty()) return shared.front() + " (make_shared)";
    }
    return text;
}

std::string demangled_symbol(const std::string& name) {
    std::string text = name.starts_with("_Z") ? demangled(name) : name;
    if (text.starts_with("std::_Function_handler<")) {
        if (const auto called = arguments(text); called.size() > 1) return called[1];
    }
    return text;
}

// A quick no for most words of a heap.
bool ClassNames::may_be(std::uint64_t word) {
    constexpr std::uint64_t kLeast = 65'536;
    if (word % 8 != 0 || word < kLeast) return false;
    const std::uint64_t page = word / 4096;
    std::uint64_t& cached = elsewhere_[page % elsewhere_.size()];
    if (cached == page) return false;
    if (modules_.in_data(word)) return true;
    // a page of a mapping is in it as a whole, or not at all
    cached = page;
    return false;
}

std::uint32_t ClassNames::class_of(std::uint64_t word) {
    if (!may_be(word)) return 0;
    const auto known = known_.find(word);
    if (known != known_.end()) return known->second;
    if (known_.size() >= kMostWords) return 0;
    const std::string found = look_up(word);
    std::uint32_t number = 0;
    if (!found.empty()) {
        number = numbers_.emplace(found, static_cast<std::uint32_t>(names_.size() + 1)).first->second;
        if (number > names_.size()) names_.push_back(found);
    }
    known_.emplace(word, number);
    return number;
}

std::string ClassNames::look_up(std::uint64_t word) {
    const auto table = memory_.get<std::array<std::uint64_t, 3>>(word - 16);  // top, information, function
    if (!table) return {};
    const auto top = static_cast<std::int64_t>((*table)[0]);
    if (top != 0) return {};  // of a base within an object, which has its own in front; or none
    const bool function = modules_.in_code((*table)[2]);
    if (!function && (*table)[2] != 0) return {};
    if ((*table)[1] != 0) return type_name((*table)[1]);
    const auto second = memory_.get<std::uint64_t>(word + 8);
    if (!function || !second || !modules_.in_code(*second)) return {};
    const std::string symbol = demangled_symbol(modules_.symbol(word - 16));
    constexpr std::string_view kVtable = "vtable for ";
    if (symbol.starts_with(kVtable)) return symbol.substr(kVtable.size());
    const std::string place = modules_.place(word - 16);
    return place.empty() ? std::string() : "vtable at " + place;
}

// Type information: {vtable of its own class, name}. Its class's information has a name that the ABI gives.
std::string ClassNames::type_name(std::uint64_t information) {
    if (information % 8 != 0 || !modules_.in_module(information)) return {};
    const auto words = memory_.get<std::array<std::uint64_t, 2>>(information);
    if (!words || !modules_.in_module((*words)[0])) return {};
    const auto own = memory_.get<std::uint64_t>((*words)[0] - 8);
    if (!own || !modules_.in_module(*own)) return {};
    const auto own_name = memory_.get<std::uint64_t>(*own + 8);
    if (!own_name || !read_string(memory_, *own_name, 32).starts_with("N10__cxxabiv1")) return {};
    std::string name = read_string(memory_, (*words)[1], kMostName);
    if (name.starts_with('*')) name.erase(0, 1);
    for (const char letter : name) {
        if (letter <= ' ' || letter > '~') return {};
    }
    return demangled_type(name);
}

}  // namespace rampwatch::cxx
