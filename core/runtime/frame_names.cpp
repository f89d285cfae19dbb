// SPDX-License-Identifier: MIT
#include "core/runtime/frame_names.h"

#include <utility>

namespace rampwatch::runtime {
namespace {

constexpr const char* kTooMany = "(too many places)";

}  // namespace

FrameId FrameNames::number_of(NamedFrame named) {
    if (frames_.size() >= kMost) named = {kTooMany, {}, {}};
    const auto [place, fresh] = numbers_.try_emplace({named.file, named.function, named.line.value_or(-1)},
                                                     static_cast<FrameId>(frames_.size()));
    if (fresh) frames_.push_back(std::move(named));
    return place->second;
}

Frame FrameNames::name_of(FrameId number) const {
    Frame frame;
    if (number >= frames_.size()) return frame;
    const NamedFrame& named = frames_[number];
    frame.function = named.function;
    if (!named.file.empty()) frame.file = named.file;
    frame.line = named.line;
    frame.language = language_;
    return frame;
}

}  // namespace rampwatch::runtime
