// SPDX-License-Identifier: MIT
// Reads what Python's faulthandler prints ("Thread 0x00007f01 (most recent call first):", then
// "  File "/srv/jobs.py", line 40 in run") and `py-spy dump` ("Thread 4711 (idle): "MainThread"", then
// "    run (jobs.py:40)", with --native "    read (libc.so.6)").
#pragma once

#include "core/stacks/stack_text.h"

namespace rampwatch::stacks {

class PythonText : public StackText {
  public:
    using StackText::StackText;

    [[nodiscard]] Head head(std::string_view text) const override;

  private:
    [[nodiscard]] Start start(std::string_view text) const override;
    [[nodiscard]] bool is_whole(std::string_view text) const override;
    bool line(std::string_view text, bool joined) override;
    void blank() override;
    void stray(std::string_view text) override;
    [[nodiscard]] bool is_over() const override { return is_outside_ || after_blank_; }
    bool fault_frame(std::string_view text, bool joined);
    bool is_lost();
    bool spy_frame(std::string_view text);

    bool is_spy_ = false;
    bool has_locals_ = false;  // of the frame added last: py-spy's --locals
    bool is_outside_ = true, after_blank_ = false;
    bool is_spaced_ = false, may_be_spaced_ = false;  // an empty line behind every line: behind the first one
};

}  // namespace rampwatch::stacks
