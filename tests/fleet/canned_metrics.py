#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A server of metrics with one leaking process and one that is level: canned_metrics.py PORT_FILE [TOKEN]

Answers /api/v1/series and /api/v1/query_range alone, to whoever has the token.
"""
import http.server, json, os, sys, urllib.parse

port_file, token = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
NAME = "process_resident_memory_bytes"


def labels(instance):
    return {"__name__": NAME, "job": "api", "instance": instance}


def series(instance, start, end, step):
    values, moment = [], start
    while moment <= end:
        rise = 4096 * int((moment % 10000000) / 60) if instance == "leaky" else 0
        values.append([moment, str(200 * 2**20 + rise)])
        moment += step
    return {"metric": labels(instance), "values": values}


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answer(404, {"status": "error"})

    def do_POST(self):
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        if token is not None and self.headers.get("Authorization") != "Bearer " + token:
            return self.answer(401, {"status": "error"})
        if self.path.endswith("/api/v1/series"):
            return self.answer(200, {"status": "success", "data": [labels("leaky"), labels("level")]})
        if not self.path.endswith("/api/v1/query_range"):
            return self.answer(404, {"status": "error"})
        first, last, step = (float(form[name][0]) for name in ("start", "end", "step"))
        result = [series(one, first, last, step) for one in ("leaky", "level")]
        if NAME not in form["query"][0]:
            result = []
        self.answer(200, {"status": "success", "data": {"resultType": "matrix", "result": result}})

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(port_file + ".new", "w") as file:
    file.write(str(server.server_port))
os.rename(port_file + ".new", port_file)
server.serve_forever()
