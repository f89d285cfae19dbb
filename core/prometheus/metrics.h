// SPDX-License-Identifier: MIT
// Metrics by prometheus-cpp: as a text, and, by civetweb, behind a port.
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

// Answers GET /metrics; and GET /-/healthy with 200, or with 503 and the trouble in words.
class Server {
  public:
    // `address` is "127.0.0.1:9477" or "[::1]:9477"; port 0 takes any. `read` and `trouble` (empty: there is
    // none) are called in the server's own threads. Errors: bad_input (no address and port: every interface
    // has to be asked for as 0.0.0.0:PORT), io (the port is taken), unavailable.
    static Result<std::unique_ptr<Server>> open(const std::string& address,
                                                std::function<std::vector<Family>()> read,
                                                std::function<std::string()> trouble);
    virtual ~Server() = default;

    [[nodiscard]] virtual int port() const = 0;
};

}  // namespace rampwatch::prometheus
