// SPDX-License-Identifier: MIT
// A service under even load: each request makes garbage, and some keep something. Two arguments: how many
// requests there are in a second, and
//
//   leak      each keeps a session that nobody drops
//   promote   each keeps a session for a while, long enough to become old; then it is dropped
//   cache     a cache fills, and stays
//   threads   no requests, but so many threads that wait
package com.acme;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

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
    static final int kRecent = 100_000;
    static volatile Object sink;

    static void request(String what, long id) {
        sink = new byte[2_000];
        UserSession session = new UserSession(id);
        switch (what) {
            case "leak" -> Sessions.byUser.put(id, session);
            case "threads" -> Sessions.recent.clear();
            case "cache" -> Sessions.byUser.put(id % kRecent, session);
            case "promote" -> {
                Sessions.recent.add(session);
                if (Sessions.recent.size() > kRecent) Sessions.recent.remove();
            }
            default -> throw new IllegalArgumentException(what);
        }
    }

    public static void main(String[] arguments) throws Exception {
        long id = 0, perSecond = Long.parseLong(arguments[0]);
        if (arguments[1].equals("threads")) {
            for (; id < perSecond; ++id) new Thread(() -> { while (true) LockSupport.park(); }).start();
            Thread.sleep(1_000);
        }
        System.out.println("ready");
        for (long begun = System.nanoTime();; Thread.sleep(10)) {
            long due = (System.nanoTime() - begun) * perSecond / 1_000_000_000;
            while (id < due) request(arguments[1], id++);
        }
    }
}
