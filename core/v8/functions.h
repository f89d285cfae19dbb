// SPDX-License-Identifier: MIT
// Functions of a JavaScript program and the places in them, each read once and numbered: equal numbers are
// equal functions and lines. A function is known by its SharedFunctionInfo, which all closures of it share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/model/stack.h"
#include "core/runtime/frame_names.h"
#include "core/v8/objects.h"
#include "core/v8/scripts.h"

namespace rampwatch::v8 {

class Functions {
  public:
    explicit Functions(Objects& objects) : objects_(objects), scripts_(objects) {}

    // Functions may have moved since. Numbers stay.
    void begin();

    // Where a function is by what its generator object, or its frame, notes of its bytecode: an offset in
    // the BytecodeArray, from its start. `owner`: the class that it is a method of; empty: not known. Empty
    // where there is no function.
    std::optional<runtime::FrameId> at_bytecode(std::uint64_t shared, std::int64_t offset,
                                                const std::string& owner = {});

    // The same of where it begins; of code that is not known which place it is at, too.
    std::optional<runtime::FrameId> at_start(std::uint64_t shared);

    // Where it was compiled simply, with no note of which line runs: its first one, and so marked.
    std::optional<runtime::FrameId> somewhere_in(std::uint64_t shared);
    // At an offset in its source.
    std::optional<runtime::FrameId> at_position(std::uint64_t shared, std::uint32_t offset);
    // Whether it is written in the program or in Node: V8's own functions have no source.
    bool has_source(std::uint64_t shared);
    // Whether that is the bytecode which it is run by.
    bool is_run_by(std::uint64_t shared, std::uint64_t bytecode);

    [[nodiscard]] Frame name_of(runtime::FrameId frame) const;
    // Empty where there is no function, or it has no name.
    std::string name_at(std::uint64_t shared);
    // The same of what a context says it is of.
    std::string name_of_scope(std::uint64_t scope);

    static constexpr std::size_t kMostFunctions = 200'000;  // of a reading

  private:
    struct Function {
        std::string name{};
        std::uint64_t script = 0;
        std::uint32_t start = 0;             // of it in the source
        std::vector<std::byte> positions{};  // of its bytecode
        Offsets how = Offsets::zigzag;
        std::uint64_t bytecode = 0;
    };
    struct Place {
        std::uint64_t shared = 0;
        std::int64_t offset = 0;
        std::string owner{};
        friend bool operator==(const Place&, const Place&) = default;
    };
    struct PlaceHash {
        std::size_t operator()(const Place& place) const {
            return static_cast<std::size_t>((place.shared ^ static_cast<std::uint64_t>(place.offset) << 20) *
                                            0x9e3779b97f4a7c15) ^
                   std::hash<std::string>{}(place.owner);
        }
    };
    const Function* function(std::uint64_t shared);
    std::unique_ptr<Function> read(std::uint64_t shared);
    void read_scope(std::uint64_t scope, Function& function);
    void read_positions(std::uint64_t shared, Function& function);
    void read_lazy(std::uint64_t shared, Function& function);
    [[nodiscard]] std::uint64_t bytecode_of(std::uint64_t shared);

    Objects& objects_;
    Scripts scripts_;
    std::unordered_map<std::uint64_t, std::unique_ptr<Function>> functions_{};  // null: there is none
    std::unordered_map<Place, std::optional<runtime::FrameId>, PlaceHash> places_{};
    runtime::FrameNames frames_{"javascript"};
};

// "(anonymous)", as stack traces have it, for a function without a name.
inline constexpr const char* kAnonymous = "(anonymous)";
// Behind the name of one of which only the first line is known.
inline constexpr const char* kSomewhere = " (its first line)";

}  // namespace rampwatch::v8
