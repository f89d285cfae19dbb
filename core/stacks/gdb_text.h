// SPDX-License-Identifier: MIT
// Reads what gdb's `thread apply all backtrace` prints (13.1 was at hand): a line for the thread,
// "Thread 2 (Thread 0x7f01 (LWP 17) "name"):", then per frame "#0  0x00007f01 in function (...) at file:line"
// or
// "... from library". Arguments are passed over unread: they can hold secrets.
#pragma once

#include "core/stacks/stack_text.h"

namespace rampwatch::stacks {

class GdbText : public StackText {
  public:
    using StackText::StackText;

  private:
    void line(std::string_view text) override;
    void frame_line(std::string_view text);
};

}  // namespace rampwatch::stacks
