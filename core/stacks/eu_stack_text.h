// SPDX-License-Identifier: MIT
// Reads what `eu-stack` of elfutils prints (0.188 was at hand) with any of its options: "TID 17:", then per
// frame "#0  0x00007f0123456789 function - module" and, below it, "    [build id]@start+offset" and
// "    file:line:column". -a and -v put a column behind the address; -l a list of modules before all.
#pragma once

#include "core/stacks/numbered_text.h"

namespace rampwatch::stacks {

class EuStackText : public NumberedText {
  public:
    using NumberedText::NumberedText;

    [[nodiscard]] Head head(std::string_view text) const override;

  private:
    [[nodiscard]] Start start(std::string_view text) const override;
    [[nodiscard]] bool is_whole(std::string_view text) const override;
    bool line(std::string_view text, bool joined) override;
    bool frame_line(std::int64_t number, std::string_view text, bool joined);
};

}  // namespace rampwatch::stacks
