// SPDX-License-Identifier: MIT
#include "core/perl/calls.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "core/runtime/record.h"

namespace rampwatch::perl {
namespace {

using runtime::is_pointer;
using runtime::number_at;
using runtime::read_word;
using runtime::word_at;

// Of a PERL_SI (cop.h).
constexpr std::size_t kInfoContexts = 0x08, kInfoBefore = 0x10, kInfoIndex = 0x20, kInfoMost = 0x24,
                      kInfoSize = 0x30;
constexpr std::int32_t kMainStack = 1;  // PERLSI_MAIN

// Of a context.
enum class ContextKind : std::uint8_t { sub = 9, format = 10, eval = 11 };
constexpr std::uint8_t kKindMask = 0xf, kTry = 0x80;
constexpr std::size_t kContextLine = 0x10, kContextReturn = 0x30;
constexpr std::size_t kAtOnce = 64;  // contexts, in one read

// Of a COP, a line of the program.
constexpr std::size_t kLineNumber = 0x24, kLineFile = 0x30;

// Of values: the body is at the head's first word. CV, GV and HV are kinds of them.
constexpr std::size_t kSubFlags = 0x5c, kSubName = 0x38, kSubPackage = 0x20;
constexpr std::uint32_t kSubNamed = 0x8000;     // kSubName is a name, not a GV
constexpr std::uint32_t kSubLexical = 0x10000;  // `my sub`: of no package
constexpr std::size_t kGlobName = 0x20, kGlobPackage = 0x28;
constexpr std::size_t kHashBuckets = 0x10, kHashMost = 0x18, kHashBody = 0x20;
constexpr std::size_t kNames = 0, kNameCount = 0x1c;  // behind a hash: one name, or a list of them
constexpr std::size_t kKeyLength = 4, kKeyText = 8;

class CallReader {
  public:
    CallReader(const probe::MemoryReader& memory, const Layout& layout) : memory_(memory), layout_(layout) {}

    Calls read(std::uint64_t interpreter);

  private:
    bool read_stack(std::uint64_t contexts, std::int32_t last);
    bool read_context(std::span<const std::byte> context);
    bool add(std::string function, bool entered);
    std::string sub_name(std::uint64_t sub) const;
    std::string package_name(std::uint64_t hash) const;
    std::string key(std::uint64_t address) const;

    const probe::MemoryReader& memory_;
    const Layout& layout_;
    std::uint64_t line_ = 0;  // the COP at which the call to be found next is
    std::size_t contexts_ = 0;
    Calls found_{};
};

// A HEK: its hash, its length, its bytes.
std::string CallReader::key(std::uint64_t address) const {
    const auto length = is_pointer(address) ? memory_.get<std::int32_t>(address + kKeyLength)
                                            : Result<std::int32_t>(std::int32_t{0});
    if (!length || *length <= 0 || static_cast<std::size_t>(*length) > kMostName) return {};
    std::string text(static_cast<std::size_t>(*length), '\0');
    if (!memory_.read(address + kKeyText, std::as_writable_bytes(std::span(text)))) return {};
    return text;
}

// Of a stash, the hash that is a package.
std::string CallReader::package_name(std::uint64_t hash) const {
    const std::uint64_t body = read_word(memory_, hash);
    if (!is_pointer(body)) return {};
    std::uint64_t names = body + kHashBody;
    if (!layout_.names_in_body) {
        const std::uint64_t most = read_word(memory_, body + kHashMost);
        if (most > std::uint64_t{1} << 32) return {};
        names = read_word(memory_, hash + kHashBuckets) + (most + 1) * 8;
    }
    const std::uint64_t name = read_word(memory_, names + kNames);
    const auto count = memory_.get<std::int32_t>(names + kNameCount);
    if (!count) return {};
    return key(*count == 0 ? name : read_word(memory_, name));
}

std::string CallReader::sub_name(std::uint64_t sub) const {
    const std::uint64_t body = read_word(memory_, sub);
    const auto flags = is_pointer(body) ? memory_.get<std::uint32_t>(body + kSubFlags)
                                        : Result<std::uint32_t>(std::uint32_t{0});
    if (!flags || !is_pointer(body)) return {};
    const std::uint64_t named = read_word(memory_, body + kSubName);
    std::string package, name;
    if ((*flags & kSubNamed) != 0) {
        if ((*flags & kSubLexical) == 0) package = package_name(read_word(memory_, body + kSubPackage));
        name = key(named);
    } else if (const std::uint64_t glob = read_word(memory_, named); is_pointer(glob)) {
        package = package_name(read_word(memory_, glob + kGlobPackage));
        name = key(read_word(memory_, glob + kGlobName));
    }
    return name.empty() ? std::string() : package.empty() ? name : package + "::" + name;
}

// The call is at the line in hand. False where that is none, or there are too many.
bool CallReader::add(std::string function, bool entered) {
    std::array<std::byte, kLineFile + 8> line{};
    if (found_.calls.size() >= kMostCalls || !is_pointer(line_) || !memory_.read(line_, line)) return false;
    const std::uint64_t file = word_at(line, kLineFile);
    Call call{std::move(function), file < 0x10000 ? std::string() : read_string(memory_, file, kMostName),
              number_at<std::uint32_t>(line, kLineNumber), entered};
    found_.calls.push_back(std::move(call));
    return true;
}

bool CallReader::read_context(std::span<const std::byte> context) {
    const auto type = number_at<std::uint8_t>(context, 0);
    const auto kind = static_cast<ContextKind>(type & kKindMask);
    const bool is_sub = kind == ContextKind::sub || kind == ContextKind::format;
    if (!is_sub && (kind != ContextKind::eval || (type & kTry) != 0))
        return true;  // caller() has none either
    std::string function = "(eval)";
    if (is_sub) function = sub_name(word_at(context, layout_.context_sub));
    const bool entered = is_sub && word_at(context, kContextReturn) == 0;
    if (!add(function.empty() ? "(unknown)" : std::move(function), entered)) return false;
    line_ = word_at(context, kContextLine);
    return true;
}

bool CallReader::read_stack(std::uint64_t contexts, std::int32_t last) {
    std::vector<std::byte> part(kAtOnce * layout_.context_size);
    for (std::size_t left = static_cast<std::size_t>(last + 1); left > 0;) {
        const std::size_t count = std::min(left, kAtOnce);
        left -= count;
        contexts_ += count;
        const auto bytes = std::span(part).first(count * layout_.context_size);
        if (contexts_ > kMostContexts || !memory_.read(contexts + left * layout_.context_size, bytes))
            return false;
        for (std::size_t i = count; i-- > 0;)
            if (!read_context(bytes.subspan(i * layout_.context_size, layout_.context_size))) return false;
    }
    return true;
}

Calls CallReader::read(std::uint64_t interpreter) {
    line_ = read_word(memory_, interpreter + layout_.current_op);
    std::uint64_t info = read_word(memory_, interpreter + layout_.stack_info);
    for (std::size_t stacks = 0; stacks < kMostStacks; ++stacks) {
        std::array<std::byte, kInfoSize> bytes{};
        if (!is_pointer(info) || !memory_.read(info, bytes)) break;
        const auto last = number_at<std::int32_t>(bytes, kInfoIndex);
        const auto most = number_at<std::int32_t>(bytes, kInfoMost);
        const std::uint64_t contexts = word_at(bytes, kInfoContexts);
        if (last < -1 || last > most || !is_pointer(contexts) || !read_stack(contexts, last)) break;
        if (number_at<std::int32_t>(bytes, layout_.info_type) == kMainStack) {
            found_.whole = add("main program", true);
            break;
        }
        info = word_at(bytes, kInfoBefore);
    }
    return std::move(found_);
}

}  // namespace

Calls read_calls(const probe::MemoryReader& memory, const Interpreter& perl) {
    const std::uint64_t interpreter = read_word(memory, perl.place);
    if (!is_pointer(interpreter)) return {};
    return CallReader(memory, perl.layout).read(interpreter);
}

}  // namespace rampwatch::perl
