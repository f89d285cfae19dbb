// SPDX-License-Identifier: MIT
// State as bytes, in the host's own order: written and read by the same list of members, so that neither can
// forget one. Nothing in the bytes says how long anything is; what is too short, too long or damaged fails.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace rampwatch::trend {

template <class T>
concept Plain = std::is_arithmetic_v<T> || std::is_enum_v<T>;

class Writer {
  public:
    template <class... T>
    void operator()(T&... members) {
        (one(members), ...);
    }
    [[nodiscard]] std::vector<std::byte> take() { return std::move(bytes_); }

  private:
    template <class T>
    void one(T& member) {
        if constexpr (Plain<T>) {
            const auto* from = reinterpret_cast<const std::byte*>(&member);
            bytes_.insert(bytes_.end(), from, from + sizeof(T));
        } else {
            compound(member);
        }
    }
    void compound(std::chrono::nanoseconds& time) {
        std::int64_t count = time.count();
        one(count);
    }
    template <class T, std::size_t n>
    void compound(std::array<T, n>& members) {
        for (T& member : members) one(member);
    }
    template <class T>
    void compound(std::vector<T>& members) {
        for (T& member : members) one(member);
    }
    template <class T>
    void compound(std::optional<T>& member) {
        bool there = member.has_value();
        one(there);
        if (there) one(*member);
    }
    template <class T>
    requires requires(T& t, Writer& w) { t.state(w); }
    void compound(T& member) { member.state(*this); }

    std::vector<std::byte> bytes_{};
};

class Reader {
  public:
    explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    template <class... T>
    void operator()(T&... members) {
        (one(members), ...);
    }
    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] bool at_end() const { return bytes_.empty(); }
    [[nodiscard]] std::span<const std::byte> rest() const { return bytes_; }  // not read yet

  private:
    template <class T>
    void one(T& member) {
        if constexpr (std::is_same_v<T, bool>) {  // any other byte in a bool is undefined behaviour
            std::uint8_t byte = 0;
            one(byte);
            failed_ = failed_ || byte > 1;
            member = byte == 1;
        } else if constexpr (Plain<T>) {
            if (bytes_.size() < sizeof(T)) {
                failed_ = true;
                return;
            }
            std::memcpy(&member, bytes_.data(), sizeof(T));
            bytes_ = bytes_.subspan(sizeof(T));
        } else {
            compound(member);
        }
    }
    void compound(std::chrono::nanoseconds& time) {
        std::int64_t count = 0;
        one(count);
        time = std::chrono::nanoseconds(count);
    }
    template <class T, std::size_t n>
    void compound(std::array<T, n>& members) {
        for (T& member : members) one(member);
    }
    template <class T>
    void compound(std::vector<T>& members) {
        for (T& member : members) one(member);
    }
    template <class T>
    void compound(std::optional<T>& member) {
        bool there = false;
        one(there);
        member.reset();
        if (there && !failed_) one(member.emplace());
    }
    template <class T>
    requires requires(T& t, Reader& r) { t.state(r); }
    void compound(T& member) { member.state(*this); }

    std::span<const std::byte> bytes_;
    bool failed_ = false;
};

}  // namespace rampwatch::trend
