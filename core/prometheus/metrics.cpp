// SPDX-License-Identifier: MIT
#include "core/prometheus/metrics.h"

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <exception>
#include <utility>

#include "core/base/text.h"

namespace rampwatch::prometheus {
namespace {

namespace prom = ::prometheus;

std::vector<prom::MetricFamily> converted(const std::vector<Family>& families) {
    std::vector<prom::MetricFamily> all;
    all.reserve(families.size());
    for (const Family& family : families) {
        prom::MetricFamily one;
        one.name = family.name;
        one.help = family.help;
        one.type = family.is_counter ? prom::MetricType::Counter : prom::MetricType::Gauge;
        for (const Point& point : family.points) {
            prom::ClientMetric metric;
            for (const auto& [name, value] : point.labels) metric.label.push_back({name, value});
            metric.counter.value = metric.gauge.value = point.value;
            one.metric.push_back(std::move(metric));
        }
        all.push_back(std::move(one));
    }
    return all;
}

class Read final : public prom::Collectable {
  public:
    explicit Read(std::function<std::vector<Family>()> read) : read_(std::move(read)) {}
    std::vector<prom::MetricFamily> Collect() const override { return converted(read_()); }

  private:
    std::function<std::vector<Family>()> read_;
};

class ExposerServer final : public Server {
  public:
    ExposerServer(const std::string& address, std::function<std::vector<Family>()> read)
        : exposer_(std::vector<std::string>{"listening_ports", address, "num_threads", "2",
                                            "request_timeout_ms", "10000"}),
          metrics_(std::make_shared<Read>(std::move(read))),
          healthy_(std::make_shared<Read>([] {
              return std::vector<Family>{
                  {"rampwatch_healthy", "1 while the watcher lives.", false, {{{}, 1}}}};
          })) {
        exposer_.RegisterCollectable(metrics_);
        exposer_.RegisterCollectable(healthy_, "/-/healthy");
    }
    [[nodiscard]] int port() const override {
        const auto ports = exposer_.GetListeningPorts();
        return ports.empty() ? 0 : ports.front();
    }

  private:
    prom::Exposer exposer_;
    std::shared_ptr<Read> metrics_, healthy_;
};

bool is_address(const std::string& address) {
    const auto colon = address.rfind(':');
    if (colon == std::string::npos || colon == 0) return false;
    const auto port = parse_count(std::string_view(address).substr(colon + 1));
    return port && *port <= 65535 && address.find_first_of(", ") == std::string::npos;
}

}  // namespace

Result<std::string> metrics_text(const std::vector<Family>& families) {
    return prom::TextSerializer().Serialize(converted(families));
}

Result<std::unique_ptr<Server>> Server::open(const std::string& address,
                                             std::function<std::vector<Family>()> read) {
    const std::string where = escape(address, 64);
    if (!is_address(address))
        return Error{Error::Kind::bad_input, "not an address with a port", where, "such as 127.0.0.1:9477"};
    try {
        return std::unique_ptr<Server>(std::make_unique<ExposerServer>(address, std::move(read)));
    } catch (const std::exception& error) {
        return Error{Error::Kind::io, std::string("no server to be had: ") + escape(error.what(), 200), where,
                     "is the port taken?"};
    }
}

}  // namespace rampwatch::prometheus
