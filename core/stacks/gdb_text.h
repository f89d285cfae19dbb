// SPDX-License-Identifier: MIT
// Reads what gdb's `thread apply all backtrace` prints (13.1 was at hand), pstack, gstack and
// pt-eustack-resolver too: a line for the thread, "Thread 2 (Thread 0x7f01 (LWP 17) "name"):", then per frame
// "#0  0x00007f01 in function (...) at file:line" or "... from library". A `backtrace` alone has no line for
// the thread. Arguments and the locals of `backtrace full` are passed over unread: they can hold secrets.
#pragma once

#include "core/stacks/numbered_text.h"

namespace rampwatch::stacks {

class GdbText : public NumberedText {
  public:
    using NumberedText::NumberedText;

    [[nodiscard]] Head head(std::string_view text) const override;
    [[nodiscard]] bool confirms(std::string_view next) const override;  // "#0  ..."

    // Whether this is frame 0 as gdb prints it: where no stack has begun, it begins one.
    [[nodiscard]] static bool is_first_frame(std::string_view text);

  private:
    [[nodiscard]] Start start(std::string_view text) const override;
    [[nodiscard]] bool is_whole(std::string_view text) const override;
    [[nodiscard]] bool may_go_on(std::string_view text) const override;
    bool line(std::string_view text, bool joined) override;
    bool note_line(std::string_view text);
    void count_threads(std::string_view head);

    bool has_locals_ = false;       // of the frame added last
    std::int64_t last_thread_ = 0;  // gdb's own number of it
};

}  // namespace rampwatch::stacks
