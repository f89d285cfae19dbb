// SPDX-License-Identifier: MIT
// A text's lines as the program wrote them that dumped its stacks: out of JSON, without what a terminal and a
// log put into them, each with the process that it is of.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/stacks/json_log.h"
#include "core/stacks/log_prefix.h"

namespace rampwatch::stacks {

class LogLines {
  public:
    struct Questions {
        std::function<bool(std::string_view)> is_head{};  // a stack begins in this line
        // the second line may follow the first, which is a stack's first one
        std::function<bool(std::string_view, std::string_view)> confirms{};
    };
    using Sink = std::function<void(std::size_t source, std::string_view text, bool full)>;

    LogLines(Questions questions, Sink sink);

    void take_line(std::string_view raw, bool full);  // without its end
    void finish();

    // Processes that prefixes tell apart; further ones count with the last.
    static constexpr std::size_t kMostSources = 64;

  private:
    void plain_line(std::string_view text, bool full);
    bool known_prefix(std::string_view text, bool full);
    bool maybe_learn(std::string_view text, bool full);
    void decide(std::string_view next);
    [[nodiscard]] std::size_t head_at(std::string_view text) const;
    void emit(std::string_view text, bool full);

    Questions questions_;
    Sink sink_;
    JsonLog json_;
    std::string buffer_{};
    std::vector<LogPrefix> prefixes_{};
    std::map<std::string, std::size_t> sources_{};
    std::size_t source_ = 0;  // of the line before
    std::string partial_{};   // a line that the container runtime cut
    // A line with a stack's beginning behind what may be a prefix, which the next line decides.
    std::string waiting_{};
    std::size_t waiting_at_ = 0;
    bool waits_ = false, waiting_full_ = false;
};

}  // namespace rampwatch::stacks
