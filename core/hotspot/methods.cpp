// SPDX-License-Identifier: MIT
#include "core/hotspot/methods.h"

#include <algorithm>
#include <utility>

#include "core/base/java_name.h"
#include "core/hotspot/packed.h"
#include "core/hotspot/words.h"

namespace rampwatch::hotspot {
namespace {

constexpr std::size_t kMostHeader = 256;      // of a ConstMethod, a ConstantPool
constexpr std::size_t kMostLines = 64 << 10;  // bytes of a line table
constexpr std::uint32_t kMostSymbol = 1024;   // bytes of a name; what is longer is cut off
constexpr std::uint16_t kHasLines = 1;        // of a ConstMethod's flags
constexpr std::uint16_t kIsNative = 0x0100;   // of a method's access flags (JVMS 4.6)

// The start of a struct of `size` bytes; empty where it cannot be read.
std::vector<std::byte> read_start(const probe::MemoryReader& memory, std::uint64_t address,
                                  std::uint64_t size) {
    std::vector<std::byte> bytes(std::min<std::uint64_t>(size, kMostHeader));
    if (!is_pointer(address) || !memory.read(address, bytes)) return {};
    return bytes;
}

}  // namespace

void Methods::begin(const probe::MemoryReader& memory) {
    memory_ = &memory;
    methods_.clear();
    same_.clear();
    places_.clear();
}

std::string Methods::symbol(std::uint64_t address) const {
    address &= ~std::uint64_t{1};  // marks a class that is not resolved
    if (!is_pointer(address)) return {};
    const std::uint32_t length = std::min<std::uint32_t>(
        read_number<std::uint16_t>(*memory_, address + layout_.method.symbol_length), kMostSymbol);
    std::string text(length, '\0');
    const auto done =
        memory_->read(address + layout_.method.symbol_body, std::as_writable_bytes(std::span(text)));
    return done ? text : std::string();
}

std::string Methods::class_name(std::uint64_t klass) const {
    return symbol(read_number(*memory_, klass + layout_.method.klass_name));
}

std::string Methods::symbol_of(std::uint64_t pool, std::uint32_t index) const {
    const MethodLayout& at = layout_.method;
    const auto length = read_number<std::int32_t>(*memory_, pool + at.pool_length);
    if (index == 0 || length <= 0 || index >= static_cast<std::uint32_t>(length)) return {};
    return symbol(read_number(*memory_, pool + at.pool_size + std::uint64_t{8} * index));
}

std::array<std::uint64_t, 3> Methods::mark_of(std::uint64_t address) const {
    const MethodLayout& at = layout_.method;
    const std::uint64_t fixed = read_number(*memory_, address + at.const_method);
    return {fixed, read_number(*memory_, fixed + at.constants),
            read_number<std::uint32_t>(*memory_, fixed + at.code_size)};
}

std::unique_ptr<Method> Methods::read_method(std::uint64_t address) const {
    const MethodLayout& at = layout_.method;
    if (!is_pointer(address)) return nullptr;
    const auto mark = mark_of(address);
    const auto fixed = read_start(*memory_, mark[0], at.const_size);
    const std::uint64_t pool = word_at(fixed, at.constants);
    const auto words = number_at<std::int32_t>(fixed, at.words);
    const std::uint64_t size = words > 0 ? std::uint64_t{8} * static_cast<std::uint32_t>(words) : 0;
    const auto code_size = number_at<std::uint16_t>(fixed, at.code_size);
    if (fixed.empty() || !is_pointer(pool) || size < at.const_size + code_size) return nullptr;
    const std::string name = symbol_of(pool, number_at<std::uint16_t>(fixed, at.name_index));
    const std::uint64_t holder = read_number(*memory_, pool + at.pool_holder);
    std::string klass = class_name(holder);
    if (name.empty() || klass.empty()) return nullptr;
    std::replace(klass.begin(), klass.end(), '/', '.');
    auto method = std::make_unique<Method>();
    method->function = java_name(klass + "." + name);
    method->file = symbol_of(pool, read_number<std::uint16_t>(*memory_, pool + at.source_index));
    method->is_native = (read_number<std::uint16_t>(*memory_, address + at.access) & kIsNative) != 0;
    method->code = mark[0] + at.const_size;
    method->bytes = code_size;
    method->mark = mark;
    if ((number_at<std::uint16_t>(fixed, at.flags) & kHasLines) != 0) {
        const std::uint64_t rest = size - at.const_size - code_size;
        method->lines.resize(std::min<std::uint64_t>(rest, kMostLines));
        if (!memory_->read(method->code + code_size, method->lines)) method->lines.clear();
    }
    return method;
}

const Method* Methods::at(std::uint64_t address) {
    const auto known = methods_.find(address);
    if (known != methods_.end()) return known->second.get();
    if (methods_.size() >= kMostMethods) return nullptr;
    return methods_.emplace(address, read_method(address)).first->second.get();
}

bool Methods::is_same(std::uint64_t address) {
    const auto [known, fresh] = same_.try_emplace(address, false);
    if (!fresh) return known->second;
    const Method* method = at(address);
    known->second = method != nullptr && method->mark == mark_of(address);
    return known->second;
}

std::optional<runtime::FrameId> Methods::frame(std::uint64_t address, std::int64_t bci) {
    const Method* method = at(address);
    if (method == nullptr) return std::nullopt;
    const auto [known, fresh] = places_[address].try_emplace(bci, runtime::FrameId{});
    if (!fresh) return known->second;
    runtime::NamedFrame named{method->function, method->file, {}};
    if (!method->is_native && bci >= 0) named.line = line_of(method->lines, layout_.version, bci);
    known->second = frames_.number_of(std::move(named));
    return known->second;
}

}  // namespace rampwatch::hotspot
