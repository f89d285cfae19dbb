// SPDX-License-Identifier: MIT
// Values as bytes, in the host's own order: written and read by the same list of members, so that neither can
// forget one. What is too short, too long or damaged fails.
//
// A list of members is either a type's own state(archive), or a function fields(archive, value) beside the
// type, which calls archive(field, member); of those only what `field.travels` is written.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace rampwatch {

template <class T>
concept Plain = std::is_arithmetic_v<T> || std::is_enum_v<T>;

// Of vectors: both sides know how long they are, or it is written before them, as it always is of strings.
enum class Lengths : std::uint8_t { known, written };

template <class F>
concept FieldOfList = requires(const F& field) {
    { field.travels } -> std::convertible_to<bool>;
};

template <Lengths lengths>
class ArchiveWriter {
  public:
    template <class... T>
    void operator()(T&... members) {
        (one(members), ...);
    }
    template <FieldOfList F, class T>
    void operator()(const F& field, T&& member) {
        if (field.travels) one(member);
    }
    [[nodiscard]] std::vector<std::byte> release() { return std::move(bytes_); }

  private:
    void raw(const void* data, std::size_t size) {
        const auto* from = static_cast<const std::byte*>(data);
        bytes_.insert(bytes_.end(), from, from + size);
    }
    template <class T>
    void one(T& member) {
        if constexpr (Plain<std::remove_const_t<T>>)
            raw(&member, sizeof member);
        else
            compound(member);
    }
    void length(std::size_t size) {
        const auto count = static_cast<std::uint32_t>(size);
        raw(&count, sizeof count);
    }
    void compound(const std::chrono::nanoseconds& time) {
        const std::int64_t count = time.count();
        one(count);
    }
    void compound(const std::string& text) {
        length(text.size());
        raw(text.data(), text.size());
    }
    template <class T, std::size_t n>
    void compound(std::array<T, n>& members) {
        for (auto& member : members) one(member);
    }
    template <class T>
    void compound(std::vector<T>& members) {
        sequence(members);
    }
    template <class T>
    void compound(const std::vector<T>& members) {
        sequence(members);
    }
    void sequence(auto& members) {
        if constexpr (lengths == Lengths::written) length(members.size());
        for (auto& member : members) one(member);
    }
    template <class T>
    void compound(std::optional<T>& member) {
        maybe(member);
    }
    template <class T>
    void compound(const std::optional<T>& member) {
        maybe(member);
    }
    void maybe(auto& member) {
        const bool there = member.has_value();
        one(there);
        if (there) one(*member);
    }
    template <class... T>
    void compound(const std::variant<T...>& member) {
        const auto which = static_cast<std::uint8_t>(member.index());
        one(which);
        std::visit([this](const auto& value) { one(value); }, member);
    }
    template <class T>
    requires requires(T& t, ArchiveWriter& w) { t.state(w); }
    void compound(T& member) { member.state(*this); }
    template <class T>
    requires requires(T& t, ArchiveWriter& w) { fields(w, t); }
    void compound(T& member) { fields(*this, member); }

    std::vector<std::byte> bytes_{};
};

template <Lengths lengths>
class ArchiveReader {
  public:
    explicit ArchiveReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    template <class... T>
    void operator()(T&... members) {
        (one(members), ...);
    }
    template <FieldOfList F, class T>
    void operator()(const F& field, T&& member) {
        if (field.travels) one(member);
    }
    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] bool at_end() const { return bytes_.empty(); }
    [[nodiscard]] std::span<const std::byte> rest() const { return bytes_; }  // not read yet

  private:
    void raw(void* data, std::size_t size) {
        if (bytes_.size() < size) {
            bytes_ = {};
            failed_ = true;
            return;
        }
        if (size > 0) std::memcpy(data, bytes_.data(), size);
        bytes_ = bytes_.subspan(size);
    }
    // Of elements of at least one byte each: never more than there are bytes.
    std::size_t length() {
        std::uint32_t count = 0;
        raw(&count, sizeof count);
        failed_ = failed_ || count > bytes_.size();
        return failed_ ? 0 : count;
    }
    template <class T>
    void one(T& member) {
        if constexpr (std::is_same_v<T, bool>) {  // any other byte in a bool is undefined behaviour
            std::uint8_t byte = 0;
            raw(&byte, 1);
            failed_ = failed_ || byte > 1;
            member = byte == 1;
        } else if constexpr (Plain<T>) {
            raw(&member, sizeof member);
        } else {
            compound(member);
        }
    }
    void compound(std::chrono::nanoseconds& time) {
        std::int64_t count = 0;
        one(count);
        time = std::chrono::nanoseconds(count);
    }
    void compound(std::string& text) {
        text.resize(length());
        raw(text.data(), text.size());
    }
    template <class T, std::size_t n>
    void compound(std::array<T, n>& members) {
        for (T& member : members) one(member);
    }
    template <class T>
    void compound(std::vector<T>& members) {
        if constexpr (lengths == Lengths::written) {
            const std::size_t count = length();
            members.clear();
            for (std::size_t i = 0; i < count && !failed_; ++i) one(members.emplace_back());
        } else {
            for (T& member : members) one(member);
        }
    }
    template <class T>
    void compound(std::optional<T>& member) {
        bool there = false;
        one(there);
        member.reset();
        if (there && !failed_) one(member.emplace());
    }
    template <class... T>
    void compound(std::variant<T...>& member) {
        std::uint8_t which = 0;
        one(which);
        failed_ = failed_ || which >= sizeof...(T);
        if (failed_) return;
        std::size_t index = 0;
        ((index++ == which ? one(member.template emplace<T>()) : void()), ...);
    }
    template <class T>
    requires requires(T& t, ArchiveReader& r) { t.state(r); }
    void compound(T& member) { member.state(*this); }
    template <class T>
    requires requires(T& t, ArchiveReader& r) { fields(r, t); }
    void compound(T& member) { fields(*this, member); }

    std::span<const std::byte> bytes_;
    bool failed_ = false;
};

// State in a file, whose vectors have one length; and what goes through a pipe.
using StateWriter = ArchiveWriter<Lengths::known>;
using StateReader = ArchiveReader<Lengths::known>;
using MessageWriter = ArchiveWriter<Lengths::written>;
using MessageReader = ArchiveReader<Lengths::written>;

}  // namespace rampwatch
