// SPDX-License-Identifier: MIT
// Compiles where PIDS_VAL takes four arguments, as up to libproc2 4.0.4. Never linked into anything.
#include <libproc2/pids.h>

int value(struct pids_stack* stack, struct pids_info* info);
int value(struct pids_stack* stack, struct pids_info* info) {
    (void)info;
    return PIDS_VAL(0, s_int, stack, info);
}
