// SPDX-License-Identifier: MIT
// Metrics by prometheus-cpp: as a text, and behind a port.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/prometheus/exposition.h"

namespace rampwatch::prometheus {

// Format 0.0.4. Error: unavailable, built without prometheus-cpp.
Result<std::string> metrics_text(const std::vector<Family>& families);

// Answers GET /metrics, and GET /-/healthy with 200 for as long as the process lives.
class Server {
  public:
    // `address` is "127.0.0.1:9477" or "[::1]:9477"; port 0 takes any. `read` is called in the server's own
    // threads. Errors: bad_input (no address and port: every interface has to be asked for as 0.0.0.0:PORT),
    // io (the port is taken), unavailable.
    static Result<std::unique_ptr<Server>> open(const std::string& address,
                                                std::function<std::vector<Family>()> read);
    virtual ~Server() = default;

    [[nodiscard]] virtual int port() const = 0;
};

}  // namespace rampwatch::prometheus
