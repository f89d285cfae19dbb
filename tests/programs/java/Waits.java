// SPDX-License-Identifier: MIT
// Threads that wait in every usual way, in interpreted, compiled, inlined, OSR and deoptimised frames, for a
// comparison with jstack. Prints "ready" once they stand still.
//
//   --spin   one more, which runs
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

public class Waits {
    interface Step { void run() throws Exception; }

    static final Object MONITOR = new Object();
    static final ReentrantLock LOCK = new ReentrantLock();
    static volatile long sink;

    static void forever() {
        for (;;) LockSupport.park();
    }

    static void deep(int depth, Step step) throws Exception {
        if (depth == 0) step.run();
        else deep(depth - 1, step);
    }

    static void enter() {
        synchronized (MONITOR) {
            sink++;
        }
    }

    static void waits(Object object) throws Exception {
        synchronized (object) {
            object.wait();
        }
    }

    // Compiled while it runs: its frame is entered in the middle.
    static void loop(Step step) throws Exception {
        for (long i = 0;; ++i) {
            sink += i;
            if ((i & 0x3ff) == 0x3ff) step.run();
        }
    }

    static class Countdown implements Step {
        long left = 6000;
        public void run() {
            if (--left < 0) forever();
        }
    }

    abstract static class Shape {
        abstract void act(Step step) throws Exception;
    }
    static class First extends Shape {
        void act(Step step) throws Exception { step.run(); }
    }
    // Its coming makes code invalid that was compiled while there was no other than First.
    static class Second extends Shape {
        void act(Step step) { sink++; }
    }
    static void only(Shape shape, Step step) throws Exception { shape.act(step); }

    static class Initialised {
        static {
            Waits.sink++;
            forever();
        }
        static void touch() { }
    }

    public static void reflected() { forever(); }

    static class Worker extends Thread {
        Worker(String name) { super(name); }
        public void run() { forever(); }
    }

    static final List<Thread> all = new ArrayList<>();

    static void start(String name, Step step) {
        Thread thread = new Thread(() -> {
            try {
                step.run();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }, name);
        start(thread);
    }
    static void start(Thread thread) {
        thread.setDaemon(true);
        all.add(thread);
        thread.start();
    }

    static int compare(Integer a, Integer b) {
        if (a == 7 || b == 7) forever();
        return a - b;
    }

    static void startAll(int port) throws Exception {
        start("monitor", () -> deep(3, Waits::enter));
        start("object-wait", () -> deep(3, () -> waits(new Object())));
        start("timed-wait", () -> {
            Object object = new Object();
            synchronized (object) {
                object.wait(3_600_000);
            }
        });
        start("park", () -> deep(40, Waits::forever));
        start("lock", LOCK::lock);
        start("queue", () -> new LinkedBlockingQueue<String>().take());
        start("latch", () -> new CountDownLatch(1).await());
        start("sleep", () -> deep(2, () -> Thread.sleep(3_600_000)));
        start("very-deep", () -> deep(3000, Waits::forever));
        start("loop", () -> loop(new Countdown()));
        start("shape", () -> only(new First(), Waits::forever));
        start("initialiser", Initialised::touch);
        start("waits-for-initialiser", () -> {
            Thread.sleep(100);
            Initialised.touch();
        });
        start("reflected", () -> {
            Method method = Waits.class.getMethod("reflected");
            method.invoke(null);
        });
        start("sort", () -> {
            Integer[] numbers = {3, 9, 7, 1};
            Arrays.sort(numbers, Waits::compare);
        });
        start("socket-read", () -> {
            InputStream in = new Socket("127.0.0.1", port).getInputStream();
            sink += in.read();
        });
        start(new Worker("a name of \u00e9 and \u2603, longer than fifteen letters"));
    }

    static void warmUp(Shape shape) throws Exception {
        Step[] steps = {() -> sink++, () -> sink += 2, () -> sink += 3, () -> sink += 4};
        for (int i = 0; i < 60_000; ++i) {
            deep(5, steps[i % 4]);
            only(shape, steps[i % 4]);
            enter();
        }
    }

    static boolean stands(Thread thread) {
        switch (thread.getState()) {
            case WAITING: case TIMED_WAITING: case BLOCKED: return true;
            default: return thread.getName().equals("socket-read") || thread.getName().equals("waits-for-initialiser");
        }
    }

    static void spin() {
        for (;;) sink += step(sink);
    }
    static long step(long value) { return value * 3 + 1; }

    public static void main(String[] words) throws Exception {
        warmUp(new First());
        ServerSocket server = new ServerSocket(0);
        LOCK.lock();
        synchronized (MONITOR) {
            startAll(server.getLocalPort());
            Socket accepted = server.accept();
            for (Thread thread : all) while (!stands(thread)) Thread.sleep(10);
            new Second().act(() -> { });
            if (words.length > 0) start("spin", () -> deep(4, Waits::spin));
            Thread.sleep(500);
            System.out.println("ready");
            Thread.sleep(3_600_000);
            accepted.close();
        }
    }
}
