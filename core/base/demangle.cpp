// SPDX-License-Identifier: MIT
#include "core/base/demangle.h"

#include <cxxabi.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include "core/base/rust_name.h"

namespace rampwatch {
namespace {

constexpr std::size_t kMostMangled = 4096;
constexpr std::size_t kMostPlain = 16384;

// Behind ELF's names: "@VERS_1.0", "@@VERS_1.0"; behind those that LLVM made global: ".llvm.123".
std::string_view without_version(std::string_view name) {
    name = name.substr(0, name.find('@'));
    return name.substr(0, name.find(".llvm."));
}

std::optional<std::string> cpp(const std::string& name) {
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> plain(
        abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), std::free);
    if (status != 0 || !plain) return std::nullopt;
    return std::string(plain.get()).substr(0, kMostPlain);
}

}  // namespace

std::string demangle(std::string_view name) {
    const std::string bare(without_version(name));
    if (bare.size() > kMostMangled) return bare;
    if (bare.starts_with("_R")) {
        if (auto plain = rust_name(bare)) return plain->substr(0, kMostPlain);
    }
    if (!bare.starts_with("_Z")) return bare;
    auto plain = cpp(bare);
    if (!plain) return bare;
    if (is_old_rust_name(*plain)) return old_rust_name(*plain);
    return std::move(*plain);
}

}  // namespace rampwatch
