// SPDX-License-Identifier: MIT
// Nothing: a target that has only its precompiled header still wants a source.
