// SPDX-License-Identifier: MIT
// What the parsers of debuggers' output have in common: lines out of chunks, bounds, stacks out of frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/stack.h"
#include "core/stacks/module_map.h"

namespace rampwatch::stacks {

// The output is hostile: names in it are those of the target's binary and of its threads. Lines beyond
// kMostLine bytes are cut, stacks beyond kMostFrames frames too; what was not understood is counted.
inline constexpr std::size_t kMostLine = 32U << 10;
inline constexpr std::size_t kMostFrames = 512;
inline constexpr std::size_t kMostName = 8U << 10;  // bytes of a function's name, a path

struct Skipped {
    std::int64_t lines = 0;  // not understood
    std::int64_t cut = 0;    // too long: a line, a name, or a stack's frames
};

class StackText {
  public:
    using Sink = std::function<void(Stack&&)>;

    // `modules` says what the text does not: the file of each address. Must outlive this.
    StackText(const ModuleMap& modules, Sink sink) : modules_(&modules), sink_(std::move(sink)) {}
    StackText(const StackText&) = delete;
    StackText& operator=(const StackText&) = delete;
    virtual ~StackText() = default;

    void feed(std::string_view chunk);  // of any size, cut anywhere
    void finish();                      // no more comes; hands over the last stack

    [[nodiscard]] Skipped skipped() const { return skipped_; }
    [[nodiscard]] std::int64_t stacks() const { return stacks_; }

  protected:
    virtual void line(std::string_view text) = 0;

    void begin_stack(std::int64_t id, std::string_view name);
    [[nodiscard]] bool in_stack() const { return open_; }
    void add_frame(std::optional<std::uint64_t> address, std::string_view function, std::string_view module);
    void set_source(std::string_view file, std::optional<std::int64_t> line);  // of the frame added last
    void set_kind(StackKind kind) { stack_.kind = kind; }                      // of the stack begun last
    void set_state(std::string_view state) { stack_.state = bounded(state); }  // what it waits for
    void set_rooted() { rooted_ = true; }          // the text is known to hold whole stacks
    void set_incomplete() { incomplete_ = true; }  // the text says that the stack did not end well
    void skip_line() { ++skipped_.lines; }

  private:
    void end_stack();
    std::string bounded(std::string_view text);

    const ModuleMap* modules_;
    Sink sink_;
    std::string pending_{};  // the beginning of a line whose end has not come
    bool overlong_ = false;  // the rest of the pending line is dropped
    bool open_ = false, incomplete_ = false, full_ = false, rooted_ = false;
    Stack stack_{};
    std::vector<std::optional<std::uint64_t>> addresses_{};  // of stack_.frames
    Skipped skipped_{};
    std::int64_t stacks_ = 0;
};

// The whole of `text` as a hexadecimal number with its "0x"; else empty.
std::optional<std::uint64_t> parse_address(std::string_view text);

}  // namespace rampwatch::stacks
