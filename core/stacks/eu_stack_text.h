// SPDX-License-Identifier: MIT
// Reads what `eu-stack -p PID [-q] [-m] [-s] [-i]` of elfutils prints (0.188 was at hand): "TID 17:", then
// per frame "#0  0x00007f0123456789 function - module" and, below it, "    file:line:column".
#pragma once

#include "core/stacks/stack_text.h"

namespace rampwatch::stacks {

class EuStackText : public StackText {
  public:
    using StackText::StackText;

  private:
    void line(std::string_view text) override;
};

}  // namespace rampwatch::stacks
