// SPDX-License-Identifier: MIT
// Calls and threads as JVMs write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/stacks/stack_text.h"

namespace rampwatch::stacks {

struct JavaFrame {
    std::string function{};
    std::string_view file{};
    std::optional<std::int64_t> line{};
};

// "package.Class.method(module/File.java:123)", "loader/module@version/package.Class.method(File.java:123)".
// What differs in each run is left out of the name: the address of a hidden class
// ("LambdaForm$DMH/0x00007f01.invokeStatic", "/455659000" before JDK 9), the number of a lambda
// ("$$Lambda$30/0x…", "$$Lambda$2+0x…") and of a generated accessor.
std::optional<JavaFrame> java_frame(std::string_view text);

// "package.Class.method(Type, Type) @bci=44, line=88 (Interpreted frame)" of jhsdb and `jstack -F`.
std::optional<JavaFrame> java_bci_frame(std::string_view text);

// "A  SP 0x… IP 0x… size=48    package.Class.method(File.java:123)" of a native image.
std::optional<JavaFrame> native_image_frame(std::string_view text);

struct JavaHead {
    Head kind = Head::none;
    std::string_view name{}, state{};
    std::int64_t tid = 0;   // of the kernel; 0 where it is not told
    std::uint64_t key = 0;  // tells the thread from others where there is no tid
};

// `text` without blanks at its ends.
// "\"name\" #25 [6659] daemon prio=5 ... tid=0x... nid=0x1a03 waiting on condition [0x...]" of HotSpot 6 to
// 25, with less of it of a native image, jhsdb, ThreadInfo; "Thread 31000: (state = BLOCKED)" of `jstack -F`;
// "----------------- 1606 -----------------" of `jhsdb jstack --mixed`; "Thread 40 (name):" of a servlet
// (maybe).
JavaHead java_head(std::string_view text);

// "#22 \"name\" virtual RUNNABLE 2026-11-29T19:50:03Z" of Thread.dump_to_file.
JavaHead java_file_head(std::string_view text);

// "RUNNABLE" is "runnable"; the others stay.
std::string_view java_state(std::string_view state);

}  // namespace rampwatch::stacks
