// SPDX-License-Identifier: MIT
#include "core/stacks/numbered_text.h"

namespace rampwatch::stacks {

void NumberedText::begin_numbered(std::int64_t id, std::string_view name) {
    begin_stack(id, name);
    next_ = 0;
    has_heads_ = true;
}

void NumberedText::reach(std::int64_t number) {
    if (!in_stack() || (number == 0 && next_ > 0)) {
        begin_stack(0, {});
        next_ = 0;
        if (has_heads_) {
            skip_lines();
            set_damaged();
        }
    }
    // `backtrace -5` shows the outermost frames alone, with their own numbers; a lone frame is rather lost.
    const bool starts_later = next_ == 0 && number > 1;
    if (number != next_ && !starts_later) set_damaged();
    next_ = number + 1;
}

}  // namespace rampwatch::stacks
