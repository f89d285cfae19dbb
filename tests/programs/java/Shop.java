// SPDX-License-Identifier: MIT
// A shop that keeps what it is told to, and says how much of it: for comparison with what is read of its heap.
// One argument: a FIFO, from which orders are read, a line each; "done" is printed after each.
//
//   session N, order N, url N, report N, matrix N, listener N, context N, basket N   keeps N more of these
//   cache N      keeps N entries, once
//   churn N      makes N entries and drops them
//   lru N        puts N entries into a cache that holds 20,000
//   release N    drops N sessions
//   gc           collects, so that what is kept is old
package com.acme;

import java.io.BufferedReader;
import java.io.FileReader;
import java.io.RandomAccessFile;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

class Session {
    final long id;
    final String token;
    final byte[] payload = new byte[200];

    Session(long id) {
        this.id = id;
        token = "token-" + id;
    }
}

class SessionStore {
    static final Map<Long, Session> sessions = new HashMap<>();
}

class Order {
    final double price;
    Order next;

    Order(double price, Order next) {
        this.price = price;
        this.next = next;
    }
}

class Entry {
    final long key;
    final double value;

    Entry(long key) {
        this.key = key;
        value = key;
    }
}

class Basket {
    final List<Entry> lines = new ArrayList<>();

    Basket(long id) {
        for (int i = 0; i < 3; ++i) lines.add(new Entry(id));
    }
}

class Context {
    static final ThreadLocal<ArrayDeque<Context>> current = ThreadLocal.withInitial(ArrayDeque::new);
    final long[] trace = new long[16];
}

class EventBus {
    static final List<Runnable> listeners = new ArrayList<>();
}

public class Shop {
    static final Map<Long, Entry> cache = new ConcurrentHashMap<>();
    static final List<String> urls = new ArrayList<>();
    static final List<byte[]> reports = new ArrayList<>();
    static final List<int[][]> matrices = new ArrayList<>();
    static final List<Basket> baskets = new ArrayList<>();
    static final Map<Long, Entry> lru = new LinkedHashMap<>(16, .75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Entry> eldest) {
            return size() > 20_000;
        }
    };
    static Order orders;
    static long made;
    static volatile Object sink;

    static void one(String what, long id) {
        switch (what) {
            case "session" -> SessionStore.sessions.put(id, new Session(id));
            case "order" -> orders = new Order(id, orders);
            case "url" -> urls.add("GET /api/v1/orders?customer=" + id);
            case "report" -> reports.add(new byte[30_000]);
            case "matrix" -> matrices.add(new int[4][25]);
            case "listener" -> EventBus.listeners.add(() -> sink = id);
            case "context" -> Context.current.get().add(new Context());
            case "basket" -> baskets.add(new Basket(id));
            case "cache" -> cache.put(id, new Entry(id));
            case "churn" -> sink = new Entry(id);
            case "lru" -> lru.put(id, new Entry(id));
            case "release" -> SessionStore.sessions.remove(SessionStore.sessions.keySet().iterator().next());
            default -> throw new IllegalArgumentException(what);
        }
    }

    public static void main(String[] arguments) throws Exception {
        System.out.println("ready");
        // Open for writing too, so that it never ends.
        try (RandomAccessFile fifo = new RandomAccessFile(arguments[0], "rw");
             BufferedReader orders = new BufferedReader(new FileReader(fifo.getFD()))) {
            for (String line = orders.readLine(); line != null; line = orders.readLine()) {
                String[] words = line.split(" ");
                if (words[0].equals("gc"))
                    System.gc();
                else
                    for (long i = Long.parseLong(words[1]); i > 0; --i) one(words[0], made++);
                System.out.println("done");
            }
        }
    }
}
