// SPDX-License-Identifier: MIT
#include "core/prometheus/metrics.h"

#include <CivetServer.h>
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

struct Answer {
    int status = 200;
    const char* type = "text/plain; charset=utf-8";
    std::string body{};
};

class Page final : public CivetHandler {
  public:
    explicit Page(std::function<Answer()> answer) : answer_(std::move(answer)) {}
    bool handleGet(CivetServer*, mg_connection* connection) override {
        const Answer answer = answer_();
        mg_printf(connection,
                  "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
                  answer.status, answer.status == 200 ? "OK" : "Service Unavailable", answer.type,
                  answer.body.size());
        mg_write(connection, answer.body.data(), answer.body.size());
        return true;
    }

  private:
    std::function<Answer()> answer_;
};

// civetweb, which prometheus-cpp's own exposer is made of too: that one adds metrics of its own, and can
// answer with nothing but metrics.
class CivetwebServer final : public Server {
  public:
    CivetwebServer(const std::string& address, std::function<std::vector<Family>()> read,
                   std::function<std::string()> trouble)
        : metrics_([read = std::move(read)] {
              return Answer{.type = "text/plain; version=0.0.4; charset=utf-8",
                            .body = prom::TextSerializer().Serialize(converted(read()))};
          }),
          healthy_([trouble = std::move(trouble)] {
              const std::string text = trouble();
              return text.empty() ? Answer{.body = "healthy\n"} : Answer{.status = 503, .body = text + "\n"};
          }),
          server_(std::vector<std::string>{"listening_ports", address, "num_threads", "2",
                                           "request_timeout_ms", "10000"}) {
        server_.addHandler("/metrics", metrics_);
        server_.addHandler("/-/healthy", healthy_);
    }
    [[nodiscard]] int port() const override {
        const auto ports = server_.getListeningPorts();
        return ports.empty() ? 0 : ports.front();
    }

  private:
    Page metrics_, healthy_;
    mutable CivetServer server_;  // destroyed first: its threads use the two above
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
                                             std::function<std::vector<Family>()> read,
                                             std::function<std::string()> trouble) {
    const std::string where = escape(address, 64);
    if (!is_address(address))
        return Error{Error::Kind::bad_input, "not an address with a port", where, "such as 127.0.0.1:9477"};
    try {
        return std::unique_ptr<Server>(
            std::make_unique<CivetwebServer>(address, std::move(read), std::move(trouble)));
    } catch (const std::exception& error) {
        return Error{Error::Kind::io, std::string("cannot start the server: ") + escape(error.what(), 200),
                     where, "is the port taken?"};
    }
}

}  // namespace rampwatch::prometheus
