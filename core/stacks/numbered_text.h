// SPDX-License-Identifier: MIT
// What texts with numbered frames have in common: the numbers tell that frames, or a stack's first line, are
// missing.
#pragma once

#include "core/stacks/stack_text.h"

namespace rampwatch::stacks {

class NumberedText : public StackText {
  public:
    using StackText::StackText;

  protected:
    void begin_numbered(std::int64_t id, std::string_view name);

    // Before the frame with this number is added. A gap makes the stack damaged. A 0 behind other frames
    // begins a stack of unknown id: its first line is lost, or the text has no such lines, as gdb's
    // `backtrace`.
    void reach(std::int64_t number);

  private:
    std::int64_t next_ = 0;
    bool has_heads_ = false;
};

}  // namespace rampwatch::stacks
