// SPDX-License-Identifier: MIT
#include "core/report/folded.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/report/frame_text.h"

namespace rampwatch::report {

std::string folded(const Dump& dump) {
    std::string text;
    for (const Group& group : dump.groups) {
        std::string line;
        for (auto frame = group.frames.rbegin(); frame != group.frames.rend(); ++frame) {
            std::string name = frame->function ? escape(*frame->function) : frame_name(*frame, 64);
            std::replace(name.begin(), name.end(), ';', ':');
            line += (line.empty() ? "" : ";") + name;
        }
        text += (line.empty() ? "?" : line) + " " + std::to_string(group.count) + "\n";
    }
    return text;
}

}  // namespace rampwatch::report
