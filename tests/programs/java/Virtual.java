// SPDX-License-Identifier: MIT
// Virtual threads (Java 21 on) that wait in three places, beside such that have ended. Prints "ready" once they
// stand still.
//
//   COUNT   of those that wait for a queue; a tenth of it each sleep, and wait 100 calls deep
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

public class Virtual {
    static final LinkedBlockingQueue<Object> QUEUE = new LinkedBlockingQueue<>();
    static final AtomicInteger begun = new AtomicInteger();

    static Object fetch() throws InterruptedException {
        return QUEUE.take();
    }

    static void handle() {
        byte[] request = new byte[100];
        begun.incrementAndGet();
        try {
            fetch();
        } catch (InterruptedException e) {
            request[0] = 1;
        }
    }

    static void sleep() {
        begun.incrementAndGet();
        try {
            Thread.sleep(3_600_000);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static void deep(int depth) {
        if (depth > 0) deep(depth - 1);
        else for (;;) LockSupport.park();
    }

    static void waitDeep() {
        begun.incrementAndGet();
        deep(100);
    }

    static final List<Thread> kept = new ArrayList<>();

    static void start(int count, Runnable run) throws Exception {
        Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
        for (int i = 0; i < count; ++i) kept.add((Thread) start.invoke(null, run));
    }

    public static void main(String[] words) throws Exception {
        int count = Integer.parseInt(words[0]);
        start(count / 10, () -> { });
        start(count / 2, Virtual::handle);
        System.gc();
        start(count - count / 2, Virtual::handle);
        start(count / 10, Virtual::sleep);
        start(count / 10, Virtual::waitDeep);
        while (begun.get() < count + 2 * (count / 10)) Thread.sleep(10);
        for (Thread thread : kept)
            while (thread.getState() == Thread.State.RUNNABLE) Thread.sleep(10);
        System.out.println("ready");
        Thread.sleep(3_600_000);
    }
}
