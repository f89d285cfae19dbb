// SPDX-License-Identifier: MIT
#include "core/store/state.h"

#include <cstring>
#include <string_view>
#include <type_traits>

#include "core/base/file.h"
#include "core/base/text.h"

namespace rampwatch::store {
namespace {

using std::chrono::nanoseconds;

// The last byte but one tells a text editor's work, as PNG has it.
constexpr std::string_view kHead = "rampwatch-state 1\r\n\x1a\n";
constexpr std::string_view kAnyHead = "rampwatch-state ";
constexpr std::size_t kMostBytes = 4U << 20;
constexpr std::size_t kLongestBootId = 64;

std::uint64_t checksum(std::string_view bytes) {  // FNV-1a
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3ULL;
    return hash;
}

template <class T>
void put(std::string& bytes, T value) {
    static_assert(std::is_integral_v<T>);
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// False when too little is left.
template <class T>
bool get(std::string_view& bytes, T& value) {
    if (bytes.size() < sizeof value) return false;
    std::memcpy(&value, bytes.data(), sizeof value);
    bytes.remove_prefix(sizeof value);
    return true;
}

bool get(std::string_view& bytes, nanoseconds& time) {
    std::int64_t count = 0;
    if (!get(bytes, count)) return false;
    time = nanoseconds(count);
    return true;
}

std::optional<SavedState> parse(std::string_view bytes) {
    SavedState state;
    std::uint32_t boot_id_size = 0;
    if (!get(bytes, boot_id_size) || boot_id_size > kLongestBootId || bytes.size() < boot_id_size)
        return std::nullopt;
    state.boot_id = bytes.substr(0, boot_id_size);
    bytes.remove_prefix(boot_id_size);
    if (!get(bytes, state.pid) || !get(bytes, state.start_ticks) || !get(bytes, state.life) ||
        !get(bytes, state.shift) || !get(bytes, state.last_mono) || !get(bytes, state.last_wall))
        return std::nullopt;
    if (state.life < 1) return std::nullopt;
    const auto* begin = reinterpret_cast<const std::byte*>(bytes.data());
    state.learned.assign(begin, begin + bytes.size());
    return state;
}

}  // namespace

std::vector<std::byte> bytes_of(const SavedState& state) {
    std::string body;
    put(body, static_cast<std::uint32_t>(state.boot_id.size()));
    body += state.boot_id;
    put(body, state.pid);
    put(body, state.start_ticks);
    put(body, state.life);
    for (const nanoseconds time : {state.shift, state.last_mono, state.last_wall})
        put(body, static_cast<std::int64_t>(time.count()));
    body.append(reinterpret_cast<const char*>(state.learned.data()), state.learned.size());
    std::string bytes(kHead);
    put(bytes, checksum(body));
    bytes += body;
    const auto* begin = reinterpret_cast<const std::byte*>(bytes.data());
    return {begin, begin + bytes.size()};
}

Result<std::optional<SavedState>> load_state(const std::string& path) {
    const auto text = read_file(path, kMostBytes + 1);
    if (!text) {
        if (text.error().kind == Error::Kind::not_found) return std::optional<SavedState>{};
        return text.error();
    }
    const auto refuse = [&](std::string what) {
        return Error{Error::Kind::bad_input, std::move(what), escape(path, 256), "remove it to start over"};
    };
    std::string_view bytes = *text;
    if (!bytes.starts_with(kHead))
        return refuse(bytes.starts_with(kAnyHead) ? "a state of another version"
                                                  : "no saved state of rampwatch");
    bytes.remove_prefix(kHead.size());
    std::uint64_t sum = 0;
    if (!get(bytes, sum) || sum != checksum(bytes) || text->size() > kMostBytes)
        return refuse("a damaged state");
    auto state = parse(bytes);
    if (!state) return refuse("a damaged state");
    return state;
}

}  // namespace rampwatch::store
