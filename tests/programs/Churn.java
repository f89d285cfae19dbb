// SPDX-License-Identifier: MIT
// A JVM under garbage collection: a live set of constant size whose parts are replaced all the time. After the
// warm-up it prints "ready C", C being the seconds between two collections of the slowest collector that
// has run more than once.
//
//   --live MB    live set (24)
//   --rate MB/s  replaced a second (16)
//   --leak KB/s  kept for ever, a second (0)
//   --warm N     collections, young and old, before it is ready (12)
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

public class Churn {
    static final int BLOCK_BYTES = 16 << 10;
    static final int TICKS_PER_SECOND = 50;

    static int option(String[] words, String name, int usual) {
        int at = Arrays.asList(words).indexOf(name);
        return at >= 0 ? Integer.parseInt(words[at + 1]) : usual;
    }

    static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
            .mapToLong(GarbageCollectorMXBean::getCollectionCount).sum();
    }

    static double longestCycle(double uptime) {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
            .mapToLong(GarbageCollectorMXBean::getCollectionCount)
            .filter(count -> count > 1).mapToDouble(count -> uptime / count).max().orElse(uptime);
    }

    public static void main(String[] words) throws InterruptedException {
        int perTick = option(words, "--rate", 16) * (1 << 20) / BLOCK_BYTES / TICKS_PER_SECOND;
        int leakPerTick = option(words, "--leak", 0) * 1024 / TICKS_PER_SECOND;
        int warm = option(words, "--warm", 12);
        byte[][] blocks = new byte[option(words, "--live", 24) * (1 << 20) / BLOCK_BYTES][];
        List<byte[]> kept = new ArrayList<>();

        long start = System.nanoTime();
        boolean said = false;
        int at = 0;
        int leaked = 0;
        for (long tick = 1;; ++tick) {
            for (int i = 0; i < perTick; ++i, at = (at + 1) % blocks.length) blocks[at] = new byte[BLOCK_BYTES];
            if (said) {
                for (leaked += leakPerTick; leaked >= BLOCK_BYTES; leaked -= BLOCK_BYTES) kept.add(new byte[BLOCK_BYTES]);
            } else if (collections() >= warm) {
                System.out.printf("ready %.2f%n", longestCycle((System.nanoTime() - start) / 1e9));
                said = true;
            }
            long due = start + tick * 1_000_000_000L / TICKS_PER_SECOND - System.nanoTime();
            if (due > 0) Thread.sleep(due / 1_000_000, (int) (due % 1_000_000));
        }
    }
}
