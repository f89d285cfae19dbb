// SPDX-License-Identifier: MIT
// Reads what a Go runtime prints of its goroutines: on SIGQUIT, in a panic, and pprof's debug=2. A line
// "goroutine 12 [chan send, 5 minutes]:", then two lines a call, "main.process(0xc000012345, ...)" and
// "\t/src/worker.go:12 +0x1d", then "created by main.main in goroutine 1" in the same way. Arguments are
// passed over unread.
#pragma once

#include "core/stacks/stack_text.h"

namespace rampwatch::stacks {

class GoText : public StackText {
  public:
    using StackText::StackText;

  private:
    void line(std::string_view text) override;
    void head_line(std::string_view text);

    bool created_ = false;  // what follows is where it was created, not a call
    bool over_ = true;      // what follows is no stack: a log, registers
};

}  // namespace rampwatch::stacks
