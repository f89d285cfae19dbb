// SPDX-License-Identifier: MIT
#include "core/harvest/server.h"

#include "core/base/http.h"
#include "core/harvest/harvest.h"
#include "tests/canned_server.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::harvest;
using namespace std::chrono_literals;
using test::http_reply;

namespace {

// A server that gives this one answer to whoever asks it for a list, and what became of it.
struct Asked {
    std::optional<Trouble> trouble{};
    AskNotes notes{};
};

Asked ask_for(const std::string& answer, HttpAccess access = {}) {
    const test::CannedServer canned({{"/api/v1/series", answer}});
    access.patience = 1s;
    const Server server{.url = canned.url(), .access = access, .first_wait = 1ms};
    Asked asked;
    asked.trouble = ask(server, form_question("/api/v1/series", {{"match[]", "{a=\"b\"}"}}, 1 << 20),
                        asked.notes, [](HttpStream& stream) -> Result<void> {
                            fleet::AnswerNotes notes;
                            JsonTokens tokens([&] { return stream.more(); });
                            return fleet::read_series(tokens, notes, [](const Labels&) { return true; });
                        });
    return asked;
}

constexpr const char* kNone = R"({"status":"success","data":[]})";

}  // namespace

TEST_CASE("what passes is asked again a few times, what does not is asked once", "[harvest]") {
    if (!http_is_built_in()) return;
    CHECK_FALSE(ask_for(http_reply(200, "application/json", kNone)).trouble);
    for (const int status : {429, 500, 502}) {
        const Asked busy = ask_for(http_reply(status, "text/plain", "busy"));
        REQUIRE(busy.trouble);
        CHECK(busy.trouble->remedy == Remedy::none);
        CHECK(busy.notes.questions == kTries);
        CHECK(busy.trouble->error.what == "answers " + std::to_string(status) + ": busy");
    }
    for (const int status : {400, 401, 403, 404, 204}) {
        const Asked refused = ask_for(http_reply(status, "text/plain", ""));
        REQUIRE(refused.trouble);
        CHECK(refused.trouble->remedy == Remedy::none);
        CHECK(refused.notes.questions == 1);
    }
}

TEST_CASE("a server that wants less is asked for less", "[harvest]") {
    if (!http_is_built_in()) return;
    CHECK(ask_for(http_reply(422, "x", "")).trouble->remedy == Remedy::smaller);
    CHECK(ask_for(http_reply(503, "x", "")).trouble->remedy == Remedy::smaller);
    const std::string many = R"({"status":"error","error":"exceeded maximum resolution of 11,000 points"})";
    CHECK(ask_for(http_reply(400, "x", many)).trouble->remedy == Remedy::smaller);
}

TEST_CASE("an answer that is cut off or none is asked for again, then trouble", "[harvest]") {
    if (!http_is_built_in()) return;
    const Asked cut = ask_for("HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\n{\"status\":");
    REQUIRE(cut.trouble);
    CHECK(cut.notes.questions == kTries);
    CHECK(cut.trouble->error.kind == Error::Kind::io);
    CHECK(ask_for(http_reply(200, "x", "no JSON")).trouble->error.kind == Error::Kind::bad_input);
    const Asked large = ask_for(http_reply(200, "x", "{" + std::string(2 << 20, ' ')));
    CHECK(large.trouble->error.what == "its answer is larger than it may be");
}

TEST_CASE("secrets stay with their host, and without one a redirect is followed", "[harvest]") {
    if (!http_is_built_in()) return;
    const test::CannedServer other({{"/api/v1/series", http_reply(200, "x", kNone)}});
    const std::string to = http_reply(307, "x", "", "Location: " + other.url() + "/api/v1/series\r\n");
    CHECK_FALSE(ask_for(to).trouble);
    CHECK(other.asked() == 1);
    for (const HttpAccess& access :
         {HttpAccess{.headers = {"X-Scope-OrgID: a"}}, HttpAccess{.bearer = "s3cret"},
          HttpAccess{.user_password = "me:s3cret"}}) {
        const Asked asked = ask_for(to, access);
        REQUIRE(asked.trouble);
        CHECK(asked.trouble->error.kind == Error::Kind::no_permission);
    }
    CHECK(other.asked() == 1);
    CHECK(ask_for(http_reply(302, "x", "", "Location: file:///etc/passwd\r\n")).trouble);
}

TEST_CASE("which protocol a server has is told by what it answers, and its silence costs little",
          "[harvest]") {
    if (!http_is_built_in()) return;
    const std::string none = http_reply(404, "text/plain", "no");
    const auto protocol_of = [&](const std::map<std::string, std::string>& answers) {
        const test::CannedServer canned(answers, none);
        AskNotes notes;
        return find_protocol({.url = canned.url(), .first_wait = 1ms}, notes);
    };
    const std::string flags =
        R"({"status":"success","data":{"storage.remote.read-max-bytes-in-frame":"1048576"}})";
    CHECK(protocol_of({}) == Protocol::range);
    CHECK(protocol_of({{"/api/v1/export", http_reply(200, "x", "")}}) == Protocol::lines);
    CHECK(protocol_of({{"/api/v1/export", http_reply(200, "x", "<html>")}}) == Protocol::range);
    CHECK(protocol_of({{"/api/v1/status/flags", http_reply(200, "x", flags)}}) == Protocol::remote_read);
    CHECK(protocol_of({{"/api/v1/status/flags", http_reply(503, "x", "")}}) == Protocol::range);
}

TEST_CASE("a form's values are as they were typed", "[harvest]") {
    CHECK(percent_encoded("{a=~\"b|\xc3\xa9\"}") == "%7Ba%3D~%22b%7C%C3%A9%22%7D");
}

TEST_CASE("a fleet is judged out of what a server answers, and its absence is trouble", "[harvest]") {
    if (!http_is_built_in()) return;
    std::string values;
    for (int i = 1; i <= 700; ++i)
        values += (i > 1 ? "," : "") +
                  ("[" + std::to_string(60 * i) + ",\"" + std::to_string(104857600 + 409600 * i)) + "\"]";
    const test::CannedServer canned(
        {{"/api/v1/series",
          http_reply(200, "x", R"({"status":"success","data":[{"__name__":"x_bytes","a":"b"}]})")},
         {"/api/v1/query_range",
          http_reply(200, "x",
                     R"({"status":"success","warnings":["w"],"data":{"resultType":"matrix","result":[
                     {"metric":{"__name__":"x_bytes","a":"other"},"values":[[60,"1"]]},
                     {"metric":{"__name__":"x_bytes","a":"b"},"values":[)" +
                         values + "]}]}}")}});
    Settings settings{.server = {.url = canned.url(), .first_wait = 1ms},
                      .query = {.selector = {{fleet::Matcher::Kind::equal, "__name__", "x_bytes"}}},
                      .protocol = Protocol::range,
                      .grid = {.start_ms = 60'000, .step_ms = 60'000, .count = 700}};
    settings.judge.patience = 1h;  // so that no second day is asked for
    std::vector<Judged> all;
    const auto take = [&](Judged judged) { all.push_back(std::move(judged)); };
    const Outcome outcome = harvest::harvest(settings, take, {});
    CHECK_FALSE(outcome.trouble);
    REQUIRE(all.size() == 1);
    CHECK(all[0].verdict.samples == 700);
    CHECK(all[0].verdict.claim == Claim::leak);
    CHECK(all[0].labels == Labels{{"a", "b"}});
    CHECK(outcome.notes.answers.warnings == std::vector<std::string>{"w"});

    settings.server.url = "http://127.0.0.1:1";
    const Outcome none = harvest::harvest(settings, take, {});
    REQUIRE(none.trouble);
    CHECK(none.trouble->kind == Error::Kind::io);
    CHECK(all.size() == 1);
}
