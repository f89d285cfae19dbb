// SPDX-License-Identifier: MIT
// What the parsers of debuggers' and runtimes' output have in common: lines out of chunks, wrapped lines put
// together again, bounds, stacks out of frames.
//
// Text that people have went over screens, mails and logs. A line that does not begin like one of the format
// is the rest of the line before, cut at the width of a terminal or at a blank: it is put behind it, if what
// results can be read as a whole. What cannot be read within a stack makes the stack damaged, unless the
// stack had already come to its end; a damaged stack is never merged with others, since what it lacks is not
// known.
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
    std::int64_t lines = 0;  // of stacks, and not understood; a log around the stacks does not count
    std::int64_t cut = 0;    // too long: a line, a name, or a stack's frames
};

// What a line is for a format, whatever went before it.
enum class Head : std::uint8_t {
    none,
    part,   // the beginning of a stack's first line, whose rest is to follow
    maybe,  // a stack's first line if the line behind it is one of a stack (StackText::confirms)
    whole
};

class StackText {
  public:
    using Sink = std::function<void(Stack&&)>;

    // `modules` says what the text does not: the file of each address. Must outlive this.
    StackText(const ModuleMap& modules, Sink sink) : modules_(&modules), sink_(std::move(sink)) {}
    StackText(const StackText&) = delete;
    StackText& operator=(const StackText&) = delete;
    virtual ~StackText() = default;

    [[nodiscard]] virtual Head head(std::string_view text) const = 0;
    [[nodiscard]] virtual bool confirms(std::string_view /*next*/) const { return false; }

    void feed(std::string_view chunk);  // of any size, cut anywhere
    // One line without its end. `full`: it is as wide as the screen that the text went over, so that what is
    // cut off from it follows without a blank.
    void take_line(std::string_view text, bool full = false);
    void finish();  // no more comes; hands over the last stack

    [[nodiscard]] Skipped skipped() const { return skipped_; }
    [[nodiscard]] std::int64_t stacks() const { return stacks_; }
    [[nodiscard]] bool in_stack() const { return open_; }
    // Within the sink: what tells the stack from the others of its dump, other than 0 where anything does.
    [[nodiscard]] std::uint64_t key() const { return key_; }
    // Dumps that the text itself said to begin, whatever the keys are.
    [[nodiscard]] std::int64_t begun() const { return begun_; }
    // Within the sink: whether something stood between it and the stack before, where a dump may have begun.
    [[nodiscard]] bool is_apart() const { return is_apart_; }

  protected:
    // How a line begins: not like one of this format; like one, but a line before it that is not whole yet
    // may as well go on in it; or like one beyond doubt.
    enum class Start : std::uint8_t { unknown, loose, sure };
    [[nodiscard]] virtual Start start(std::string_view text) const = 0;
    // Reads a line. False, and nothing has changed, where it is none of this format. `joined`: from pieces,
    // so that nothing may be left over.
    virtual bool line(std::string_view text, bool joined) = 0;
    // Whether a line needs no more. What is not like a line of this format is put behind one that is not
    // whole, that was as wide as the screen, or that may go on after a blank although it could end here.
    [[nodiscard]] virtual bool is_whole(std::string_view) const { return true; }
    [[nodiscard]] virtual bool may_go_on(std::string_view) const { return false; }
    virtual void blank() {}                           // an empty line
    virtual void stray(std::string_view /*text*/) {}  // a line not understood
    virtual void closing() {}                         // before a stack is handed over
    // Whether a line that is not understood may follow without harm: the stack has come to its end.
    [[nodiscard]] virtual bool is_over() const;

    void begin_stack(std::int64_t id, std::string_view name, std::uint64_t key = 0);  // 0: the id
    void end_stack();
    void add_frame(std::optional<std::uint64_t> address, std::string_view function, std::string_view module);
    // Of the frame added last: its source, and where in an unknown function's module it is.
    void set_source(std::string_view file, std::optional<std::int64_t> line);
    void set_place(std::uint64_t module_offset, std::string_view build_id);
    void set_kind(StackKind kind) { stack_.kind = kind; }                      // of the stack begun last
    void set_state(std::string_view state) { stack_.state = bounded(state); }  // what it waits for
    void set_count(std::int64_t count) { stack_.count = count; }
    void set_name(std::string_view name) { stack_.name = bounded(name); }
    void add_label(std::string_view label);
    void drop_frames();                            // of the stack begun last: others stand for it
    void set_rooted() { rooted_ = true; }          // the text is known to hold whole stacks
    void set_incomplete() { incomplete_ = true; }  // the text says that the stack did not end well
    void set_damaged() { stack_.damaged = true; }
    void begin_dump() { ++begun_; }
    void stand_apart() { has_between_ = true; }  // before begin_stack
    void skip_lines(std::int64_t lines = 1) { skipped_.lines += lines; }
    void flush();  // reads the line that waits for its rest
    [[nodiscard]] const Stack& current() const { return stack_; }

  private:
    void take_pending();
    void join(std::string_view text, bool full);
    [[nodiscard]] bool goes_on() const;
    void doubt(std::int64_t lines, std::string_view text);
    void settle_doubt();
    std::string bounded(std::string_view text);

    const ModuleMap* modules_;
    Sink sink_;
    std::string pending_{};  // the beginning of a line whose end has not come
    bool overlong_ = false;  // the rest of the pending line is dropped
    // The line that may go on in the next, alone and with what followed.
    std::string held_{}, joined_{};
    bool holds_ = false, held_full_ = false, first_full_ = false;
    std::vector<std::size_t> ends_{};  // of the pieces in joined_
    std::int64_t doubted_ =
        0;  // lines not understood, of which it is not known yet whether the stack had ended
    bool open_ = false, incomplete_ = false, full_ = false, rooted_ = false;
    bool is_apart_ = false, has_between_ = false;  // of the stack begun last, of the next one
    Stack stack_{};
    std::vector<std::optional<std::uint64_t>> addresses_{};  // of stack_.frames
    Skipped skipped_{};
    std::int64_t stacks_ = 0, begun_ = 0;
    std::uint64_t key_ = 0;
};

// The whole of `text` as a hexadecimal number with its "0x"; else empty.
std::optional<std::uint64_t> parse_address(std::string_view text);

// "#12  rest": the number, with `text` moved to the rest; else empty.
std::optional<std::int64_t> take_number(std::string_view& text);

}  // namespace rampwatch::stacks
