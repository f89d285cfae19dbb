// SPDX-License-Identifier: MIT
// What fills in a sample beside the kernel: whoever knows more of a process than /proc tells. One a kind of
// figure, in a list that a Looker keeps; a Feed too, for what it awaits between the ticks.
#pragma once

#include "core/model/feed.h"
#include "core/model/sample.h"

namespace rampwatch::probe {

class SampleReader : public Feed {
  public:
    // Fills in what it knows; called with each sample taken. Must not block, nor read a file that the target
    // owns.
    virtual void read(Sample& sample) = 0;
    // The process has become another program: what is known of it is of the one before.
    virtual void begin_anew() {}
};

}  // namespace rampwatch::probe
