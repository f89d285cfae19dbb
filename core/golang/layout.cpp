// SPDX-License-Identifier: MIT
#include "core/golang/layout.h"

#include <algorithm>
#include <initializer_list>

namespace rampwatch::golang {

namespace {

// What stands behind a member of 8 bytes that came in.
void move_by_a_word(std::initializer_list<std::uint16_t*> fields) {
    for (std::uint16_t* field : fields) *field = static_cast<std::uint16_t>(*field + 8);
}

GLayout g_1_18() {
    GLayout g;
    g.syscall_sp = 112;
    g.syscall_pc = 120;
    g.status = 144;
    g.goid = 152;
    g.wait_since = 168;
    g.wait_reason = 176;
    g.gopc = 296;
    g.startpc = 312;
    g.waiting = 328;
    g.labels = 360;
    return g;
}

GLayout g_1_21() {
    GLayout g = g_1_18();
    g.parent_goid = 272;
    g.gopc = 280;
    g.startpc = 296;
    g.waiting = 312;
    g.labels = 344;
    return g;
}

GLayout g_1_23() {  // syscallbp came in
    GLayout g = g_1_21();
    move_by_a_word({&g.status, &g.goid, &g.wait_since, &g.wait_reason, &g.parent_goid, &g.gopc, &g.startpc,
                    &g.waiting, &g.labels});
    return g;
}

GLayout g_1_25() {  // sched.ret went out
    GLayout g = g_1_21();
    g.syscall_sp = 104;
    g.syscall_pc = 112;
    g.sched_lr = 88;
    return g;
}

GLayout g_1_26() {
    GLayout g = g_1_25();
    move_by_a_word({&g.parent_goid, &g.gopc, &g.startpc, &g.waiting, &g.labels});
    return g;
}

constexpr HeapLayout kHeap_1_19 = {128, 136, 184, 304, 312, 320, 344};
constexpr HeapLayout kHeap_1_21 = {96, 104, 152, 272, 280, 288, 312};

}  // namespace

std::optional<Layout> layout_of(const Version& version) {
    if (version.major != 1 || version.minor < 16) return std::nullopt;
    Layout layout;
    const int minor = version.minor;
    if (minor <= 20)
        layout.g = g_1_18();
    else if (minor <= 22)
        layout.g = g_1_21();
    else if (minor <= 24)
        layout.g = g_1_23();
    else if (minor == 25)
        layout.g = g_1_25();
    else
        layout.g = g_1_26();
    if (minor == 19) layout.heap = kHeap_1_19;
    if (minor >= 21) layout.heap = kHeap_1_21;
    layout.label_list = minor >= 24;
    layout.frames = minor >= 18;
    layout.guessed = minor > kNewestKnownMinor || version.devel;
    layout.guessed_from = std::min(minor, kNewestKnownMinor);
    return layout;
}

}  // namespace rampwatch::golang
