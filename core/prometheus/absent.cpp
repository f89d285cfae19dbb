// SPDX-License-Identifier: MIT
// All of this room where prometheus-cpp was left out.
#include "core/prometheus/metrics.h"

namespace rampwatch::prometheus {
namespace {

Error absent() {
    return {Error::Kind::unavailable, "this rampwatch was built without prometheus-cpp", {}, {}};
}

}  // namespace

Result<std::string> metrics_text(const std::vector<Family>&) { return absent(); }
Result<std::unique_ptr<Server>> Server::open(const std::string&, std::function<std::vector<Family>()>,
                                             std::function<std::string()>) {
    return absent();
}

}  // namespace rampwatch::prometheus
