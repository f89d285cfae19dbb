// SPDX-License-Identifier: MIT
// A service under even load: each request makes garbage, and some keep something. One argument:
//
//   leak      each keeps a session that nobody drops
//   promote   each keeps a session for a while, long enough to become old; then it is dropped
//   cache     a cache fills, and stays
package com.acme;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

class UserSession {
    final long user;
    final byte[] payload = new byte[400];

    UserSession(long user) { this.user = user; }
}

class Sessions {
    static final Map<Long, UserSession> byUser = new HashMap<>();
    static final ArrayDeque<UserSession> recent = new ArrayDeque<>();
}

public class Service {
    static final int kRequestsPerSecond = 4_000;
    static final int kRecent = 40_000;  // 10 s of requests
    static volatile Object sink;

    static void request(String what, long id) {
        sink = new byte[2_000];
        UserSession session = new UserSession(id);
        switch (what) {
            case "leak" -> Sessions.byUser.put(id, session);
            case "cache" -> Sessions.byUser.put(id % kRecent, session);
            case "promote" -> {
                Sessions.recent.add(session);
                if (Sessions.recent.size() > kRecent) Sessions.recent.remove();
            }
            default -> throw new IllegalArgumentException(what);
        }
    }

    public static void main(String[] arguments) throws Exception {
        long id = 0;
        System.out.println("ready");
        for (long begun = System.nanoTime();; Thread.sleep(10)) {
            long due = (System.nanoTime() - begun) * kRequestsPerSecond / 1_000_000_000;
            while (id < due) request(arguments[0], id++);
        }
    }
}
