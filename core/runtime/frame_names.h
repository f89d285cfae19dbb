// SPDX-License-Identifier: MIT
// The frames of one language as people read them, each under one number for as long as the runtime is known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/runtime/runtime.h"

namespace rampwatch::runtime {

struct NamedFrame {
    std::string function{}, file{};  // hostile
    std::optional<std::int64_t> line{};
};

// Words in place of a frame.
inline Frame in_words(std::string text, std::string language) {
    Frame frame;
    frame.function = std::move(text);
    frame.language = std::move(language);
    return frame;
}

class FrameNames {
  public:
    // As Frame::language has it.
    explicit FrameNames(std::string language) : language_(std::move(language)) {}

    // The same for the same function, file and line.
    FrameId number_of(NamedFrame named);
    // Empty for a number that was never given.
    [[nodiscard]] Frame name_of(FrameId number) const;
    [[nodiscard]] std::size_t size() const { return frames_.size(); }

    static constexpr std::size_t kMost = 500'000;  // ever; then all others are one

  private:
    std::string language_;
    std::map<std::tuple<std::string, std::string, std::int64_t>, FrameId> numbers_{};
    std::vector<NamedFrame> frames_{};
};

}  // namespace rampwatch::runtime
