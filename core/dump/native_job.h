// SPDX-License-Identifier: MIT
// The native way as a Job: asked of a worker, which keeps what it learnt for the next dump.
#pragma once

#include <chrono>
#include <memory>

#include "core/model/job.h"
#include "core/native/native.h"
#include "core/worker/worker.h"

namespace rampwatch::dump {

// `timeout`: then the worker is ended, and the answer is an Error of kind unavailable, so that the next way
// is tried; the same when the worker dies or cannot be asked.
std::unique_ptr<Job> start_native(std::shared_ptr<worker::Worker> worker,
                                  const native::NativeSettings& settings, std::chrono::nanoseconds timeout);

}  // namespace rampwatch::dump
