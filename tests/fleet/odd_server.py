#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A server before a server of metrics, with a mood: odd_server.py MOOD UPSTREAM_PORT PORT_FILE

Passes questions on to 127.0.0.1:UPSTREAM_PORT, but for what its mood makes of them:
  auth       wants "Authorization: Bearer s3cret" or basic auth of "me:s3cret"; 401 else
  busy       429 or 503 to every other question, with Retry-After: 0
  less       422 to a range of more than 1000 points
  garbage    bytes that are no JSON
  endless    a list of series that never ends, quickly
  deep       JSON nested too deeply
  wide       a label of 10 MiB
  silent     takes the question and says nothing
  elsewhere  302 to another host
  warns      answers with warnings, and partial ones
  dies       the thirtieth range is cut off in its middle once those before it are answered, and from then on nobody listens
"""
import base64, http.client, http.server, json, os, socket, sys, threading, time, urllib.parse

mood, upstream, port_file = sys.argv[1], int(sys.argv[2]), sys.argv[3]
lock, asked, ranges, answered = threading.Lock(), 0, 0, 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def say(self, status, body, **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def say_endlessly(self):
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        self.wfile.write(b'{"status":"success","data":[')
        number = 0
        padding = 20 * ('{"__name__":"wide_bytes","padding":"%s"},' % ("x" * 50000))  # or it takes minutes
        while True:
            rows = "".join(
                '{"__name__":"process_resident_memory_bytes","instance":"h%d"},' % n
                for n in range(number, number + 1000)
            )
            number += 1000
            self.wfile.write((rows + padding).encode())

    def do_POST(self):
        global asked, ranges, answered
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        form = urllib.parse.parse_qs(body.decode())
        is_range = self.path.endswith("/query_range")
        with lock:
            asked += 1
            ranges += is_range
            number, range_number = asked, ranges
        if mood == "auth":
            basic = "Basic " + base64.b64encode(b"me:s3cret").decode()
            if self.headers.get("Authorization") not in ("Bearer s3cret", basic):
                return self.say(401, b"who are you?")
        if mood == "busy" and number % 2 == 1:
            return self.say(429 if number % 4 == 1 else 503, b"busy", Retry_After="0")
        if mood == "less" and is_range:
            points = (float(form["end"][0]) - float(form["start"][0])) / float(form["step"][0]) + 1
            if points > 1000:
                return self.say(422, b'{"status":"error","errorType":"execution","error":"too many samples"}')
        if mood == "garbage":
            return self.say(200, os.urandom(65536))
        if mood == "endless":
            return self.say_endlessly()
        if mood == "deep":
            return self.say(200, b'{"status":"success","data":' + b"[" * 1000000)
        if mood == "wide":
            return self.say(200, b'{"status":"success","data":[{"a":"' + b"x" * (10 << 20) + b'"}]}')
        if mood == "silent":
            return time.sleep(60)
        if mood == "elsewhere":
            return self.say(302, b"", Location="http://127.0.0.2:%d%s" % (upstream, self.path))
        connection = http.client.HTTPConnection("127.0.0.1", upstream)
        connection.request("POST", self.path, body, {"Content-Type": self.headers["Content-Type"]})
        answer = connection.getresponse()
        body = answer.read()
        if mood == "warns" and is_range:
            whole = json.loads(body)
            whole["warnings"] = ["a store did not answer"]
            whole["isPartial"] = True
            body = json.dumps(whole).encode()
        if mood == "dies" and is_range and range_number >= 30:
            deadline = time.monotonic() + 20
            while answered < 29 and time.monotonic() < deadline:
                time.sleep(0.01)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            os._exit(0)
        self.say(answer.status, body)
        with lock:
            answered += is_range


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


server = Server(("127.0.0.1", 0), Handler)
with open(port_file + ".new", "w") as file:
    file.write(str(server.server_port))
os.rename(port_file + ".new", port_file)
server.serve_forever()
