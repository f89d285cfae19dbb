// SPDX-License-Identifier: MIT
// What the world can do wrong, as a value: what, where, and what to do about it.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace rampwatch {

struct Error {
    // The kind decides the exit status and what a caller may fall back to, never the text.
    enum class Kind {
        bad_input,      // an option, a file or a number that is not what it should be
        not_found,      // no such process, file, unit
        no_permission,  // the kernel refused; `hint` says which right is missing
        unavailable,    // a helper program or a kernel facility is not there
        timed_out,
        gone,  // the process ended while we were looking at it
        io,    // a read or a write failed
    };

    Kind kind = Kind::bad_input;
    std::string what{};   // "not a number: 12k"; no full stop, foreign text already escaped
    std::string where{};  // "trace.csv:17:9", "--patience", "PID 4711"; empty when there is no place
    std::string hint{};   // what to do; empty when there is nothing better to say

    friend bool operator==(const Error&, const Error&) = default;
};

// "WHERE: WHAT (HINT)", in one line without an end of line.
std::string to_string(const Error& error);

// A value or the Error that stood in its way. Named after std::expected's members, so that the
// standard type can take its place.
template <class T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool has_value() const { return state_.index() == 0; }
    explicit operator bool() const { return has_value(); }

    T& value() { return assert(has_value()), std::get<0>(state_); }
    const T& value() const { return assert(has_value()), std::get<0>(state_); }
    T& operator*() { return value(); }
    const T& operator*() const { return value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    Error& error() { return assert(!has_value()), std::get<1>(state_); }
    const Error& error() const { return assert(!has_value()), std::get<1>(state_); }

  private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
  public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}

    [[nodiscard]] bool has_value() const { return !error_; }
    explicit operator bool() const { return has_value(); }
    const Error& error() const { return assert(error_), *error_; }

  private:
    std::optional<Error> error_{};
};

}  // namespace rampwatch
