// SPDX-License-Identifier: MIT
// Reads what JVMs print of their threads (HotSpot 17 and 25 were at hand): jstack, jcmd Thread.print and kill
// -3, with lines "\tat package.Class.method(module/File.java:123)" and "\t- locked <0x...>" between, which
// are passed over; `jstack -F` and jhsdb; a native image; the servlet of Hadoop; ThreadInfo. As
// JavaText::Form::file what jcmd Thread.dump_to_file writes.
//
// A carrier has the frames of its virtual thread behind its own where that is mounted: these stand for the
// thread, the carrier's own are always the same.
#pragma once

#include "core/stacks/stack_text.h"

namespace rampwatch::stacks {

struct JavaFrame;
struct JavaHead;

class JavaText : public StackText {
  public:
    enum class Form : std::uint8_t { print, file };
    JavaText(Form form, const ModuleMap& modules, Sink sink)
        : StackText(modules, std::move(sink)), form_(form) {}

    [[nodiscard]] Head head(std::string_view text) const override;
    [[nodiscard]] bool confirms(std::string_view next) const override;  // of a servlet's thread

  private:
    [[nodiscard]] JavaHead head_of(std::string_view text) const;
    [[nodiscard]] Start start(std::string_view text) const override;
    [[nodiscard]] bool is_whole(std::string_view text) const override;
    [[nodiscard]] bool may_go_on(std::string_view text) const override;
    bool line(std::string_view text, bool joined) override;
    void blank() override;
    void stray(std::string_view text) override;
    [[nodiscard]] bool is_over() const override;
    bool begin(const JavaHead& head);
    bool call(const JavaFrame& frame);
    bool detail(std::string_view text);

    Form form_;
    bool is_outside_ = true;      // no thread: a log, figures of the heap, deadlocks
    bool after_blank_ = false;    // the thread may be over
    bool is_spaced_ = false;      // there is an empty line behind every line
    bool may_be_spaced_ = false;  // nothing but its first line has come
    bool is_servlet_ = false;     // its calls stand without "at "
    bool is_trace_ = false;       // outside: of an exception in a log
};

}  // namespace rampwatch::stacks
