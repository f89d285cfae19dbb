// SPDX-License-Identifier: MIT
// Reads what a JVM prints of its threads (jstack, jcmd Thread.print, kill -3; HotSpot 17 was at hand):
// "\"name\" #25 daemon prio=5 ... tid=0x... nid=0x1a03 waiting on condition [0x...]", a line with
// "java.lang.Thread.State: WAITING (parking)", then "\tat package.Class.method(module/File.java:123)", with
// lines "\t- locked <0x...>" between, which are passed over.
#pragma once

#include "core/stacks/stack_text.h"

namespace rampwatch::stacks {

class JstackText : public StackText {
  public:
    using StackText::StackText;

  private:
    void line(std::string_view text) override;
    void head_line(std::string_view text);
    void call_line(std::string_view text);

    bool over_ = true;  // what follows is no stack: figures of the heap
};

}  // namespace rampwatch::stacks
